"""Measures against hand-computed values, intervals, comparisons, and files that cannot be read."""

from __future__ import annotations

import json
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.errors import EvaluationError
from cookbook_search.evaluate import (
    MEASURES,
    JudgedQuery,
    compare,
    estimate,
    evaluate,
    outcomes_as_json,
    read_queries,
    summarise,
)
from cookbook_search.types import Hit, Metric, MetricHit, Recipe, SearchResult


def judged(qid="q1", *, lang="fi", style="formal", recipes=None, metrics=None):
    return JudgedQuery(
        qid=qid, lang=lang, style=style, query=f"kysymys {qid}", recipes=recipes or {}, metrics=metrics or {}
    )


def answer(recipes=(), metrics=()):
    """A search that always gives these ids, in this order; nothing means a refusal."""

    hits = tuple(Hit(Recipe.model_construct(id=one), 0.9, "", (), ()) for one in recipes)
    metric_hits = tuple(MetricHit(Metric.model_construct(id=one), 0.9, ()) for one in metrics)
    return lambda query: SearchResult(query, "fi", bool(hits or metric_hits), hits, metric_hits)


def measures(query, search):
    [outcome] = evaluate([query], search)
    return dict(outcome.measures)


def test_a_perfect_ranking_has_full_marks():
    query = judged(recipes={"a": 3, "b": 2, "c": 1}, metrics={"m": 3})
    assert measures(query, answer(["a", "b", "c"], ["m"])) == pytest.approx(
        {"ndcg@10": 1, "mrr": 1, "recall@5": 1, "metric_ndcg@10": 1, "false_refusal": 0}
    )


def test_ndcg_by_hand():
    query = judged(recipes={"a": 3, "b": 2, "c": 1})
    got = measures(query, answer(["x", "c", "a"]))
    gained = 1 / log2(3) + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert got["ndcg@10"] == pytest.approx(gained / ideal)


def test_ndcg_looks_at_ten_places_alone():
    query = judged(recipes={"a": 3})
    others = [f"x{n}" for n in range(10)]
    assert measures(query, answer([*others[:9], "a"]))["ndcg@10"] == pytest.approx(1 / log2(11))
    assert measures(query, answer([*others, "a"]))["ndcg@10"] == 0


def test_recall_counts_only_what_the_asker_needs():
    query = judged(recipes={"a": 3, "b": 3, "c": 1})
    assert measures(query, answer(["a", "c", "x", "y", "z", "b"]))["recall@5"] == pytest.approx(0.5)
    assert measures(query, answer(["c", "x", "y", "z", "b"]))["recall@5"] == pytest.approx(0.5)


def test_recall_is_missing_where_no_document_is_needed():
    assert "recall@5" not in measures(judged(recipes={"a": 2}), answer(["a"]))


def test_mrr_passes_over_documents_of_the_lowest_grade():
    query = judged(recipes={"a": 1, "b": 2})
    assert measures(query, answer(["a", "x", "b"]))["mrr"] == pytest.approx(1 / 3)


def test_metrics_are_measured_by_themselves():
    query = judged(recipes={"a": 3}, metrics={"m": 2, "n": 1})
    got = measures(query, answer(["a"], ["n", "m"]))
    assert got["metric_ndcg@10"] == pytest.approx((1 + 2 / log2(3)) / (2 + 1 / log2(3)))
    assert got["ndcg@10"] == 1


def test_a_query_judged_for_metrics_alone_has_no_recipe_measures():
    assert measures(judged(metrics={"m": 3}), answer(["a"], ["m"])) == {
        "metric_ndcg@10": 1.0, "false_refusal": 0.0
    }  # fmt: skip


def test_a_refusal_of_an_answerable_query_scores_nothing():
    assert measures(judged(recipes={"a": 3}, metrics={"m": 3}), answer()) == {
        "ndcg@10": 0, "mrr": 0, "recall@5": 0, "metric_ndcg@10": 0, "false_refusal": 1
    }  # fmt: skip


@pytest.mark.parametrize(("search", "refused"), [(answer(), 1.0), (answer(["a"]), 0.0)])
def test_a_query_without_judgements_must_be_refused(search, refused):
    assert judged().must_be_refused
    assert measures(judged(), search) == {"refusal": refused}


