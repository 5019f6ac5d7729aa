"""The index of terms: where in an edition each word of the vocabulary is spoken of most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cookbook_search.analyze import Analyzer
from cookbook_search.parse import plain_text, sections
from cookbook_search.surfaces.print.body import section_anchor
from cookbook_search.types import AnyDocument, Vocabulary

PLACES = 4
"""Pages named for a term at most."""
LEAST = 2
"""Times that a section must use a term to be named for it."""
Lemmas = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and the anchors of the sections that speak of it, in the edition's order."""

    term: str
    anchors: tuple[str, ...]


def index_of_terms(
    documents: Sequence[AnyDocument], vocabulary: Vocabulary, analyzer: Analyzer
) -> list[Entry]:
    """Entries in alphabetical order; a term that no section uses often enough is left out."""
    words = dict.fromkeys(
        [*(term.fi[0] for term in vocabulary.terms), *(tag.fi.lower() for tag in vocabulary.tags)]
    )
    wanted = {word: lemmas for word in words if (lemmas := _lemmas(word, analyzer))}
    longest = max(map(len, wanted.values()), default=1)
    places: dict[str, list[tuple[int, int, str]]] = {name: [] for name in wanted}
    for number, document in enumerate(documents):
        best: dict[str, tuple[int, str]] = {}
        for section in sections(document.body):
            counts = _runs(_lemmas(plain_text(section.tokens), analyzer), longest)
            for name, lemmas in wanted.items():
                if (count := counts[lemmas]) >= LEAST and count > best.get(name, (0, ""))[0]:
                    best[name] = (count, section_anchor(document, section.anchor))
        for name, (count, anchor) in best.items():
            places[name].append((-count, number, anchor))
    return [
        Entry(name, tuple(anchor for _, _, anchor in sorted(sorted(found)[:PLACES], key=lambda p: p[1])))
        for name, found in sorted(places.items(), key=lambda item: _alphabetical(item[0]))
        if found
    ]


def _lemmas(text: str, analyzer: Analyzer) -> Lemmas:
    return tuple(token.lemmas[0] for token in analyzer.tokens(text.lower(), "fi") if token.lemmas)


def _runs(lemmas: Lemmas, longest: int) -> Counter[Lemmas]:
    """How often each run of one to ``longest`` neighbouring lemmas stands in a text."""
    return Counter(
        lemmas[start : start + length]
        for length in range(1, longest + 1)
        for start in range(len(lemmas) - length + 1)
    )


def _alphabetical(word: str) -> str:
    """Finnish order: å, ä and ö after z, in any locale."""
    return word.lower().translate(str.maketrans("åäö", "{|}"))
