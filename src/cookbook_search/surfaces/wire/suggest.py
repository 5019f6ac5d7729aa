"""Suggestions for an unfinished query as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.types import Kind, Language, Suggestion

MAX_TYPED = 200
MAX_SUGGESTIONS = 20


class SuggestParameters(Wire):
    """What has been typed so far."""

    q: str = Field(min_length=1, max_length=MAX_TYPED, description="The unfinished query.")
    language: Language | None = Field(default=None, description="Preferred among equally good ones.")
    limit: int = Field(default=8, ge=1, le=MAX_SUGGESTIONS)


class SuggestionOut(Wire):
    """A title to go to, or a phrasing of a problem to search with."""

    text: str
    kind: Kind | Literal["problem"] = Field(description="Of what `text` is the title; a problem is a query.")
    language: Language
    highlights: list[tuple[int, int]] = Field(description="Half-open character ranges of `text`.")
    id: str = Field(description="Id of the document of this title or problem.")
    url: str = Field(description="Path of the document's page.")
    owner: str = Field(description="The city whose cookbook it is of.")


class SuggestResponse(Wire):
    """Titles, then phrasings of problems, each best first."""

    query: str
    suggestions: list[SuggestionOut]


def suggest_response(query: str, suggestions: Sequence[Suggestion]) -> SuggestResponse:
    """The API's answer."""
    return SuggestResponse(query=query, suggestions=[_suggestion(found) for found in suggestions])


def _suggestion(found: Suggestion) -> SuggestionOut:
    return SuggestionOut(
        text=found.text,
        kind=found.kind,
        language=found.language,
        highlights=list(found.highlights),
        id=found.document.id,
        url=url_of(found.document),
        owner=found.document.owner,
    )
