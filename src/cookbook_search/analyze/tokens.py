"""Splitting text into words with their places, and folding of letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:[-‐'’:][^\W_]+)*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
"""Categories Cc, Cs and Co."""
_FOLD = str.maketrans("äöåáàâãéèêëíìîïóòôõúùûüçñšž", "aoaaaaaeeeeiiiioooouuuucnsz")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text and what it stands for."""

    start: int
    """Offset of the first character."""
    end: int
    """Offset after the last character."""
    surface: str
    """The word as written, in lower case."""
    lemmas: tuple[str, ...]
    """Base forms or stems; several where the word is ambiguous."""
    parts: tuple[str, ...] = ()
    """Base forms of compound parts and roots of derivations, without the lemmas."""
    stop: bool = False
    """True for a function word, which carries no topic."""

    @property
    def terms(self) -> tuple[str, ...]:
        """Lemmas, then parts."""
        return self.lemmas + self.parts


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, lower-case word); ``text`` must be in NFC, so that lengths hold."""
    for match in WORD.finditer(text):
        word = match.group().lower().replace("’", "'").replace("‐", "-")
        yield match.start(), match.end(), word


def normalise(text: str) -> str:
    """NFC without control characters: what every analysis starts from."""
    return _CONTROL.sub(" ", unicodedata.normalize("NFC", text))


def fold(word: str) -> str:
    """The word without diacritics: ``päättäjä`` -> ``paattaja``."""
    return word.translate(_FOLD)
