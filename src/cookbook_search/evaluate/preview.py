"""How answers will change when a staged snapshot becomes current: figures, queries, documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cookbook_search.app import Cookbook
from cookbook_search.errors import NoSnapshot
from cookbook_search.evaluate.differences import gain
from cookbook_search.evaluate.retrieval import (
    GRADE_NEEDED,
    MEASURES,
    JudgedQuery,
    Outcome,
    compare,
    evaluate,
    read_queries,
    summarise,
)
from cookbook_search.index import Progress, changes_between
from cookbook_search.retrieve import Searcher
from cookbook_search.types import LANGUAGES, AnyDocument, Language, Metric, SearchResult
from cookbook_search.types.changes import Change

PHRASINGS = 3
"""Phrasings of each document and language that are asked where no queries are judged."""
LOOKED_AT = 5
"""First answers that are compared."""
SHOWN = 100
"""Queries kept in a preview, those that change most first."""
ALL = "all"


class Stored(BaseModel):
    """Frozen, and read again by the program that wrote it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Stored):
    """One measure of a group of queries, before and after."""

    group: str
    """A language, or ``all``."""
    measure: str
    """One of ``evaluate.MEASURES``."""
    before: float
    after: float
    difference: float
    """Mean of after - before, paired by query."""
    low: float
    """Ends of the 95 % interval of the difference."""
    high: float
    queries: int

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        return self.low > 0 or self.high < 0

    @property
    def is_better(self) -> bool:
        """Whether the change is for the good; only false refusals are better fewer."""
        return (self.difference < 0) if self.measure == "false_refusal" else self.difference > 0


class Answers(Stored):
    """The first answers to a query; none where it is refused."""

    recipes: tuple[str, ...]
    """Ids, best first."""
    metrics: tuple[str, ...]


class ShiftedQuery(Stored):
    """A query whose first answers change."""

    qid: str
    language: Language
    query: str
    shift: float
    """How much of the first answers changes, the first counting most: 0..1."""
    gain: float
    """Sum of the differences of its measures, false refusals counting against: below 0 it got worse."""
    before: Answers
    after: Answers


class Preview(Stored):
    """A staged snapshot beside the current one."""

    made: dt.datetime
    before: str
    """Id of the current snapshot."""
    after: str
    """Id of the staged one."""
    source: str
    """File of the judged queries; empty where the cookbook's own phrasings were asked."""
    queries: int
    figures: tuple[Figure, ...]
    shifted: tuple[ShiftedQuery, ...]
    """The most changed first, ``SHOWN`` at most."""
    shifted_count: int
    changes: tuple[Change, ...]
    """Documents that come, change and go."""
    hidden: int
    """Documents of which only what the search sees changed: questions, statements."""


def preview(cookbook: Cookbook, progress: Progress | None = None) -> Preview:
    """Compare the staged snapshot with the current one. Raises NoSnapshot, SnapshotError, EvaluationError."""
    staged, current = cookbook.snapshots.staged, cookbook.snapshots.current
    if not staged or not current:
        raise NoSnapshot("Nothing waits to be published; run `cookbook index --stage` first.")
    before, after = cookbook.searcher_of(current), cookbook.searcher_of(staged)
    path = cookbook.settings.judged_queries
    queries = read_queries(path) if path.is_file() else own_phrasings(after.snapshot.documents)
    ask = _counted(2 * len(queries), progress or (lambda _step, _done, _total: None))
    first, second = evaluate(queries, ask(before)), evaluate(queries, ask(after))
    shifted = sorted(_shifted(first, second), key=lambda query: (-query.shift, query.gain, query.qid))
    old, new = before.snapshot.documents, after.snapshot.documents
    now = dt.datetime.now(dt.UTC)
    changes = sorted(changes_between(old, new, now), key=lambda change: (change.what, change.key))
    return Preview(
        made=now,
        before=current,
        after=staged,
        source=str(path) if path.is_file() else "",
        queries=len(queries),
        figures=tuple(_figures(first, second)),
        shifted=tuple(shifted[:SHOWN]),
        shifted_count=len(shifted),
        changes=tuple(changes),
        hidden=_hidden(old, new, changes),
    )


