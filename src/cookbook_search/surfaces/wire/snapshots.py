"""Snapshots and previews as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from cookbook_search.evaluate import Figure, Preview, ShiftedQuery
from cookbook_search.index import KeptSnapshot, Move, Snapshots
from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import Kind, Language
from cookbook_search.types.changes import Change, ChangeKind

_ID = "20261125T024505568465-0b6d41ee"
_OLDER = "20261124T161200120034-9c1f22a0"


class MoveOut(Wire):
    """How a snapshot became current."""

    at: str = Field(description="UTC, ISO 8601.", examples=["2026-11-25T02:45:05+00:00"])
    what: Literal["built", "published", "rolled back"]
    left: str = Field(description="Snapshot that was current before.", examples=[_OLDER])
    by: str = Field(description="Who did it, where that is known.", examples=["Maija Editor"])


class SnapshotOut(Wire):
    """One snapshot on disk."""

    id: str = Field(examples=[_ID])
    created: str | None = Field(description="UTC, ISO 8601.", examples=["2026-11-25T02:45:05+00:00"])
    documents: int | None = Field(examples=[123])
    chunks: int | None = Field(examples=[26841])
    model: str | None = Field(examples=["bundled"])
    analyzer: str | None = Field(examples=["voikko"])
    bytes: int = Field(examples=[43_812_001])
    current: bool
    staged: bool
    usable: bool
    problem: Literal["", "damaged", "format", "model", "analyzer"] = Field(
        description="Why this program cannot use it."
    )
    move: MoveOut | None = Field(description="How it last became current.")


class SnapshotsResponse(Wire):
    """All snapshots, newest first."""

    current: str = Field(examples=[_ID])
    staged: str = Field(description="What waits to be published.", examples=[""])
    before: str = Field(description="What a rollback goes back to.", examples=[_OLDER])
    snapshots: list[SnapshotOut]


class FigureOut(Wire):
    """One measure of a group of queries, before and after."""

    group: str = Field(description="A language, or `all`.", examples=["all"])
    measure: str = Field(examples=["ndcg@10"])
    before: float = Field(examples=[0.871])
    after: float = Field(examples=[0.874])
    difference: float = Field(description="Mean difference, paired by query.", examples=[0.003])
    low: float = Field(description="Lower end of its 95 % interval.", examples=[-0.001])
    high: float = Field(examples=[0.008])
    queries: int = Field(examples=[265])


class AnswersOut(Wire):
    """The first answers to a query; none where it is refused."""

    recipes: list[str]
    metrics: list[str]


class ShiftedQueryOut(Wire):
    """A query whose first answers change."""

    qid: str
    language: Language
    query: str
    shift: float = Field(description="How much of the first answers changes, 0..1.")
    gain: float = Field(description="Below 0: it got worse.")
    before: AnswersOut
    after: AnswersOut


class ChangeOut(Wire):
    """A document that comes, changes or goes."""

    what: ChangeKind
    owner: str
    kind: Kind
    id: str
    title: dict[Language, str]
    sections: list[str]


class PreviewOut(Wire):
    """The staged snapshot beside the current one."""

    model_config = ConfigDict(title="Preview")

    made: str
    before: str = Field(examples=[_OLDER])
    after: str = Field(examples=[_ID])
    source: str = Field(
        description="File of judged queries; empty: the cookbook's own phrasings.",
        examples=["evaluation/dev.jsonl"],
    )
    queries: int = Field(examples=[265])
    figures: list[FigureOut]
    shifted: list[ShiftedQueryOut] = Field(description="The most changed first.")
    shifted_count: int = Field(examples=[4])
    changes: list[ChangeOut]
    hidden: int = Field(description="Documents of which only what the search sees changed.")


def snapshots_response(snapshots: Snapshots) -> SnapshotsResponse:
    """The list as JSON."""
    return SnapshotsResponse(
        current=snapshots.current,
        staged=snapshots.staged,
        before=snapshots.before,
        snapshots=[_snapshot(one) for one in snapshots.all()],
    )


def preview_out(made: Preview) -> PreviewOut:
    """A preview as JSON."""
    return PreviewOut(
        made=made.made.isoformat(timespec="seconds"),
        before=made.before,
        after=made.after,
        source=made.source,
        queries=made.queries,
        figures=[_figure(figure) for figure in made.figures],
        shifted=[_query(query) for query in made.shifted],
        shifted_count=made.shifted_count,
        changes=[_change(change) for change in made.changes],
        hidden=made.hidden,
    )


def _snapshot(one: KeptSnapshot) -> SnapshotOut:
    told = one.manifest
    return SnapshotOut(
        id=one.id,
        created=told.created if told else None,
        documents=told.counts.documents if told else None,
        chunks=told.counts.chunks if told else None,
        model=told.model.name if told else None,
        analyzer=told.analyzer.name if told else None,
        bytes=one.bytes,
        current=one.is_current,
        staged=one.is_staged,
        usable=not one.problem,
        problem=one.problem,
        move=_move(one.move) if one.move else None,
    )


def _move(move: Move) -> MoveOut:
    return MoveOut(at=move.at.isoformat(timespec="seconds"), what=move.what, left=move.left, by=move.by)


def _figure(figure: Figure) -> FigureOut:
    return FigureOut.model_validate(figure.model_dump())


def _query(query: ShiftedQuery) -> ShiftedQueryOut:
    return ShiftedQueryOut.model_validate(query.model_dump())


def _change(change: Change) -> ChangeOut:
    title: dict[Language, str] = {"fi": change.title.fi, "sv": change.title.sv, "en": change.title.en}
    return ChangeOut(
        what=change.what, owner=change.owner, kind=change.kind, id=change.id, title=title,
        sections=list(change.sections),
    )  # fmt: skip
