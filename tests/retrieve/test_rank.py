"""The arithmetic of fusion and calibration against plain numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.retrieve import candidates
from cookbook_search.retrieve.calibrate import document_features, metric_features, probability
from cookbook_search.retrieve.candidates import Candidates
from cookbook_search.retrieve.parameters import Logistic, read_parameters
from cookbook_search.retrieve.rank import EXCLUDED, Ranking, _bounded, _soft_maximum, neighbours_of, rank

values = st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=20)


@given(values, st.floats(1, 60))
def test_soft_maximum_is_the_maximum_and_a_little_more(numbers, sharpness):
    array = np.array(numbers, dtype=np.float32)
    [found] = _soft_maximum(array, np.array([0, len(array)]), sharpness)
    plain = (
        max(numbers) + math.log(sum(math.exp(sharpness * (n - max(numbers))) for n in numbers)) / sharpness
    )
    assert found == pytest.approx(plain, abs=1e-4)
    assert max(numbers) - 1e-4 <= found <= max(numbers) + math.log(len(numbers)) / sharpness + 1e-4


def test_soft_maximum_keeps_to_its_ranges():
    array = np.array([1, 0, 5, -3], dtype=np.float32)
    found = _soft_maximum(array, np.array([0, 2, 3, 4]), 50.0)
    assert found == pytest.approx([1, 5, -3], abs=1e-4)
    assert found.dtype == np.float32


def test_bounded_scores_stay_weak_where_the_best_is_weak():
    assert _bounded(np.array([2, 1, 0], dtype=np.float32), 2.0) == pytest.approx([0.5, 0.25, 0])
    assert _bounded(np.array([98, 0], dtype=np.float32), 2.0) == pytest.approx([0.98, 0])
    assert _bounded(np.zeros(3, dtype=np.float32), 2.0).tolist() == [0, 0, 0]
    assert _bounded(np.zeros(2, dtype=np.float32), 0.0).tolist() == [0, 0]


def test_a_document_scores_its_chunks_its_text_and_its_neighbours(searcher, snapshot):
    query = searcher.reader.read("Yritykset eivät palaa")
    parameters = read_parameters()
    bare = parameters.model_copy(
        update={"lexical_weight": 0.0, "document_weight": 0.0, "wording_weight": 0.0, "neighbour_weight": 0.0,
                "belief_weight": 0.0, "kind_offsets": (0.0,) * 6, "sharpness": 1000.0}
    )  # fmt: skip
    cosines = snapshot.dense.vectors @ query.vector
    ranges = snapshot.chunk_range
    best = [cosines[ranges[d] : ranges[d + 1]].max() for d in range(len(snapshot.documents))]
    neighbours = neighbours_of(snapshot.documents)
    assert rank(query, snapshot, bare, neighbours).documents == pytest.approx(best, abs=1e-2)
    joined = bare.model_copy(update={"neighbour_weight": 0.5})
    alone = rank(query, snapshot, bare, neighbours).documents
    with_others = rank(query, snapshot, joined, neighbours).documents
    number = {document.key: at for at, document in enumerate(snapshot.documents)}
    others = [number[f"Vantaa/{one}"] for one in ("yritysten-paluu", "jasenmaara", "paluuosuus")]
    ydin = number["Vantaa/ydinjoukko"]
    assert with_others[ydin] == pytest.approx(alone[ydin] + 0.5 * alone[others].mean(), abs=1e-4)
    believed = bare.model_copy(update={"belief_sharpness": 9.0, "belief_weight": 2.0})
    powers = np.exp(9.0 * alone)
    gain = 2.0 * powers[others].sum() / powers.sum()
    found = rank(query, snapshot, believed, neighbours).documents[ydin]
    assert found == pytest.approx(alone[ydin] + gain, abs=1e-4)


def test_neighbours_are_what_the_front_matter_joins_within_a_city(snapshot):
    keys = [document.key for document in snapshot.documents]
    graph = neighbours_of(snapshot.documents)
    edges = {(keys[a], keys[b]) for a, b in zip(graph.source, graph.target, strict=True)}
    assert ("Vantaa/yritysten-paluu", "Vantaa/puhelinkierros") in edges
    assert ("Vantaa/yritysten-paluu", "Vantaa/ydinjoukko") in edges
    assert edges == {(b, a) for a, b in edges}
    assert all(a.partition("/")[0] == b.partition("/")[0] for a, b in edges)
    for at in set(graph.source.tolist()):
        assert graph.weight[graph.source == at].sum() == pytest.approx(1)


def test_what_is_not_allowed_is_excluded_and_the_rest_is_unmoved(searcher, snapshot):
    query = searcher.reader.read("Yritykset eivät palaa")
    allowed = np.arange(len(snapshot.documents)) % 2 == 0
    everything = rank(query, snapshot, searcher.parameters, searcher.neighbours)
    some = rank(query, snapshot, searcher.parameters, searcher.neighbours, allowed)
    assert (some.documents[~allowed] == EXCLUDED).all()
    kept = allowed[snapshot.chunk_document]
    assert some.chunk_cosine[kept] == pytest.approx(everything.chunk_cosine[kept], abs=1e-6)


@pytest.fixture
def narrowed(monkeypatch):
    """Score the chunks of a few documents only, as a large index does."""

    def narrow(documents):
        monkeypatch.setattr(candidates, "WHOLE_UP_TO", 0)
        monkeypatch.setattr(candidates, "DOCUMENTS", documents)

    return narrow


QUERIES = ("Yritykset eivät palaa", "Where do we find money?", "luottamus kilpailijat", "qqxyzw")


@pytest.mark.parametrize("text", QUERIES)
def test_scoring_all_documents_as_candidates_is_scoring_everything(searcher, snapshot, narrowed, text):
    query = searcher.reader.read(text)
    everything = rank(query, snapshot, searcher.parameters, searcher.neighbours)
    narrowed(len(snapshot.documents))
    some = rank(query, snapshot, searcher.parameters, searcher.neighbours)
    assert some.documents == pytest.approx(everything.documents, abs=1e-5)
    for number in some.found.documents:
        ours, theirs = some.found.places(number), everything.found.places(number)
        assert some.chunk_mix[ours] == pytest.approx(everything.chunk_mix[theirs], abs=1e-5)
        assert some.best_cosine(number) == pytest.approx(everything.best_cosine(number))


@pytest.mark.parametrize("text", QUERIES[:3])
def test_the_best_documents_are_among_few_candidates(searcher, snapshot, narrowed, text):
    query = searcher.reader.read(text)
    best = np.argsort(-rank(query, snapshot, searcher.parameters, searcher.neighbours).documents)[:2]
    narrowed(4)
    some = rank(query, snapshot, searcher.parameters, searcher.neighbours)
    assert len(some.found.documents) == 4
    assert set(best) <= set(some.found.documents)
    assert some.found.places(int(best[0])).stop > some.found.places(int(best[0])).start
    absent = next(at for at in range(len(snapshot.documents)) if at not in some.found.documents)
    assert some.found.places(absent) == slice(0, 0)


def test_candidates_keep_to_the_filter(searcher, snapshot, narrowed):
    query = searcher.reader.read("Yritykset eivät palaa")
    allowed = np.arange(len(snapshot.documents)) % 2 == 0
    narrowed(3)
    some = rank(query, snapshot, searcher.parameters, searcher.neighbours, allowed)
    assert allowed[some.found.documents].all()
    assert (some.documents[~allowed] == EXCLUDED).all()


def test_a_search_over_candidates_gives_whole_hits(searcher, narrowed):
    expected = searcher.search("Yritykset eivät palaa", limit=3)
    narrowed(5)
    found = searcher.search("Yritykset eivät palaa", limit=3)
    assert [hit.document.key for hit in found.recipes] == [hit.document.key for hit in expected.recipes]
    assert found.recipes[0].passages == expected.recipes[0].passages
    assert searcher.explain("Yritykset eivät palaa").documents


@pytest.mark.parametrize(
    ("features", "expected"), [([0, 0], 0.5), ([1, 0], 1 / (1 + math.exp(-2))), ([0, 1], 1 / (1 + math.e))]
)
def test_probability_is_the_logistic_function(features, expected):
    model = Logistic(bias=0.0, weights=(2.0, -1.0))
    assert probability(model, np.array([features], dtype=float)) == pytest.approx([expected])


@pytest.mark.parametrize(("feature", "expected"), [(-1e9, 0.0), (1e9, 1.0), (-800.0, 0.0), (800.0, 1.0)])
def test_probability_of_extreme_features_is_certain_and_silent(feature, expected):
    found = probability(Logistic(bias=0.0, weights=(5.0,)), np.array([[feature]]))
    assert found == pytest.approx([expected])


def ranking_of(scores):
    documents = np.array(scores, dtype=np.float32)
    starts = np.arange(len(documents) + 1)
    found = Candidates(None, starts, None, documents, documents, np.float32(0))
    return Ranking(found, documents, documents, documents, documents, documents)


def test_features_of_documents():
    found = document_features(ranking_of([0.5, 1.5, 1.0]), np.array([0, 1]), 0.7)
    assert found == pytest.approx(np.array([[0.5, -1.0, 0.7], [1.5, 0.0, 0.7]]))


def test_features_of_metrics():
    recommended = np.array([[True, False], [True, False]])
    found = metric_features(ranking_of([0.5, 1.5, 1.0]), np.array([0, 2]), np.array([0.9, 0.2]), recommended)
    assert found == pytest.approx(np.array([[-0.5, -1.0, 0.9, 1.1], [0.0, -0.5, 0.0, 0.0]]))


def test_features_of_metrics_without_recommenders():
    found = metric_features(ranking_of([0.5]), np.array([0]), np.zeros(0), np.zeros((0, 1), dtype=bool))
    assert found == pytest.approx(np.zeros((1, 4)))


def test_shipped_parameters_fit_the_features():
    parameters = read_parameters()
    assert len(parameters.relevance.weights) == 3
    assert len(parameters.metric_relevance.weights) == 4
    assert len(parameters.answerable.weights) == 14
    assert 0 < parameters.answer_threshold < 1
    assert parameters.fitted
