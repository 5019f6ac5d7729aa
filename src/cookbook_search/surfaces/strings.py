"""The interface's words in three languages, and which of them a browser gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cookbook_search.types import LANGUAGES, Language

Strings = Mapping[str, str]


def web_folder() -> Path:
    """Templates, strings and static files: in the installed package, or at the project's root."""
    packaged = Path(__file__).parents[1] / "web"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "web"


def read_strings(web: Path) -> dict[Language, Strings]:
    """``web/strings/<language>/<room>.json``, all rooms of a language in one; a key stands in one room alone.

    Raises ValueError where two rooms have the same key.
    """
    return {language: _rooms(web / "strings" / language) for language in LANGUAGES}


def choose_language(asked: str | None, accept_language: str, default: Language) -> Language:
    """The one asked for in the address, else the browser's best of ours, else the default."""
    if asked in LANGUAGES:
        return asked
    ranges: list[tuple[float, int, str]] = []
    for place, item in enumerate(accept_language[:500].split(",")):
        name, _, quality = item.strip().partition(";q=")
        try:
            ranges.append((-float(quality or 1), place, name.strip().lower()[:2]))
        except ValueError:
            continue
    for weight, _, code in sorted(ranges):
        for language in LANGUAGES:
            if code == language and weight < 0:
                return language
    return default


def _rooms(folder: Path) -> Strings:
    strings: dict[str, str] = {}
    for file in sorted(folder.glob("*.json")):
        room: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        if twice := strings.keys() & room.keys():
            raise ValueError(f"{file} repeats strings of another room: {', '.join(sorted(twice))}")
        strings |= room
    return strings