def own_phrasings(documents: Sequence[AnyDocument]) -> list[JudgedQuery]:
    """The cookbook's own phrasings of problems as queries: each needs the document that it stands in."""
    return [
        JudgedQuery(
            qid=f"{document.owner}/{document.id}/{language}/{number}",
            lang=language,
            style="phrasing",
            query=text,
            recipes={} if isinstance(document, Metric) else {document.id: GRADE_NEEDED},
            metrics={document.id: GRADE_NEEDED} if isinstance(document, Metric) else {},
        )
        for document in documents
        for language in LANGUAGES
        for number, text in enumerate(islice(document.problems[language], PHRASINGS), start=1)
    ]


def write_preview(path: Path, made: Preview) -> None:
    """Keep a preview for whoever looks next."""
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(made.model_dump_json(), encoding="utf-8")
    temporary.replace(path)


def read_preview(path: Path, before: str, after: str) -> Preview | None:
    """The preview of these two snapshots, if that is what was kept last."""
    with suppress(OSError, ValidationError):
        kept = Preview.model_validate_json(path.read_bytes())
        if (kept.before, kept.after) == (before, after):
            return kept
    return None


def _counted(total: int, report: Progress) -> Callable[[Searcher], Callable[[str], SearchResult]]:
    """Searches that tell how many of them are done."""
    done = 0

    def of(searcher: Searcher) -> Callable[[str], SearchResult]:
        def search(query: str) -> SearchResult:
            nonlocal done
            result = searcher.search(query)
            done += 1
            report("compare", done, total)
            return result

        return search

    return of


def _figures(before: Sequence[Outcome], after: Sequence[Outcome]) -> Iterator[Figure]:
    """All queries first, then by language."""
    for group in (ALL, *LANGUAGES):
        first = [one for one in before if group in {ALL, one.query.lang}]
        second = [one for one in after if group in {ALL, one.query.lang}]
        old = summarise(first, lambda _: ALL).get(ALL, {})
        new = summarise(second, lambda _: ALL).get(ALL, {})
        differences = compare(first, second)
        for measure in MEASURES:
            if measure in differences:
                found = differences[measure]
                yield Figure(
                    group=group,
                    measure=measure,
                    before=old[measure].mean,
                    after=new[measure].mean,
                    difference=found.mean,
                    low=found.low,
                    high=found.high,
                    queries=found.count,
                )


def _shifted(before: Sequence[Outcome], after: Sequence[Outcome]) -> Iterator[ShiftedQuery]:
    for first, second in zip(before, after, strict=True):
        shift = max(
            _moved(first.recipes, second.recipes), _moved(first.metrics, second.metrics),
            float(first.refused != second.refused),
        )  # fmt: skip
        if shift:
            yield ShiftedQuery(
                qid=first.query.qid,
                language=first.query.lang,
                query=first.query.query,
                shift=shift,
                gain=gain(first, second),
                before=_answers(first),
                after=_answers(second),
            )


def _moved(before: Sequence[str], after: Sequence[str]) -> float:
    """Share of the first places that another document takes, place n weighing 1/n."""
    places = range(min(LOOKED_AT, max(len(before), len(after))))
    whole = sum(1 / (place + 1) for place in places)
    moved = sum(1 / (place + 1) for place in places if before[place : place + 1] != after[place : place + 1])
    return moved / whole if whole else 0.0


def _answers(outcome: Outcome) -> Answers:
    return Answers(recipes=outcome.recipes[:LOOKED_AT], metrics=outcome.metrics[:LOOKED_AT])


def _hidden(old: Sequence[AnyDocument], new: Sequence[AnyDocument], changes: Sequence[Change]) -> int:
    told = {change.key for change in changes}
    digests = {(one.owner, one.kind, one.id): one.digest for one in old}
    keys = [((one.owner, one.kind, one.id), one.digest) for one in new]
    return sum(key in digests and digests[key] != digest and key not in told for key, digest in keys)
