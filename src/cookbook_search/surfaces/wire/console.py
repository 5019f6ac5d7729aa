"""What the editors' console shows, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import Field

from cookbook_search.check import Health
from cookbook_search.retrieve import Inspected, Inspection
from cookbook_search.surfaces.staging import Job
from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import ChunkKind, Kind, Language, Vote
from cookbook_search.usage import Activity, Voted


class FaultOut(Wire):
    """One thing wrong in the corpus."""

    path: str = Field(description="File, relative to the corpus.", examples=["reseptit/jasenkysely.md"])
    line: int = Field(examples=[12])
    rule: str = Field(examples=["dangling-id"])
    message: str
    stops: bool = Field(description="No index is built before this is mended.")


class HealthResponse(Wire):
    """How the corpus stands."""

    documents: int = Field(description="Documents that could be read.", examples=[123])
    faults: list[FaultOut]


class CommentOut(Wire):
    """A vote with a comment, masked."""

    vote: Vote
    comment: str = Field(examples=["Kaipasin esimerkkiä pienestä kunnasta."])
    given: str = Field(description="Date.", examples=["2026-11-25"])


class VotedOut(Wire):
    """How one document was judged."""

    id: str = Field(description="Empty: answers as a whole.", examples=["jasenkysely"])
    up: int = Field(examples=[12])
    down: int = Field(examples=[3])
    comments: list[CommentOut]


class FeedbackReport(Wire):
    """Questions and votes of a period."""

    days: int = Field(examples=[30])
    asked: int = Field(examples=[412])
    refused: int = Field(description="Questions without an answer.", examples=[37])
    chat: int = Field(description="Of the questions, those to the assistant.", examples=[55])
    up: int = Field(examples=[61])
    down: int = Field(examples=[9])
    documents: list[VotedOut] = Field(description="Those with the most votes against first.")


class PartsOut(Wire):
    """What a score is the sum of."""

    cosine: float
    lexical: float = Field(description="Weighted BM25 of the best passage.")
    kind: float = Field(description="Offset of the passage's kind.")
    further: float = Field(description="What the other passages add.")
    document: float = Field(description="Weighted BM25 of the whole document.")
    wording: float = Field(description="Weighted likelihood of the query's words in its questions.")
    neighbours: float = Field(description="Weighted mean score of related documents.")
    beliefs: float = Field(description="Because a related document may be the right one.")


class InspectedOut(Wire):
    """How one document came to its place."""

    id: str = Field(examples=["yritysten-sitouttaminen"])
    kind: Kind
    owner: str
    place: int = Field(description="Among recipes and methods, or among metrics.", examples=[1])
    among: int = Field(examples=[87])
    probability: float = Field(examples=[0.83])
    score: float = Field(examples=[2.787])
    parts: PartsOut
    fields: dict[str, float] = Field(description="Field -> its share of the document's BM25.")
    passage_kind: ChunkKind
    passage: str
    recommended_by: list[str]


class InspectionOut(Wire):
    """One query taken apart."""

    language: Language
    words: dict[str, list[str]] = Field(description="Word as read -> terms it stands for.")
    weights: dict[str, float] = Field(description="Term -> weight in BM25.")
    corrected: dict[str, str]
    synonyms: dict[str, list[str]]
    unknown: list[str]
    answerable: float = Field(description="Probability that there is an answer.", examples=[0.97])
    threshold: float = Field(description="Below it the query is refused.", examples=[0.66])
    answered: bool
    recipes: list[InspectedOut]
    metrics: list[InspectedOut]
    wanted: list[InspectedOut] = Field(description="The documents asked about by `id`.")


class JobOut(Wire):
    """The build beside the current index, and its comparison."""

    running: bool
    by: str
    begun: str
    ended: str | None
    step: Literal["read", "analyze", "write", "compare", "done"]
    done: int
    total: int
    failure: str = Field(description="Why it ended without a comparison; empty: it did not.")
    faults: list[FaultOut]


class IndexAction(Wire):
    """What to do with the index."""

    do: Literal["stage", "publish", "rollback", "discard"] = Field(
        description="`stage`: build beside and compare, in the background. `publish`: make the staged "
        "snapshot current. `rollback`: make an earlier one current. `discard`: let the staged one go.",
        examples=["stage"],
    )
    snapshot: str = Field(
        default="", max_length=200, description="For `publish` and `rollback`, where it is not the usual one."
    )


def health_response(health: Health) -> HealthResponse:
    """Faults as JSON."""
    faults = [FaultOut(**asdict(fault), stops=fault in health.stopping) for fault in health.faults]
    return HealthResponse(documents=health.documents, faults=faults)


def feedback_report(days: int, activity: Activity, votes: tuple[Voted, ...]) -> FeedbackReport:
    """Totals and votes as JSON."""
    return FeedbackReport(
        days=days, asked=activity.asked, refused=activity.refused, chat=activity.chat,
        up=activity.up, down=activity.down, documents=[_voted(one) for one in votes],
    )  # fmt: skip


def inspection_out(found: Inspection) -> InspectionOut:
    """An inspection as JSON."""
    read = found.read
    return InspectionOut(
        language=read.language,
        words={word: list(terms) for word, terms in read.tokens.items()},
        weights=read.weights,
        corrected=read.corrected,
        synonyms={words: list(terms) for words, terms in read.synonyms.items()},
        unknown=list(read.unknown),
        answerable=found.answerable,
        threshold=found.threshold,
        answered=found.answered,
        recipes=[_inspected(one) for one in found.recipes],
        metrics=[_inspected(one) for one in found.metrics],
        wanted=[_inspected(one) for one in found.wanted],
    )


def job_out(job: Job, running: bool) -> JobOut:
    """The job as JSON."""
    return JobOut(
        running=running, by=job.by, begun=job.begun.isoformat(timespec="seconds"),
        ended=job.ended.isoformat(timespec="seconds") if job.ended else None,
        step=job.step, done=job.done, total=job.total, failure=job.failure,
        faults=[FaultOut(**fault.model_dump(), stops=True) for fault in job.faults],
    )  # fmt: skip


def _voted(one: Voted) -> VotedOut:
    comments = [
        CommentOut(vote=vote.vote, comment=vote.comment, given=vote.given_at.date().isoformat())
        for vote in one.comments
    ]
    return VotedOut(id=one.target, up=one.up, down=one.down, comments=comments)


def _inspected(one: Inspected) -> InspectedOut:
    return InspectedOut(
        id=one.document.id, kind=one.document.kind, owner=one.document.owner, place=one.place,
        among=one.among, probability=one.probability, score=one.score, parts=PartsOut(**asdict(one.parts)),
        fields=one.fields, passage_kind=one.chunk.kind, passage=one.chunk.text,
        recommended_by=list(one.recommended_by),
    )  # fmt: skip
