"""The language of the documents: spelling, empty words, paragraphs that stand twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from cookbook_search.analyze import Analyzer
from cookbook_search.check.reading import Read
from cookbook_search.errors import Fault
from cookbook_search.parse import blocks
from cookbook_search.types import Vocabulary

FORBIDDEN = frozenset({
    "synergia", "kokonaisvaltainen", "kokonaisvaltaisesti", "jalkauttaa", "jalkauttaminen", "osallistaa",
    "osallistaminen", "ekosysteemiajattelu", "saumaton", "saumattomasti", "toimenpide",
})  # fmt: skip
"""Lemmas of consultant fog, whole words or compound parts."""
FORBIDDEN_PHRASES = ("puitteissa", "toimesta", "win-win", "best practice", "game changer", "low-hanging")
SHINGLE = 5
"""Words in a shingle of the near-duplicate test."""
NEAR = 0.5
"""Paragraphs that share this much of their shingles (Jaccard) are near-duplicates."""
MIN_PARAGRAPH = 25
_WORD = re.compile(r"(?<![\w:’'–-])[^\W\d_]+(?:-[^\W\d_]+)*(?![-–\w])")
_NOT_PROSE = re.compile(r"https?://\S+|\S+@\S+|\S+\.(?:fi|com|eu|org|net)\b\S*")


def misspelt(read: Read, analyzer: Analyzer, vocabulary: Vocabulary) -> Iterator[Fault]:
    """Finnish words that neither the dictionary nor the vocabulary knows; names are let be."""
    allowed = tuple({word.lower() for word in vocabulary.words if len(word) > 3})
    exact = {word.lower() for word in vocabulary.words}
    for section in read.sections:
        if section.headings[:1] == ("Lähteet",):
            continue
        unknown: dict[str, None] = {}
        for block in (section.heading, *blocks(section.tokens)):
            for word in _WORD.findall(_NOT_PROSE.sub(" ", block)):
                lower = word.lower()
                if word[0].isupper() or len(word) < 3 or lower in exact or lower.startswith(allowed):
                    continue
                if not analyzer.is_finnish(lower):
                    unknown[word] = None
        if unknown:
            yield read.fault(
                section.line,
                "spelling",
                f"Unknown words: {', '.join(unknown)}. Mend them, or add them to `words` in sanasto.yaml.",
            )


def forbidden_words(read: Read, analyzer: Analyzer) -> Iterator[Fault]:
    """Empty words that say nothing."""
    for section in read.sections:
        text = "\n".join((section.heading, *blocks(section.tokens)))
        found = {t.surface for t in analyzer.tokens(text, "fi") if FORBIDDEN.intersection(t.terms)}
        found |= {phrase for phrase in FORBIDDEN_PHRASES if re.search(rf"\b{phrase}\b", text.lower())}
        if found and section.headings[:1] != ("Lähteet",):
            yield read.fault(
                section.line, "empty-words", f"Say it plainly instead of: {', '.join(sorted(found))}."
            )


def repeated_paragraphs(documents: Sequence[Read]) -> Iterator[Fault]:
    """Paragraphs that two documents share nearly word for word."""
    shingles: list[tuple[Read, int, frozenset[tuple[str, ...]]]] = []
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for read in documents:
        for section in read.sections:
            for block in blocks(section.tokens):
                words = [word.lower() for word in _WORD.findall(block)]
                if section.headings[:1] != ("Lähteet",) and len(words) >= MIN_PARAGRAPH:
                    found = frozenset(zip(*(words[at:] for at in range(SHINGLE)), strict=False))
                    for shingle in found:
                        holders[shingle].append(len(shingles))
                    shingles.append((read, section.line, found))
    for read, line, found in shingles:
        near: dict[int, int] = defaultdict(int)
        for shingle in found:
            for other in holders[shingle]:
                near[other] += 1
        for other, shared in near.items():
            other_read, other_line, other_found = shingles[other]
            if other_read is not read and shared / len(found | other_found) >= NEAR:
                where = f"{other_read.document.path}:{other_line}"
                yield read.fault(
                    line,
                    "duplicate-paragraph",
                    f"Nearly the same paragraph stands in {where}; write one of them anew.",
                )
