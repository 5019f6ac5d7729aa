"""The passages that answer, with highlights, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cookbook_search.index import KIND_CODES, Snapshot
from cookbook_search.retrieve.query import Query
from cookbook_search.retrieve.rank import Ranking
from cookbook_search.types import LANGUAGES, Language, Passage

PASSAGES = 2
"""Passages shown of one document."""
PROBLEM_MARGIN = 0.1
"""A phrasing of the problem explains a hit better than a section that matches this much better."""
SOURCES_ANCHOR = "lahteet"
_WHY_PROBLEM: dict[Language, str] = {
    "fi": "Vastaa pulmaan: «{problem}»",
    "sv": "Svarar på problemet: ”{problem}”",
    "en": "Answers the problem: “{problem}”",
}
_WHY_WORDS: dict[Language, str] = {
    "fi": "Kohdassa «{heading}» puhutaan tästä: {words}.",
    "sv": "Avsnittet ”{heading}” handlar om detta: {words}.",
    "en": "The section “{heading}” speaks of this: {words}.",
}
_WHY_MEANING: dict[Language, str] = {
    "fi": "Kohta «{heading}» on merkitykseltään lähellä kysymystäsi.",
    "sv": "Avsnittet ”{heading}” ligger nära din fråga till sin betydelse.",
    "en": "The section “{heading}” is close to your question in meaning.",
}


def best_passages(query: Query, snapshot: Snapshot, ranking: Ranking, document: int) -> tuple[Passage, ...]:
    """The best sections and steps of a document, best first, never two of the same heading."""
    passages: list[Passage] = []
    wanted = snapshot.spans.wanted(query.own_terms)
    for number in _body_chunks(snapshot, ranking, document):
        chunk = snapshot.chunks[number]
        if chunk.anchor == SOURCES_ANCHOR or any(passage.anchor == chunk.anchor for passage in passages):
            continue
        heading = chunk.headings[-1] if chunk.headings else ""
        highlights = tuple(_merged(snapshot.spans.places(number, wanted)))
        passages.append(Passage(heading, chunk.anchor, chunk.text, highlights))
        if len(passages) == PASSAGES:
            break
    return tuple(passages)


def why(
    query: Query, snapshot: Snapshot, ranking: Ranking, document: int, passages: Sequence[Passage]
) -> str:
    """One sentence, in the query's language, on why the document is here."""
    problem = _nearest_problem(query, snapshot, ranking, document)
    body = _body_chunks(snapshot, ranking, document)
    strongest_body = ranking.chunk_mix[body[0]] if len(body) else -1.0
    if problem is not None and (
        not passages or ranking.chunk_mix[problem] >= strongest_body - PROBLEM_MARGIN
    ):
        return _WHY_PROBLEM[query.language].format(problem=snapshot.chunks[problem].text.rstrip("."))
    if not passages:
        return snapshot.documents[document].summary[query.language]
    best = passages[0]
    words = list(dict.fromkeys(best.text[start:end].lower() for start, end in best.highlights))[:3]
    sentence = _WHY_WORDS if words else _WHY_MEANING
    return sentence[query.language].format(heading=best.heading, words=", ".join(words))


def _body_chunks(snapshot: Snapshot, ranking: Ranking, document: int) -> list[int]:
    """Numbers of the document's sections and steps, best first."""
    start, end = int(snapshot.chunk_range[document]), int(snapshot.chunk_range[document + 1])
    body = start + int(np.searchsorted(snapshot.chunk_kind[start:end], KIND_CODES["section"]))
    order: list[int] = (body + np.argsort(-ranking.chunk_mix[body:end], kind="stable")).tolist()
    return order


def _nearest_problem(query: Query, snapshot: Snapshot, ranking: Ranking, document: int) -> int | None:
    """The best phrasing of the problem in the query's language."""
    start, end = int(snapshot.chunk_range[document]), int(snapshot.chunk_range[document + 1])
    is_problem = snapshot.chunk_kind[start:end] == KIND_CODES["problem"]
    is_spoken = snapshot.chunk_language[start:end] == LANGUAGES.index(query.language)
    numbers = start + np.flatnonzero(is_problem & is_spoken)
    return int(numbers[np.argmax(ranking.chunk_mix[numbers])]) if len(numbers) else None


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted ranges without overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
