"""Packs as files: a ZIP in one single form.

A ZIP, because every desktop opens one; stored and not compressed, because then its size is its
size in memory (no bomb), and the same corpus gives the same bytes whatever zlib is installed. Each
set of files has exactly one pack: the reader takes the files out, packs them anew and compares
byte by byte. So links, devices, hidden or overlapping entries, comments, second directories and
whatever else the format could hold have no place to be, however a parser would read them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from cookbook_search.errors import PackError
from cookbook_search.parse import FOLDERS, IMPRINT, MAX_FILE_BYTES, OUTSIDE, QUESTIONS, STATEMENTS, VOCABULARY

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FOREWORD = "alkusanat.md"
MAX_FILES = 20_000
MAX_STEM = 60
MAX_MANIFEST_BYTES = 8_000_000
MAX_PACK_BYTES = 64_000_000
TOP = frozenset({IMPRINT, VOCABULARY, OUTSIDE, FOREWORD})
_SLUG = r"([a-z0-9]+(?:-[a-z0-9]+)*)"
_DOCUMENT = re.compile(rf"(?:{'|'.join(FOLDERS)})/{_SLUG}\.md")
_BESIDE = re.compile(rf"(?:{QUESTIONS}|{STATEMENTS})/{_SLUG}\.yaml")
DEVICES = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
"""Names that mean a device on Windows, whatever their extension."""
_BROKEN = "The pack is damaged or cut short; fetch it again."


def write_archive(entries: Mapping[str, bytes]) -> bytes:
    """The pack of these files: manifest and signature first, the rest by name; no times, no owners."""
    names = [name for name in (MANIFEST, SIGNATURE) if name in entries]
    names += sorted(name for name in entries if name not in names)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, entries[name])
    return buffer.getvalue()


def read_archive(content: bytes) -> dict[str, bytes]:
    """The files of a pack, every path and size checked before any is read. Raises PackError."""
    if len(content) > MAX_PACK_BYTES:
        raise PackError(f"The pack is larger than {MAX_PACK_BYTES // 1_000_000} MB; it is no cookbook.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check(entries, len(content))
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise PackError(_BROKEN) from error
    if write_archive(files) != content:
        raise PackError(
            "The pack holds more than its files, or was packed by another program than `cookbook pack`."
        )
    return files


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > MAX_FILES:
        raise PackError(f"The pack holds more than {MAX_FILES} files; it is no cookbook.")
    if len({entry.filename for entry in entries}) < len(entries):
        raise PackError("The pack holds a file twice; it was not made by `cookbook pack`.")
    for entry in entries:
        check_path(entry.orig_filename)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise PackError("The pack is compressed or encrypted; only `cookbook pack` makes packs.")
        limit = MAX_MANIFEST_BYTES if entry.filename == MANIFEST else MAX_FILE_BYTES
        if entry.file_size > limit:
            raise PackError(f"`{entry.filename}` is larger than {limit} bytes.")
    if sum(entry.file_size for entry in entries) > size:
        raise PackError(_BROKEN)


def check_path(path: str) -> None:
    """Raise PackError unless this is the path of a file that a corpus holds.

    What is allowed is listed, not what is forbidden: no path that leads out of its folder, no link,
    no name that two systems read differently is on the list.
    """
    match = _DOCUMENT.fullmatch(path) or _BESIDE.fullmatch(path)
    if match and len(match[1]) <= MAX_STEM and not DEVICES.fullmatch(match[1]):
        return
    if path in TOP | {MANIFEST, SIGNATURE}:
        return
    shown = "".join(char if char.isprintable() else "�" for char in path[:80])
    raise PackError(f"The pack holds `{shown}`, which has no place in a cookbook; nothing was added.")
