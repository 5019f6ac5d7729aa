"""Votes as JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import Slug, UsageKind, Vote

MAX_COMMENT = 1000
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class FeedbackRequest(Wire):
    """A vote on a search, one of its hits, or an answer of the assistant; the last vote holds."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"query_id": "0123456789abcdef", "target": "yritysten-sitouttaminen", "vote": "up"},
                {"answer_id": "fedcba9876543210", "vote": "down", "comment": "Ei vastannut kysymykseen."},
            ]
        },
    )

    query_id: Key | None = Field(default=None, description="The search that is judged; or `answer_id`.")
    answer_id: Key | None = Field(default=None, description="The answer that is judged; or `query_id`.")
    target: Slug | None = Field(
        default=None, description="Id of the document that is judged; null: the answer as a whole."
    )
    vote: Vote
    comment: str = Field(default="", max_length=MAX_COMMENT, description="Why, in the voter's own words.")

    @model_validator(mode="after")
    def _about_one(self) -> FeedbackRequest:
        if (self.query_id is None) == (self.answer_id is None):
            raise ValueError("give either query_id or answer_id")
        return self

    @property
    def about(self) -> str:
        """Key of what is judged."""
        return self.query_id or self.answer_id or ""

    @property
    def kind(self) -> UsageKind:
        """What is judged."""
        return "search" if self.query_id else "chat"


class FeedbackResponse(Wire):
    """The vote is on disk."""

    stored: bool = True
