"""What tells a question inside the cookbook from one outside."""

from __future__ import annotations

import numpy as np
import pytest

from cookbook_search.index import Border
from cookbook_search.retrieve.answerable import features, query_features
from cookbook_search.retrieve.rank import rank

BORDER = Border(
    {"klusteri": 4.0, "jäsen": 1.0, "lupa": -2.0, "sauna": -5.0}, np.array([2, 0], dtype=np.float32), -0.5, {}
)
NONE = np.zeros(0, dtype=np.float32)


def of(terms=(), own=(), outside=(), vector=(1.0, 0.0)):
    arrays = (np.array(values, dtype=np.float32) for values in (vector, own, outside))
    vector, own, outside = arrays
    return features(vector, terms, own, outside, BORDER)


def test_the_nearest_of_both_groups_count_in_circles():
    cosines = [0.9, 0.5, 0.4, 0.3, 0.2, 0.1]
    assert of(own=cosines, outside=[0.7])[:6] == pytest.approx([0.9, 0.46, 0.4, 0.7, 0.7, 0.7])


def test_a_vector_lies_on_a_side_of_the_border():
    assert of()[6] == pytest.approx(1.5)
    assert of(vector=(-1.0, 0.0))[6] == pytest.approx(-2.5)


def test_words_speak_for_inside_or_outside():
    found = of(terms=["klusteri", "sauna", "lupa", "jäsen", "qqxyzw"])
    assert found[7:12] == pytest.approx([-2.0, -1.0, -5.0, -2.0, 4.0])
    assert found[12] == pytest.approx(0.2)
    assert found[13] == pytest.approx(np.log(6))


def test_a_query_without_words_or_neighbours_has_plain_zeros():
    assert of(vector=(0.25, 0.0)) == [0.0] * 14


def test_features_of_a_query_tell_a_known_matter_from_an_unknown_one(searcher, snapshot):
    def found(text):
        query = searcher.reader.read(text, "fi")
        ranking = rank(query, snapshot, searcher.parameters, searcher.neighbours)
        return query_features(query, snapshot, ranking)[0]

    known, unknown = found("Kilpailijat eivät kerro toisilleen mitään"), found("qqxyzw")
    assert np.isfinite(known).all()
    assert np.isfinite(unknown).all()
    assert known[0] > unknown[0]
    assert unknown[12] == 1
    assert len(known) == len(searcher.parameters.answerable.weights)
