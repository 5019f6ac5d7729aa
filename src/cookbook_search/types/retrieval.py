"""What retrieval works with and returns; frozen dataclasses, because the program makes them itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cookbook_search.types.documents import AnyDocument, Kind, Language, Metric

ChunkKind = Literal["title", "problem", "question", "statement", "section", "step"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable piece of one document."""

    id: str
    """Stable: ``owner/id#anchor`` and, where needed, a part or a digest of the text."""
    document: str
    """Key of the document."""
    kind: ChunkKind
    language: Language
    headings: tuple[str, ...]
    """Path from the document's section down to the chunk's own heading."""
    anchor: str
    """Fragment of the page on which the chunk stands; empty for title and phrasings."""
    text: str
    """Plain text as a reader sees it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be returned; an empty field lets everything through."""

    phase: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document shown as the reason for a hit."""

    heading: str
    anchor: str
    text: str
    highlights: tuple[tuple[int, int], ...]
    """Half-open character ranges of ``text`` that stand for words of the query."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A recipe or a method that answers the query."""

    document: AnyDocument
    score: float
    """Probability of relevance, 0..1."""
    why: str
    """One sentence in the query's language."""
    passages: tuple[Passage, ...]
    metrics: tuple[str, ...]
    """Ids of the metrics that the document recommends, best for the query first."""


@dataclass(frozen=True, slots=True)
class MetricHit:
    """A metric that shows whether it worked."""

    document: Metric
    score: float
    """Probability of relevance, 0..1."""
    via: tuple[str, ...]
    """Ids of the returned recipes that recommend it."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query."""

    query: str
    language: Language
    answerable: bool
    """False where the cookbook has nothing on the matter; then the lists are empty."""
    recipes: tuple[Hit, ...] = ()
    metrics: tuple[MetricHit, ...] = ()
    suggestions: tuple[str, ...] = ()
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    """Field of ``Filters`` -> value -> how many of the matching documents have it."""
    corrected: dict[str, str] = field(default_factory=dict)
    """Words of the query that were read as another word."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an unfinished query may become."""

    text: str
    kind: Kind | Literal["problem"]
    """Of what the text is the title; a problem is a phrasing to search with."""
    language: Language
    document: AnyDocument
    """The document of this title or problem."""
    highlights: tuple[tuple[int, int], ...]
    """Half-open character ranges of ``text`` that fit the query."""
