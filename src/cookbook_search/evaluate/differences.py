"""The page of differences between two evaluations, query by query, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cookbook_search.evaluate.retrieval import Outcome, compare

SHOWN = 3
"""Documents shown of a ranking."""
NAMES = {
    "ndcg@10": "nDCG@10 recipes",
    "recall@5": "recall@5 needed",
    "mrr": "MRR",
    "metric_ndcg@10": "nDCG@10 metrics",
    "refusal": "refused, off topic",
    "false_refusal": "refused falsely",
}


def differences_page(before: Sequence[Outcome], after: Sequence[Outcome]) -> str:
    """What changed from ``before`` to ``after``: means with intervals, then each query, losses first.

    A query stands there where a measure of its ranking or its refusal changed.
    """
    return "\n".join([*_means(before, after), "", *_queries(before, after), ""])


def _means(before: Sequence[Outcome], after: Sequence[Outcome]) -> Iterator[str]:
    yield "# Differences, query by query"
    yield ""
    yield "| measure | difference | 95 % interval | queries |"
    yield "| --- | --- | --- | --- |"
    for measure, found in compare(before, after).items():
        yield (
            f"| {NAMES[measure]} | {found.mean:+.3f} | {found.low:+.3f} to {found.high:+.3f} "
            f"| {found.count} |"
        )


def _queries(before: Sequence[Outcome], after: Sequence[Outcome]) -> Iterator[str]:
    known = {outcome.query.qid: outcome for outcome in before}
    pairs = [(known[o.query.qid], o) for o in after if o.query.qid in known]
    changed = sorted(
        ((first, second) for first, second in pairs if first.measures != second.measures),
        key=lambda pair: (gain(*pair), pair[0].query.qid),
    )
    yield f"{len(changed)} of {len(pairs)} queries changed."
    yield ""
    yield "| query | | nDCG@10 | metrics | first before | first after |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for first, second in changed:
        query = first.query
        yield (
            f"| {query.qid} {query.lang} {query.style} | {_cell(query.query)} "
            f"| {_change(first, second, 'ndcg@10')} | {_change(first, second, 'metric_ndcg@10')} "
            f"| {_ranking(first)} | {_ranking(second)} |"
        )


def gain(before: Outcome, after: Outcome) -> float:
    """Gain over all measures that apply to both; a false refusal counts against."""
    shared = before.measures.keys() & after.measures.keys()
    return sum(
        (after.measures[name] - before.measures[name]) * (-1 if name == "false_refusal" else 1)
        for name in sorted(shared)
    )


def _change(before: Outcome, after: Outcome, measure: str) -> str:
    if measure not in before.measures or measure not in after.measures:
        return ""
    return f"{before.measures[measure]:.2f} → {after.measures[measure]:.2f}"


def _ranking(outcome: Outcome) -> str:
    if outcome.refused:
        return "refused"
    grades = outcome.query.recipes
    return "<br>".join(f"{name} ({grades.get(name, 0)})" for name in outcome.recipes[:SHOWN])


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
