"""Postings give the BM25 that the textbook gives."""

from collections import Counter
from math import log

import bm25s
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookbook_search.index import lexical
from cookbook_search.index.lexical import (
    FIELDS,
    K1,
    B,
    build_field_postings,
    build_postings,
    read_field_postings,
    read_postings,
    write_field_postings,
    write_postings,
)

WORDS = ["klusteri", "yritys", "raha", "käynti", "pöytä", "x"]
texts_of_words = st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=12)
weights_of_words = st.dictionaries(st.sampled_from([*WORDS, "tuntematon"]), st.floats(0.1, 3), max_size=5)


def index(texts):
    """Postings of texts given as lists of terms."""
    terms = {}
    rows = [terms.setdefault(term, len(terms)) for text in texts for term in text]
    holders = [at for at, text in enumerate(texts) for _ in text]
    return build_postings(terms, np.array(rows, np.int32), np.array(holders, np.int32), len(texts))


def idf(texts, term):
    holding = sum(term in text for text in texts)
    return log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))


def bm25(texts, weights):
    """Robertson's formula with Lucene's never-negative idf and without the constant k1 + 1."""
    average = sum(len(text) for text in texts) / len(texts)
    scores = []
    for text in texts:
        counts = Counter(text)
        norm = K1 * (1 - B + B * len(text) / average) if average else 1
        scores.append(
            sum(
                weight * idf(texts, term) * counts[term] / (counts[term] + norm)
                for term, weight in weights.items()
                if counts[term]
            )
        )
    return np.array(scores)


@given(texts_of_words, weights_of_words)
def test_scores_are_bm25(texts, weights):
    scores = index(texts).search(weights)
    assert scores.dtype == np.float32
    assert scores == pytest.approx(bm25(texts, weights), rel=1e-4, abs=1e-5)


@given(texts_of_words)
def test_rarity_is_the_inverse_document_frequency(texts):
    postings = index(texts)
    for term in WORDS:
        expected = idf(texts, term) if any(term in text for text in texts) else 0
        assert postings.rarity(term) == pytest.approx(expected, rel=1e-5)


@given(texts_of_words)
def test_texts_of_a_term_are_in_order(texts):
    postings = index(texts)
    for term, number in postings.terms.items():
        found = postings.texts[postings.starts[number] : postings.starts[number + 1]]
        assert found.tolist() == [at for at, text in enumerate(texts) if term in text]


@given(texts_of_words.filter(any))
def test_scores_are_those_of_bm25s(texts):
    terms = {term: number for number, term in enumerate(dict.fromkeys(t for text in texts for t in text))}
    oracle = bm25s.BM25(method="lucene", k1=K1, b=B)
    oracle.index(([[terms[term] for term in text] for text in texts], dict(terms)), show_progress=False)
    postings = index(texts)
    for term, number in terms.items():
        expected = oracle.get_scores_from_ids([number])
        assert postings.search({term: 1.0}) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def bm25f(documents, weights, fields):
    """Robertson, Zaragoza and Taylor's formula; a document is a dict of field -> terms."""
    everything = [[term for field in FIELDS for term in d.get(field, [])] for d in documents]
    scores = np.zeros(len(documents))
    for at, document in enumerate(documents):
        for term, weight in weights.items():
            frequency = 0.0
            for field, field_weight in zip(FIELDS, fields, strict=True):
                held = document.get(field, [])
                average = sum(len(d.get(field, [])) for d in documents) / len(documents)
                if held:
                    frequency += field_weight * held.count(term) / (1 - B + B * len(held) / average)
            if frequency:
                scores[at] += weight * idf(everything, term) * frequency / (K1 + frequency)
    return scores


def index_fields(documents):
    terms, rows, holders, fields = {}, [], [], []
    for at, document in enumerate(documents):
        for field, held in document.items():
            for term in held:
                rows.append(terms.setdefault(term, len(terms)))
                holders.append(at)
                fields.append(FIELDS.index(field))
    arrays = (np.array(values, dtype=np.int32) for values in (rows, holders, fields))
    return build_field_postings(terms, *arrays, len(documents))


