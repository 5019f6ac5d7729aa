"""Documents as JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import AnyDocument, Kind, Language, Level, Metric, Phase, Recipe

PATHS: dict[Kind, str] = {"recipe": "reseptit", "method": "menetelmat", "metric": "mittarit"}


class DocumentCard(Wire):
    """A document in a list."""

    id: str
    kind: Kind
    title: str
    summary: str
    url: str
    owner: str
    tags: list[str]
    phase: Phase | None = None
    level: Level | None = None


class SourceOut(Wire):
    """A published work that the document leans on."""

    title: str
    author: str
    year: int
    url: str


class DocumentText(DocumentCard):
    """A whole document as text."""

    body: str = Field(description="Markdown, in Finnish.")
    problems: list[str]
    related: list[str]
    prerequisites: list[str] = Field(default_factory=list)
    methods: list[str] = Field(default_factory=list)
    metrics: list[str] = Field(default_factory=list)
    sources: list[SourceOut]
    updated: str
    formula: str | None = None
    unit: str | None = None
    direction: Literal["up", "down", "balance"] | None = None
    data_source: str | None = None
    frequency: str | None = None


class DocumentOut(DocumentText):
    """A whole document."""

    html: str = Field(description="The body, rendered and sanitised.")


class LibraryResponse(Wire):
    """Everything there is, in the cookbook's order."""

    documents: list[DocumentCard]
    tags: dict[str, str] = Field(description="Id of a tag -> its name.")


def url_of(document: AnyDocument) -> str:
    """Path of the document's page."""
    return f"/{PATHS[document.kind]}/{document.id}"


def document_card(document: AnyDocument, language: Language) -> DocumentCard:
    """The document as a list shows it."""
    return DocumentCard(**_card_fields(document, language))


def document_out(document: AnyDocument, html: str, language: Language) -> DocumentOut:
    """The whole document."""
    return DocumentOut(**_text_fields(document, language), html=html)


def document_text(document: AnyDocument, language: Language, base_url: str = "") -> DocumentText:
    """The whole document without HTML; ``base_url`` empty leaves its address a path."""
    text = DocumentText(**_text_fields(document, language))
    return text.model_copy(update={"url": base_url.rstrip("/") + text.url})


def _text_fields(document: AnyDocument, language: Language) -> dict[str, Any]:
    fields: dict[str, Any] = _card_fields(document, language) | {
        "body": document.body.strip(),
        "problems": list(document.problems[language]),
        "related": list(document.related),
        "sources": [SourceOut(**source.model_dump()) for source in document.sources],
        "updated": document.updated.isoformat(),
    }
    if isinstance(document, Recipe):
        fields |= {field: list(getattr(document, field)) for field in ("prerequisites", "methods", "metrics")}
    if isinstance(document, Metric):
        fields |= {field: getattr(document, field) for field in ("formula", "unit", "direction")}
        fields |= {field: getattr(document, field)[language] for field in ("data_source", "frequency")}
    return fields


def _card_fields(document: AnyDocument, language: Language) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind,
        "title": document.title[language],
        "summary": document.summary[language],
        "url": url_of(document),
        "owner": document.owner,
        "tags": list(document.tags),
        "phase": document.phase if isinstance(document, Recipe) else None,
        "level": document.level if isinstance(document, Metric) else None,
    }
