"""Any folder of Markdown -> a corpus: pages without front matter, with whatever headings they have.

What a page lacks is taken from what it has: title from its first heading or its file's name,
summary from its first paragraph, language from its words. Nothing is made up: a page has no phase, no
effort and no tags, so it is a method that promises nothing (``Document.plain``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from cookbook_search.analyze import normalise
from cookbook_search.errors import PackError
from cookbook_search.pack.archive import DEVICES, MAX_FILES, MAX_STEM
from cookbook_search.pack.rewrite import Page, rewrite
from cookbook_search.parse import (
    FOLDERS,
    IMPRINT,
    MAX_FILE_BYTES,
    QUESTIONS,
    VOCABULARY,
    load_yaml,
    slug,
    split_front,
)
from cookbook_search.types import LANGUAGES, Language

FOLDER = "menetelmat"
SUFFIXES = frozenset({".md", ".markdown"})
INDEX_NAMES = frozenset({"index", "readme", "_index"})
"""Files that tell of their folder, and are called after it."""
PASSED_OVER = frozenset({"node_modules", "__pycache__"})
TITLE_LENGTH, SUMMARY_LENGTH = 200, 300
MAX_PHRASINGS = 60


@dataclass(frozen=True, slots=True)
class PlainFolder:
    """What became of a folder."""

    files: dict[str, bytes]
    """The corpus: path -> content."""
    pages: int
    notes: tuple[str, ...]
    """What was left out or read otherwise than it was written, a sentence a file."""


@dataclass(slots=True)
class _Source:
    """A Markdown file on its way."""

    path: PurePosixPath
    """Relative to the folder."""
    text: str
    front: dict[str, Any]
    updated: dt.date
    id: str = field(default="")


def is_corpus(folder: Path) -> bool:
    """Whether the folder has the form of a cookbook, so that its faults should be told, not smoothed over."""
    return (folder / VOCABULARY).is_file() or any((folder / name).is_dir() for name in FOLDERS)


def convert(
    folder: Path, owner: str, name: str, licence: str | None, language_of: Callable[[str], Language]
) -> PlainFolder:
    """The corpus of a folder of Markdown. Raises PackError where it holds no page."""
    notes: list[str] = []
    sources = list(_sources(folder, notes))
    taken: set[str] = set()
    for source in sources:
        source.id = _free_id(source.path, taken)
        taken.add(source.id)
    ids = {str(source.path): source.id for source in sources}
    files: dict[str, bytes] = {}
    titles: dict[str, str] = {}
    for source in sources:
        page = rewrite(source.text, str(source.path), ids, _text_of(source.front, "title"))
        if page is None:
            notes.append(f"{source.path}: there is no text in it; left out")
            continue
        title = _title(source, page)
        language = _language(source, f"{title}. {page.text[:2000]}", language_of)
        content = _document(source, page, title, language, owner)
        if len(content) > MAX_FILE_BYTES:
            notes.append(f"{source.path}: it is larger than {MAX_FILE_BYTES} bytes; left out, split it")
            continue
        if title in titles:
            notes.append(f"{source.path}: it has the same title as {titles[title]}, `{title}`")
        titles.setdefault(title, str(source.path))
        files[f"{FOLDER}/{source.id}.md"] = content
        files[f"{QUESTIONS}/{source.id}.yaml"] = _questions(source.id, (title, *page.phrasings), language)
    if not files:
        told = "; ".join(notes[:3]) or "no file ends in .md"
        raise PackError(f"There is no Markdown page in {folder} ({told}).")
    imprint = {"owner": owner, "name": dict.fromkeys(LANGUAGES, name), "licence": licence}
    files[IMPRINT] = _yaml({key: value for key, value in imprint.items() if value})
    files[VOCABULARY] = b"tags: []\n"
    return PlainFolder(files, len(titles), tuple(notes))


def _sources(folder: Path, notes: list[str]) -> Iterator[_Source]:
    count = 0
    for path in _markdown_files(folder):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        count += 1
        if count > MAX_FILES:
            raise PackError(f"There are more than {MAX_FILES} Markdown files in {folder}.")
        if path.is_symlink():
            notes.append(f"{name}: it is a link; left out")
            continue
        try:
            stat = path.stat()
            content = path.read_bytes() if stat.st_size <= MAX_FILE_BYTES else None
        except OSError as error:
            notes.append(f"{name}: it cannot be read ({error.strerror}); left out")
            continue
        if content is None:
            notes.append(f"{name}: it is larger than {MAX_FILE_BYTES} bytes; left out, split it")
            continue
        text, note = _decoded(content)
        if note:
            notes.append(f"{name}: {note}")
        if text is not None:
            front, body, _ = split_front(text)
            updated = dt.datetime.fromtimestamp(stat.st_mtime).astimezone().date()
            yield _Source(name, body, _front(front), updated)


def _markdown_files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in PASSED_OVER)
        for name in sorted(names):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(root, name)


def _decoded(content: bytes) -> tuple[str | None, str]:
    """The text in NFC with plain line ends, and what must be told of it."""
    note = ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content:
        return None, "it is not text; left out"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        note = "it is not UTF-8; read as Windows-1252, check its letters"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(normalise(line.replace("\t", "    ")) for line in lines), note


def _front(text: str | None) -> dict[str, Any]:
    """Front matter of other programs, as far as it can be read."""
    try:
        _, values = load_yaml(text or "")
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}


def _language(source: _Source, text: str, language_of: Callable[[str], Language]) -> Language:
    told = source.front.get("language") or source.front.get("lang")
    return next((code for code in LANGUAGES if code == told), None) or language_of(text)


def _questions(document_id: str, phrasings: Sequence[str], language: Language) -> bytes:
    """What the page is found by beside its text; its own words, for it has no phrasings of a problem."""
    texts = dict.fromkeys(_shortened(text, SUMMARY_LENGTH) for text in phrasings)
    asked = [{"style": "heading", "text": text} for text in texts if text][:MAX_PHRASINGS]
    return _yaml({"id": document_id, language: asked})


def _document(source: _Source, page: Page, title: str, language: Language, owner: str) -> bytes:
    summary = _text_of(source.front, "summary") or _text_of(source.front, "description")
    front: dict[str, Any] = {
        "id": source.id,
        "kind": FOLDERS[FOLDER],
        "plain": True,
        "language": language,
        "title": dict.fromkeys(LANGUAGES, title),
        "summary": dict.fromkeys(LANGUAGES, _shortened(summary or page.opening or title, SUMMARY_LENGTH)),
        "problems": {},
        "tags": [],
        "updated": source.updated,
        "owner": owner,
    }
    return b"---\n" + _yaml(front) + b"---\n" + page.body.encode()


def _title(source: _Source, page: Page) -> str:
    stem = _named(source.path).replace("-", " ").replace("_", " ").strip()
    title = _text_of(source.front, "title") or page.title or stem[:1].upper() + stem[1:]
    return _shortened(title or source.id, TITLE_LENGTH)


def _text_of(front: dict[str, Any], key: str) -> str:
    value = front.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _shortened(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1].rsplit(' ', 1)[0]}…"


def _named(path: PurePosixPath) -> str:
    """The name of a file, or of its folder where the file tells of the folder."""
    return path.parent.name if path.stem.lower() in INDEX_NAMES and path.parent.name else path.stem


def _free_id(path: PurePosixPath, taken: set[str]) -> str:
    place = path.parent if path.stem.lower() in INDEX_NAMES and path.parent.name else path.with_suffix("")
    letters = slug(" ".join(place.parts)).encode("ascii", "ignore").decode()
    stem = "-".join(part for part in letters.split("-") if part)[: MAX_STEM - 6].strip("-") or "sivu"
    if DEVICES.fullmatch(stem):
        stem = f"{stem}-sivu"
    numbered = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in numbered if candidate not in taken)


def _yaml(values: dict[str, Any]) -> bytes:
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000).encode()