@given(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), st.lists(st.sampled_from(WORDS), max_size=6)),
             min_size=1, max_size=8),
    weights_of_words,
    st.tuples(*[st.floats(0, 4)] * len(FIELDS)),
)  # fmt: skip
def test_scores_of_documents_are_bm25f(documents, weights, fields):
    scores = index_fields(documents).weighted(fields).search(weights)
    assert scores == pytest.approx(bm25f(documents, weights, fields), rel=4e-3, abs=1e-3)


def test_a_field_counts_as_much_as_its_weight():
    postings = index_fields([{"title": ["raha"], "body": ["x"]}, {"title": ["x"], "body": ["raha"]}])
    of_titles = postings.weighted((3.0, 1.0, 1.0, 1.0, 1.0)).search({"raha": 1.0})
    of_bodies = postings.weighted((1.0, 1.0, 1.0, 1.0, 3.0)).search({"raha": 1.0})
    assert of_titles[0] > of_titles[1]
    assert of_bodies[0] < of_bodies[1]
    assert postings.weighted((1.0, 0.0, 0.0, 0.0, 0.0)).search({"raha": 1.0})[1] == 0


@pytest.mark.parametrize("texts", [[["a", "b", "a"], [], ["ä"]], [[], []], []])
def test_postings_come_back_from_disk(tmp_path, texts):
    postings = index(texts)
    write_postings(postings, tmp_path)
    again = read_postings(tmp_path, postings.terms, len(texts))
    assert again.size == len(texts)
    for weights in ({"a": 1.0}, {"ä": 2.0, "b": 0.5}, {"nothing": 1.0}):
        assert again.search(weights).tolist() == postings.search(weights).tolist()


@pytest.mark.parametrize("documents", [[{"title": ["a", "b"], "body": ["a"]}, {}], [{}], []])
def test_postings_by_field_come_back_from_disk(tmp_path, documents):
    postings = index_fields(documents)
    write_field_postings(postings, tmp_path)
    again = read_field_postings(tmp_path, postings.terms, len(documents))
    even = (1.0,) * len(FIELDS)
    assert (
        again.weighted(even).search({"a": 1.0}).tolist()
        == postings.weighted(even).search({"a": 1.0}).tolist()
    )


def test_an_empty_query_finds_nothing():
    assert index([["a"], ["b"]]).search({}).tolist() == [0, 0]


@pytest.fixture
def few_champions(monkeypatch):
    monkeypatch.setattr(lexical, "CHAMPIONS", 2)


long_texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=4, max_size=30)


@given(long_texts, weights_of_words, st.data())
def test_scores_of_some_texts_are_those_of_all(texts, weights, data):
    postings = index(texts)
    everything = postings.search(weights)
    chosen = np.array(sorted(data.draw(st.sets(st.integers(0, len(texts) - 1)))), dtype=np.int64)
    assert postings.at(weights, chosen) == pytest.approx(everything[chosen])
    bounds = sorted(data.draw(st.sets(st.integers(0, len(texts)), min_size=2)))
    firsts, ends = np.array(bounds[:-1][::2]), np.array(bounds[1:][::2])
    expected = np.concatenate([everything[a:b] for a, b in zip(firsts, ends, strict=True)])
    assert postings.within(weights, firsts, ends) == pytest.approx(expected)


@given(long_texts, weights_of_words)
def test_short_lists_propose_exactly_the_best(texts, weights):
    postings = index(texts)
    scores = postings.search(weights)
    proposed = postings.candidates(weights, 3)
    assert (np.diff(proposed) > 0).all()
    assert len(proposed) == min(3, (scores > 0).sum())
    if len(proposed):
        assert scores[proposed].min() == pytest.approx(np.sort(scores)[-len(proposed)], rel=1e-5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(long_texts, st.sampled_from(WORDS))
def test_long_lists_propose_their_champions(few_champions, texts, word):
    postings = index(texts)
    scores = postings.search({word: 1.0})
    proposed = postings.candidates({word: 1.0}, 10)
    held = (scores > 0).sum()
    assert len(proposed) == min(2, held)
    assert scores[proposed].sum() == pytest.approx(np.sort(scores)[-len(proposed) :].sum() if held else 0)
