"""Finnish words to base forms and compound parts, through Voikko or, without it, simplemma."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import Protocol

import libvoikko

from cookbook_search.analyze.spoken import hyphenated, spoken_candidates, with_diacritics

MAX_READINGS = 3
"""Base forms kept of an ambiguous word."""
MAX_DIACRITIC_TRIALS = 80
_MIN_PART = 3


@dataclass(frozen=True, slots=True)
class WordForms:
    """What one word form stands for."""

    lemmas: tuple[str, ...]
    """Base forms, likeliest first; empty where the word is unknown."""
    parts: tuple[str, ...] = ()
    """Base forms of compound parts and of the roots of derivations, without the lemmas."""


UNKNOWN = WordForms(())


class Morphology(Protocol):
    """Finnish words to base forms."""

    name: str
    version: str

    def forms(self, word: str) -> WordForms:
        """Forms of a lower-case word exactly as written; ``UNKNOWN`` where it is no word."""

    def knows(self, word: str) -> bool:
        """Whether the lower-case word is Finnish as written."""

    def suggest(self, word: str) -> str | None:
        """The likeliest Finnish word for a lower-case one that is none; None: no idea."""

    def classes(self, word: str) -> frozenset[str]:
        """Classes of all readings, as Voikko names them (``etunimi``, ``paikannimi``); empty: unknown."""


def recover(morphology: Morphology, word: str) -> WordForms:
    """Forms of a word that may lack diacritics or be spoken Finnish; ``UNKNOWN`` at worst."""
    for candidate in _candidates(word):
        if morphology.knows(candidate):
            return morphology.forms(candidate)
    return UNKNOWN


def _candidates(word: str) -> Iterator[str]:
    if len(word) < _MIN_PART:
        return
    yield from hyphenated(word)
    spoken = tuple(spoken_candidates(word))
    yield from islice(with_diacritics(word), 1)
    yield from spoken
    yield from islice(with_diacritics(word), 1, MAX_DIACRITIC_TRIALS)
    for candidate in spoken:
        yield from islice(with_diacritics(candidate), 1)


class VoikkoMorphology:
    """Voikko's Finnish morphology. One handle, one thread at a time: a lock guards it."""

    name = "voikko"

    def __init__(self) -> None:
        """Raises OSError or libvoikko.VoikkoException where Voikko or its dictionary is missing."""
        self._voikko = libvoikko.Voikko("fi")
        self._lock = threading.Lock()
        self.version = f"{version('libvoikko')}/{self._voikko.getVersion()}"

    def knows(self, word: str) -> bool:
        """Whether Voikko accepts the word, in small letters or as a name."""
        with self._lock:
            return bool(self._voikko.spell(word)) or bool(self._voikko.spell(word.capitalize()))

    def suggest(self, word: str) -> str | None:
        """Voikko's first suggestion that is one word in small letters."""
        with self._lock:
            suggestions: list[str] = self._voikko.suggest(word)
        return next((one for one in suggestions if one.isalpha() and one.islower()), None)

    def classes(self, word: str) -> frozenset[str]:
        """Word classes of all readings; see ``Morphology.classes``."""
        return frozenset(reading["CLASS"] for reading in self._analyze(word))

    def forms(self, word: str) -> WordForms:
        """Up to ``MAX_READINGS`` base forms, and the parts of all readings."""
        lemmas: list[str] = []
        parts: list[str] = []
        for reading in self._analyze(word)[: MAX_READINGS * 2]:
            lemma = reading["BASEFORM"].lower()
            lemmas += _nominal(word, lemma, reading)
            lemmas.append(lemma)
            parts += self._compound_parts(word, lemma, reading)
            parts += _roots(reading)
        kept = tuple(dict.fromkeys(lemmas))[:MAX_READINGS]
        return WordForms(
            kept, tuple(part for part in dict.fromkeys(parts) if part not in kept and len(part) >= 2)
        )

    def _analyze(self, word: str) -> list[dict[str, str]]:
        with self._lock:
            readings: list[dict[str, str]] = self._voikko.analyze(word)
            return readings

    def _compound_parts(self, word: str, lemma: str, reading: dict[str, str]) -> list[str]:
        """Base forms of the parts: all but the last from the surface, the last from the lemma."""
        bounds = _bounds(reading["STRUCTURE"])
        if len(bounds) < 2:
            return []
        surfaces = [word[start:end].strip("-") for start, end in bounds[:-1]]
        surfaces.append(word[bounds[-1][0] :].strip("-"))
        parts: list[str] = []
        for surface in surfaces:
            readings = self._analyze(surface) if surface else []
            simple = [r for r in readings if len(_bounds(r["STRUCTURE"])) == 1] or readings
            parts += [r["BASEFORM"].lower() for r in simple[:1]] or [surface]
            parts += [root for r in simple[:1] for root in _roots(r)]
        tail = lemma[bounds[-1][0] :].strip("-")
        inner = [word[: bounds[-1][0]].strip("-"), lemma[bounds[1][0] :]] if len(bounds) > 2 else []
        return [*parts, *([tail] if tail else []), *inner]


