"""Clustering: the same input gives the same groups, whatever its order; nothing meaningless is joined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookbook_search.embed.protocol import unit_rows
from cookbook_search.usage.cluster import clusters


def unit(rows) -> np.ndarray:
    return unit_rows(np.asarray(rows, dtype=np.float64))


def test_near_rows_are_joined_and_far_ones_are_not() -> None:
    vectors = unit([[1, 0.1, 0], [0, 1, 0], [1, 0, 0.1], [0, 1, 0.2], [0, 0, 1]])
    assert clusters(vectors, np.ones(5), 0.8) == [[0, 2], [1, 3], [4]]


def test_a_row_without_meaning_stays_alone() -> None:
    vectors = unit([[0, 0], [0, 0], [1, 0], [1, 0.01]])
    assert clusters(vectors, np.ones(4), 0.5) == [[0], [1], [2, 3]]


def test_nothing_and_one() -> None:
    assert clusters(np.zeros((0, 3), np.float32), np.ones(0), 0.5) == []
    assert clusters(unit([[1, 0]]), np.ones(1), 0.5) == [[0]]


def test_the_linkage_is_the_mean_over_the_members() -> None:
    """A chain a-b-c whose ends are far apart is not joined whole, as single linkage would."""
    vectors = unit([[np.cos(angle), np.sin(angle)] for angle in (0, 0.7, 1.4)])
    assert clusters(vectors, np.ones(3), 0.7) == [[0, 1], [2]]
    assert clusters(vectors, np.array([10, 1, 1]), 0.7) == [[0, 1], [2]]
    assert clusters(vectors, np.ones(3), 0.4) == [[0, 1, 2]]


def plainly(vectors: np.ndarray, least: float) -> set[frozenset[int]]:
    """The same by the definition, slowly."""
    groups = [frozenset({row}) for row in range(len(vectors))]
    cosine = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    while len(groups) > 1:
        pairs = [(a, b) for at, a in enumerate(groups) for b in groups[at + 1 :]]
        mean, first, second = max(
            ((cosine[np.ix_(sorted(a), sorted(b))].mean(), a, b) for a, b in pairs), key=lambda pair: pair[0]
        )
        if mean < least:
            break
        groups = [group for group in groups if group not in (first, second)] + [first | second]
    return set(groups)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 14), st.integers(0, 10_000), st.sampled_from([0.1, 0.3, 0.6]))
def test_it_agrees_with_the_definition_in_any_order(count: int, seed: int, least: float) -> None:
    random = np.random.default_rng(seed)
    vectors = unit(random.normal(size=(count, 3)))
    found = {frozenset(group) for group in clusters(vectors, np.ones(count), least)}
    assert found == plainly(vectors, least)
    order = random.permutation(count)
    shuffled = clusters(vectors[order], np.ones(count), least)
    assert {frozenset(int(order[row]) for row in group) for group in shuffled} == found


@pytest.mark.parametrize("count", [3, 50])
def test_equal_rows_are_one_group(count: int) -> None:
    assert clusters(unit([[1, 2]] * count), np.ones(count), 0.99) == [list(range(count))]
