"""The border between the cookbook's questions and those outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.index.border import Border, count_terms, draw_border, read_border, write_border


def cloud(centre: list[float], seed: int, size: int = 40) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (np.array(centre) + random.normal(0, 0.3, (size, len(centre)))).astype(np.float32)


def test_most_of_both_groups_lie_on_their_own_side() -> None:
    own, outside = cloud([1, 0, 0], 1), cloud([0, 1, 0], 2)
    border = draw_border(own, outside, {}, {})
    assert np.mean([border.side(vector) > 0 for vector in own]) > 0.9
    assert np.mean([border.side(vector) < 0 for vector in outside]) > 0.9


def test_odds_compare_shares_and_not_counts() -> None:
    own, outside = cloud([1, 0], 1, size=100), cloud([0, 1], 2, size=10)
    border = draw_border(own, outside, {"yhteinen": 50, "oma": 20}, {"yhteinen": 5, "vieras": 8})
    assert border.odds["oma"] > 1 > abs(border.odds["yhteinen"])
    assert border.odds["vieras"] < -4
    assert border.odds["oma"] == pytest.approx(np.log(20.5 / 101) - np.log(0.5 / 11))


def test_without_questions_from_outside_there_is_no_border() -> None:
    border = draw_border(cloud([1, 0], 1), np.zeros((0, 2), dtype=np.float32), {"oma": 3}, {})
    assert border.odds == {}
    assert border.side(np.array([1, 0], dtype=np.float32)) == 0


def test_one_question_on_each_side_is_enough() -> None:
    border = draw_border(cloud([1, 0], 1, size=1), cloud([0, 1], 2, size=1), {}, {})
    assert np.isfinite(border.direction).all()


@given(st.lists(st.lists(st.sampled_from("abc"))))
def test_a_term_counts_once_a_question(questions: list[list[str]]) -> None:
    counts = count_terms(questions)
    assert all(counts[term] == sum(term in question for question in questions) for term in "abc")


def test_a_border_is_read_as_it_was_written(tmp_path: Path) -> None:
    border = Border({"å": 1.5, "b": -2.0}, np.array([0.25, -1], dtype=np.float32), 0.5, {"b": 2})
    write_border(border, tmp_path)
    found = read_border(tmp_path)
    assert (found.odds, found.bias, found.outside_counts) == (border.odds, 0.5, {"b": 2})
    assert found.direction.tolist() == border.direction.tolist()
