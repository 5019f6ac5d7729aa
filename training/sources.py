"""Open lexicons and sentence pairs: texts in three languages, each with its English equivalent.

Wiktionary's synsets are left out: CC BY-SA does not fit weights that ship under MIT.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cookbook_search.types import LANGUAGES, Language

KNOWN_ENGLISH = Path("src/cookbook_search/analyze/words/known-en.txt")
MAX_GLOSS = 200
"""Characters of a gloss that count; the rest is examples."""
HELD_OUT = 10
"""One in so many sentence pairs is left for measuring."""
LABEL, LEMMA, GLOSS, SENTENCE, WORD = 1.0, 0.6, 0.3, 0.4, 0.5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and the English text that says the same."""

    language: Language
    text: str
    english: str
    weight: float
    """How much the pair tells of the words in it."""


def read_sources(data: Path) -> list[Labelled]:
    """Everything open that the model learns from, each pair once, in a fixed order."""
    pairs = (*_yso(data), *_finnwordnet(data), *_tatoeba(data), *_words(KNOWN_ENGLISH))
    return list(dict.fromkeys(pair for pair in pairs if pair.text and pair.english))


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield [cell.strip() for cell in line.rstrip("\n").split("\t")]


def _yso(data: Path) -> Iterator[Labelled]:
    for labels in _rows(data / "yso-labels.tsv.gz"):
        for language, label in zip(LANGUAGES, labels, strict=True):
            yield Labelled(language, label, labels[2], LABEL)


def _finnwordnet(data: Path) -> Iterator[Labelled]:
    for lemmas, gloss in _rows(data / "finnwordnet.tsv.gz"):
        english = gloss[:MAX_GLOSS].strip()
        for lemma in lemmas.split("|"):
            yield Labelled("fi", lemma.lower().strip("-"), english, LEMMA)
        yield Labelled("en", english, english, GLOSS)


def sentence_pairs(data: Path, language: Language, *, held_out: bool) -> list[tuple[str, str]]:
    """Tatoeba's (English, translation): those for training, or those for measuring."""
    name = {"fi": "fin", "sv": "swe"}[language]
    return [
        (english, translation)
        for english, translation in _rows(data / f"tatoeba-eng-{name}.tsv.gz")
        if (zlib.crc32(english.encode()) % HELD_OUT == 0) == held_out
    ]


def _tatoeba(data: Path) -> Iterator[Labelled]:
    languages: tuple[Language, ...] = ("fi", "sv")
    for language in languages:
        for english, translation in sentence_pairs(data, language, held_out=False):
            yield Labelled(language, translation, english, SENTENCE)
            yield Labelled("en", english, english, SENTENCE)


def _words(path: Path) -> Iterator[Labelled]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            for word in line.split():
                yield Labelled("en", word, word, WORD)
