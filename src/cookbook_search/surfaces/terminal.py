"""What the command line shows on a terminal."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Column, Table
from rich.text import Text

from cookbook_search.evaluate import MEASURES, Estimate, Preview
from cookbook_search.index import KeptSnapshot
from cookbook_search.index import Progress as IndexProgress
from cookbook_search.retrieve import Explanation
from cookbook_search.surfaces.wire.keys import state_of
from cookbook_search.types import AnyDocument, ApiKey, Language, SearchResult, Session
from cookbook_search.usage import GapReport

out = Console(highlight=False, markup=False)
err = Console(stderr=True, highlight=False, markup=False)
EXCERPT = 220
_REFUSAL: dict[Language, str] = {
    "fi": "Keittokirjassa ei ole vastausta tähän. Lähimmät aiheet:",
    "sv": "Kokboken har inget svar på detta. Närmaste ämnen:",
    "en": "The cookbook has no answer to this. Nearest topics:",
}


@contextmanager
def progress_bar() -> Iterator[IndexProgress]:
    """A progress bar on a terminal; silence elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield report


def print_json(value: object) -> None:
    """JSON on stdout, as it is: no wrapping, no colours."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_result(result: SearchResult) -> None:
    """Recipes with their reasons, then metrics; or the refusal with the nearest topics."""
    for typed, read in result.corrected.items():
        out.print(f"{typed} → {read}", style="dim")
    if not result.answerable:
        out.print(_REFUSAL[result.language])
        for suggestion in result.suggestions:
            out.print(f"  {suggestion}")
        return
    for hit in result.recipes:
        out.print(_heading(hit.document, hit.score, result.language))
        out.print(f"  {hit.why}")
        for passage in hit.passages[:1]:
            out.print(f"  {passage.heading}: {passage.text[:EXCERPT]}…", style="dim")
    out.print()
    for metric in result.metrics:
        out.print(_heading(metric.document, metric.score, result.language))
        out.print(f"  {metric.document.formula}", style="dim")


def print_explanation(explanation: Explanation) -> None:
    """How a query was read, and a table of what each part of the retrieval gave."""
    out.print(f"language {explanation.language}, answerable {explanation.answerable:.2f}")
    for word, terms in explanation.tokens.items():
        out.print(f"  {word}: {', '.join(terms)}")
    for typed, read in explanation.corrected.items():
        out.print(f"  corrected {typed} -> {read}")
    for words, terms in explanation.synonyms.items():
        out.print(f"  synonyms of {words}: {', '.join(terms)}")
    if explanation.unknown:
        out.print(f"  not in the corpus: {', '.join(explanation.unknown)}")
    columns = (
        "document",
        "p",
        "score",
        "cosine",
        "bm25 chunk",
        "bm25 document",
        "wording",
        "of it in",
        "best chunk",
    )
    table = Table(*columns)
    for found in explanation.documents:
        lexical = (found.chunk_lexical, found.document_lexical, found.wording)
        numbers = (found.probability, found.score, found.cosine, *lexical)
        fields = ", ".join(f"{field} {part:.2f}" for field, part in found.fields.items() if part >= 0.005)
        table.add_row(found.id, *(f"{number:.2f}" for number in numbers), fields, Text(found.chunk[:60]))
    out.print(table)


def print_tables(
    tables: dict[str, dict[str, dict[str, Estimate]]],
    differences: dict[str, Estimate],
) -> None:
    """A table a grouping: mean, 95 % interval and number of queries of each measure."""
    for name, rows in tables.items():
        table = Table(name, *MEASURES)
        for group, row in rows.items():
            table.add_row(group, *(_cell(row.get(measure)) for measure in MEASURES))
        out.print(table)
    for measure, estimate in differences.items():
        out.print(f"difference {measure}: {_cell(estimate)}")


def print_answer_tables(
    groups: dict[str, dict[str, Estimate]], asks: dict[str, dict[str, Estimate]], measures: tuple[str, ...]
) -> None:
    """A line a measure with a column a group; then a line a kind of question with what it was judged by."""
    table = Table("", *groups)
    for measure in measures:
        table.add_row(measure, *(_cell(row.get(measure)) for row in groups.values()))
    out.print(table)
    kinds = Table("asks", "judged by", "right")
    for ask, row in asks.items():
        judged = next((m for m in ("leads", "section", "document", "refusal", "social") if m in row), None)
        if judged:
            kinds.add_row(ask, judged, _cell(row[judged]))
    out.print(kinds)


def print_gaps(report: GapReport) -> None:
    """A row a gap, the most asked first, and what is not shown."""
    table = Table("", "id", "refused", "voted down", "last", "question", "nearest recipes", show_lines=True)
    for number, gap in enumerate(report.gaps, start=1):
        wordings = [f"{text[:EXCERPT]}" for _, text in gap.questions[:3]]
        more = [f"(+ {len(gap.questions) - 3})"] if len(gap.questions) > 3 else []
        last = gap.last_asked.date().isoformat()
        table.add_row(
            str(number),
            gap.id,
            str(gap.refused),
            str(gap.voted_down),
            last,
            Text("\n".join([*wordings, *more])),
            Text("\n".join(gap.nearest)),
        )
    if report.gaps:
        out.print(table)
    else:
        out.print("No gaps: nothing was asked in vain as far as is known.")
    if report.hidden:
        out.print(f"{report.hidden} more in groups too small to be shown (COOKBOOK_GAPS_LEAST, --least)")
    if report.mended:
        out.print(f"{report.mended} had no answer when asked and have one now")


def print_keys(keys: Sequence[ApiKey], now: dt.datetime) -> None:
    """A row a key, the oldest first."""
    if not keys:
        out.print("No keys. `cookbook keys create` makes one.")
        return
    table = Table(Column("key", no_wrap=True), "name", "scopes", "state", *(
        Column(name, no_wrap=True) for name in ("made", "ends", "last used")
    ))  # fmt: skip
    for key in keys:
        dates = (key.created_at, key.expires_at, key.last_used_at)
        cells = ("never" if date is None else date.date().isoformat() for date in dates)
        table.add_row(
            f"ckb_{key.id}", Text(key.name), " ".join(sorted(key.scopes)), state_of(key, now), *cells
        )
    out.print(table)


def print_snapshots(snapshots: list[KeptSnapshot], before: str) -> None:
    """A row a snapshot, newest first."""
    if not snapshots:
        out.print("No snapshots; run `cookbook index`.")
        return
    table = Table("snapshot", "built (UTC)", "documents", "chunks", "model", "MiB", "state", "became current")
    for one in snapshots:
        told = one.manifest
        states = [
            "current" if one.is_current else "", "staged" if one.is_staged else "",
            f"unusable: {one.problem}" if one.problem else "",
            "rollback goes here" if one.id == before else "",
        ]  # fmt: skip
        moved = one.move
        how = f"{moved.what} {moved.at:%Y-%m-%d %H:%M} {moved.by}".rstrip() if moved else ""
        table.add_row(
            one.id,
            f"{one.created:%Y-%m-%d %H:%M}" if one.created else "-",
            str(told.counts.documents) if told else "-",
            str(told.counts.chunks) if told else "-",
            Text(told.model.name) if told else "-",
            f"{one.bytes / (1 << 20):.1f}",
            ", ".join(filter(None, states)),
            Text(how),
        )
    out.print(table)


def print_preview(preview: Preview) -> None:
    """Figures before and after, the queries that change most, and the documents that change."""
    out.print(f"{preview.before} -> {preview.after}, {preview.queries} queries", soft_wrap=True)
    out.print(f"  of {preview.source or 'the own phrasings of the cookbook'}", style="dim")
    table = Table("queries", "measure", "before", "after", "difference", "95 % interval", "n")
    for figure in preview.figures:
        spread = f"{figure.low:+.3f} to {figure.high:+.3f}"
        table.add_row(
            figure.group, figure.measure, f"{figure.before:.3f}", f"{figure.after:.3f}",
            f"{figure.difference:+.3f}", spread + (" *" if figure.is_sure else ""), str(figure.queries),
        )  # fmt: skip
    out.print(table)
    out.print(f"{preview.shifted_count} queries get other first answers")
    for query in preview.shifted[:20]:
        out.print(f"  {query.shift:.2f} {query.gain:+.2f} {query.query[:EXCERPT]}", soft_wrap=True)
        for sign, answers in (("  ", query.before), ("->", query.after)):
            told = " ".join((*answers.recipes[:3], *answers.metrics[:3])) or "refused"
            out.print(f"   {sign} {told}", style="dim", soft_wrap=True)
    for change in preview.changes:
        sections = f": {', '.join(change.sections)}" if change.sections else ""
        out.print(f"{change.what} {change.owner} {change.id}{sections}", soft_wrap=True)
    if preview.hidden:
        out.print(f"{preview.hidden} documents change for the search alone (questions, statements)")


def print_sessions(sessions: Sequence[Session]) -> None:
    """A row a session, by person."""
    if not sessions:
        out.print("Nobody is signed in.")
        return
    table = Table(Column("subject", overflow="fold"), "name", "scopes", "ends (UTC)")
    for session in sessions:
        ends = f"{session.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(Text(session.subject), Text(session.name), " ".join(sorted(session.scopes)), ends)
    out.print(table)


def _heading(document: AnyDocument, score: float, language: Language) -> Text:
    return Text.assemble((document.title[language], "bold"), f"  {score:.2f}  ", (document.id, "dim"))


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    return f"{estimate.mean:.3f} ±{(estimate.high - estimate.low) / 2:.2f} n={estimate.count}"
