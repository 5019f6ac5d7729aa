"""Text files of a corpus, as they are found on people's disks."""

from __future__ import annotations

from pathlib import Path

from cookbook_search.analyze import normalise
from cookbook_search.errors import Fault

MAX_FILE_BYTES = 1_000_000


def read_text(path: Path, name: str) -> tuple[str | None, list[Fault]]:
    """The text in NFC with plain line ends; none, and a fault under this name, where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [Fault(name, 1, "file", f"The file cannot be read: {error.strerror}.")]
    if len(content) > MAX_FILE_BYTES:
        return None, [Fault(name, 1, "file", f"The file is larger than {MAX_FILE_BYTES} bytes; split it.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, [Fault(name, line, "encoding", "The file is not UTF-8; save it as UTF-8.")]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return None, [Fault(name, line, "encoding", "The file holds a NUL character; is it text?")]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(normalise(line) for line in lines), []


def split_front(text: str) -> tuple[str | None, str, int]:
    """(front matter, body, line of the body); no front matter where the file has none."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, text, 1
    for at in range(1, len(lines)):
        if lines[at].rstrip() == "---":
            return "\n".join(lines[1:at]), "\n".join(lines[at + 1 :]), at + 2
    return None, text, 1
