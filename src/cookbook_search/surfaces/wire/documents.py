"""Documents as JSON."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import AnyDocument, Imprint, Kind, Language, Level, Metric, Phase, Recipe

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

    body: str = Field(description="Markdown, in `language`.")
    language: Language = Field(description="Language of the body: Finnish, but for guests.")
    licence: str = Field(description="SPDX identifier, or the terms in words; empty: not told.")
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


class CookbookOut(Wire):
    """One city's cookbook."""

    owner: str
    name: str
    licence: str = Field(description="SPDX identifier, or the terms in words; empty: not told.")
    url: str = Field(description="Where the owner tells of it; empty: not told.")


class LibraryResponse(Wire):
    """Everything there is, in the cookbook's order."""

    documents: list[DocumentCard]
    cookbooks: list[CookbookOut] = Field(description="Whose they are, as far as the cookbooks tell.")
    tags: dict[str, str] = Field(description="Id of a tag -> its name.")


def url_of(document: AnyDocument, anchor: str = "") -> str:
    """Address of the document's page; a guest's names its owner, because two cities may share an id."""
    return page_url(document.kind, document.id, document.owner if document.guest else "", anchor)


def page_url(kind: Kind, document_id: str, owner: str = "", anchor: str = "") -> str:
    """Path of the page, with the owner and the fragment where there is one."""
    query = f"?{urlencode({'owner': owner})}" if owner else ""
    return f"/{PATHS[kind]}/{document_id}{query}" + (f"#{anchor}" if anchor else "")


def cookbook_out(imprint: Imprint, language: Language) -> CookbookOut:
    """Whose cookbook it is and on what terms."""
    return CookbookOut(
        owner=imprint.owner,
        name=imprint.name[language],
        licence=imprint.licence or "",
        url=imprint.url or "",
    )


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
        "language": document.language,
        "licence": document.licence,
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
