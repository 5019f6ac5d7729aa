"""Gaps as JSON."""

from __future__ import annotations

from pydantic import Field

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import Gap, Language
from cookbook_search.usage import GapReport


class QuestionOut(Wire):
    """One wording, masked."""

    language: Language
    text: str


class GapOut(Wire):
    """Questions of one meaning that the cookbook did not answer well."""

    number: int = Field(description="Place in the list, from 1.")
    id: str = Field(description="Changes when its questions do.")
    label: str
    count: int
    refused: int
    voted_down: int
    first_asked: str
    last_asked: str
    questions: list[QuestionOut]
    comments: list[str]
    nearest: list[str] = Field(description="Ids of the nearest recipes.")


class GapsResponse(Wire):
    """What is missing, the most asked first."""

    gaps: list[GapOut]
    hidden: int = Field(description="Questions in groups too small to be shown.")
    mended: int = Field(description="Questions that had no answer then and have one now.")


def gaps_response(report: GapReport) -> GapsResponse:
    """The report as JSON."""
    return GapsResponse(
        gaps=[_gap(number, gap) for number, gap in enumerate(report.gaps, start=1)],
        hidden=report.hidden,
        mended=report.mended,
    )


def _gap(number: int, gap: Gap) -> GapOut:
    return GapOut(
        number=number,
        id=gap.id,
        label=gap.label,
        count=gap.count,
        refused=gap.refused,
        voted_down=gap.voted_down,
        first_asked=gap.first_asked.isoformat(),
        last_asked=gap.last_asked.isoformat(),
        questions=[QuestionOut(language=language, text=text) for language, text in gap.questions],
        comments=list(gap.comments),
        nearest=list(gap.nearest),
    )
