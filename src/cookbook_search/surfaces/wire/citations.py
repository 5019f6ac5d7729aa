"""Citations as JSON, the same for chat, MCP and whoever else cites."""

from __future__ import annotations

from pydantic import Field

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.surfaces.wire.documents import page_url
from cookbook_search.types import Citation, Kind, Language


class CitationOut(Wire):
    """Where a claim stands in the cookbook."""

    id: str
    kind: Kind
    owner: str = Field(description="The city whose cookbook it is of.")
    title: str
    heading: str = Field(description="Heading of the passage; empty: the document itself.")
    anchor: str = Field(description="Fragment on the document's page.")
    url: str = Field(description="Page and fragment; a path where no public address is configured.")
    quote: str = Field(description="The cookbook's own words.")
    language: Language = Field(description="Language of the quote.")
    guest: bool = Field(description="Whether it is of another city's cookbook than the server's own.")


def citation_out(citation: Citation, base_url: str = "") -> CitationOut:
    """The citation with its address; ``base_url`` empty leaves a path."""
    return CitationOut(
        id=citation.id,
        kind=citation.kind,
        owner=citation.owner,
        title=citation.title,
        heading=citation.heading,
        anchor=citation.anchor,
        url=base_url.rstrip("/") + citation_url(citation),
        quote=citation.quote,
        language=citation.language,
        guest=citation.guest,
    )


def citation_url(citation: Citation) -> str:
    """Path of the cited page, with the owner of a guest and the fragment."""
    owner = citation.owner if citation.guest else ""
    return page_url(citation.kind, citation.id, owner, citation.anchor)