def _bounds(structure: str) -> list[tuple[int, int]]:
    """Character ranges of the compound parts; Voikko marks their starts with ``=``."""
    starts: list[int] = []
    length = 0
    for mark in structure:
        if mark == "=":
            starts.append(length)
        else:
            length += 1
    return [(start, end) for start, end in zip(starts, [*starts[1:], length], strict=True) if end > start]


def _nominal(word: str, lemma: str, reading: dict[str, str]) -> list[str]:
    """The noun of an action: Voikko gives ``kehittää`` for ``kehittämisen``."""
    if reading.get("MOOD") != "MINEN-infinitive" or "mi" not in word[len(lemma) - 3 :]:
        return []
    return [word[: word.rindex("mi")] + "minen"]


def _roots(reading: dict[str, str]) -> list[str]:
    """Verbs and nouns that the word is derived from: ``kehittäjä`` -> ``kehittää``."""
    roots: list[str] = []
    for base in reading.get("WORDBASES", "").split("+"):
        inner = base.partition("(")[2].rstrip(")")
        if inner and len(inner) > _MIN_PART:
            roots.append(inner.lower())
    return roots


class SimplemmaMorphology:
    """The fallback where Voikko cannot be installed: dictionary lemmas and our own compound split."""

    name = "simplemma"

    def __init__(self) -> None:
        import simplemma  # loads large dictionaries, and only this fallback needs them

        self._simplemma = simplemma
        self.version = version("simplemma")

    def knows(self, word: str) -> bool:
        """Whether the dictionary has the word form."""
        return bool(self._simplemma.is_known(word, lang="fi"))

    def suggest(self, word: str) -> str | None:
        """The dictionary proposes nothing."""
        return None

    def classes(self, word: str) -> frozenset[str]:
        """The dictionary tells none apart; a word it knows counts as a noun."""
        return frozenset({"nimisana"} if self.knows(word) else ())

    def forms(self, word: str) -> WordForms:
        """The dictionary's lemma and the halves of a compound."""
        if self.knows(word):
            return WordForms((self._lemma(word),), self._split(word))
        parts = self._split(word)
        return WordForms((word,), parts) if parts else UNKNOWN

    def _lemma(self, word: str) -> str:
        return str(self._simplemma.lemmatize(word, lang="fi")).lower()

    def _split(self, word: str) -> tuple[str, ...]:
        """Two known parts of at least four letters, the longest last part first."""
        for at in range(4, len(word) - 3):
            head, tail = word[:at], word[at:]
            if self.knows(head) and self.knows(tail):
                return tuple(dict.fromkeys((self._lemma(head), self._lemma(tail))))
        return ()


def open_morphology(choice: str) -> Morphology:
    """``voikko``, ``simplemma``, or ``auto``: Voikko where it works.

    Raises OSError or libvoikko.VoikkoException where ``voikko`` was asked for and is missing.
    """
    if choice == "simplemma":
        return SimplemmaMorphology()
    try:
        return VoikkoMorphology()
    except (OSError, libvoikko.VoikkoException):
        if choice == "voikko":
            raise
        return SimplemmaMorphology()