def test_summary_groups_in_alphabetical_order_and_leaves_out_what_was_not_measured():
    outcomes = evaluate(
        [
            judged("1", lang="sv", recipes={"a": 3}),
            judged("2", lang="fi", recipes={"a": 3}),
            judged("3", lang="fi", recipes={"b": 3}),
            judged("4", lang="fi"),
        ],
        answer(["a"]),
    )
    rows = summarise(outcomes, lambda outcome: outcome.query.lang)
    assert list(rows) == ["fi", "sv"]
    assert rows["fi"]["ndcg@10"].mean == pytest.approx(0.5)
    assert rows["fi"]["ndcg@10"].count == 2
    assert rows["fi"]["refusal"].count == 1
    assert "refusal" not in rows["sv"]
    assert "metric_ndcg@10" not in rows["fi"]


def test_interval_of_equal_values_is_a_point():
    found = estimate([0.25] * 7)
    assert (found.mean, found.low, found.high, found.count) == (0.25, 0.25, 0.25, 7)


def test_interval_of_many_coin_tosses_is_near_the_normal_one():
    found = estimate([0.0, 1.0] * 200)
    half = 1.96 * 0.5 / 400**0.5
    assert found.mean == 0.5
    assert found.low == pytest.approx(0.5 - half, abs=0.01)
    assert found.high == pytest.approx(0.5 + half, abs=0.01)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_interval_lies_within_the_values(values):
    found = estimate(values)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == estimate(values)


def test_comparison_is_paired_by_query():
    queries = [judged(str(n), recipes={"a": 3}) for n in range(6)]
    worse = evaluate(queries, answer(["x", "a"]))
    better = list(reversed(evaluate(queries, answer(["a"]))))
    difference = compare(worse, better)
    gain = 1 - 1 / log2(3)
    assert difference["ndcg@10"].mean == pytest.approx(gain)
    assert difference["ndcg@10"].low == pytest.approx(gain)
    assert difference["ndcg@10"].count == 6
    assert difference["mrr"].mean == pytest.approx(0.5)
    assert difference["false_refusal"].mean == 0
    assert compare(better, worse)["ndcg@10"].mean == pytest.approx(-gain)


def test_comparison_takes_only_queries_that_both_have():
    first = evaluate([judged("1", recipes={"a": 3}), judged("2", recipes={"a": 3})], answer(["a"]))
    second = evaluate([judged("2", recipes={"a": 3}), judged("3", recipes={"a": 3})], answer(["a"]))
    assert compare(first, second)["ndcg@10"].count == 1
    assert compare(first, evaluate([judged("9")], answer())) == {}


def test_outcomes_are_one_json_object_a_line():
    queries = [judged("1", recipes={"a": 3}), judged("2")]
    lines = outcomes_as_json(evaluate(queries, answer(["a", "ä"], ["m"]))).splitlines()
    first = json.loads(lines[0])
    assert len(lines) == 2
    assert (first["qid"], first["refused"], first["recipes"], first["metrics"]) == (
        "1", False, ["a", "ä"], ["m"]
    )  # fmt: skip
    assert set(first["measures"]) <= set(MEASURES)


def line(**changes):
    return json.dumps({"qid": "1", "lang": "fi", "style": "formal", "query": "kysymys"} | changes)


def test_reads_lines_and_passes_over_empty_ones(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(f"\n{line(recipes={'a': 3})}\n   \n{line(qid='2')}\n", encoding="utf-8")
    first, second = read_queries(path)
    assert first.recipes == {"a": 3}
    assert not first.must_be_refused
    assert second.must_be_refused


def test_a_line_separator_inside_a_query_does_not_break_the_line(tmp_path):
    path = tmp_path / "q.jsonl"
    query = "ensin\u2028sitten\x85lopuksi"
    text = json.dumps({"qid": "1", "lang": "fi", "style": "s", "query": query}, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    assert [one.query for one in read_queries(path)] == [query]


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        '"text"',
        line(lang="de"),
        line(recipes=["a"]),
        line(recipes={"a": "much"}),
        line(extra=1),
        json.dumps({"qid": "1"}),
    ],
)
def test_a_bad_line_is_named(tmp_path, bad):
    path = tmp_path / "q.jsonl"
    path.write_text(f"{line(qid='0')}\n\n{bad}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"q\.jsonl:3: .+mend the line"):
        read_queries(path)


def test_a_repeated_qid_is_refused(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(f"{line()}\n{line()}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="qid stands twice"):
        read_queries(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b'{"qid": "\xe4"}'])
def test_a_file_without_queries_or_without_utf_8_is_refused(tmp_path, content):
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=r"q\.jsonl"):
        read_queries(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_queries(tmp_path / "none.jsonl")
