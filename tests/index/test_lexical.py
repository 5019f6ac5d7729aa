"""Postings give the BM25 that the textbook gives."""

from collections import Counter
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.index.lexical import K1, B, build_postings, read_postings, write_postings

WORDS = ["klusteri", "yritys", "raha", "käynti", "pöytä", "x"]
texts_of_words = st.lists(st.lists(st.sampled_from(WORDS), max_size=12), min_size=1, max_size=12)
weights_of_words = st.dictionaries(st.sampled_from([*WORDS, "tuntematon"]), st.floats(0.1, 3), max_size=5)


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
    scores = build_postings(texts).search(weights)
    assert scores.dtype == np.float32
    assert scores == pytest.approx(bm25(texts, weights), rel=1e-4, abs=1e-5)


@given(texts_of_words)
def test_rarity_is_the_inverse_document_frequency(texts):
    postings = build_postings(texts)
    for term in WORDS:
        expected = idf(texts, term) if any(term in text for text in texts) else 0
        assert postings.rarity(term) == pytest.approx(expected, rel=1e-5)


@given(texts_of_words)
def test_texts_of_a_term_are_in_order(texts):
    postings = build_postings(texts)
    for term, number in postings.terms.items():
        found = postings.texts[postings.starts[number] : postings.starts[number + 1]]
        assert found.tolist() == [at for at, text in enumerate(texts) if term in text]


@pytest.mark.parametrize("texts", [[["a", "b", "a"], [], ["ä"]], [[], []], []])
def test_postings_come_back_from_disk(tmp_path, texts):
    postings = build_postings(texts)
    write_postings(postings, tmp_path, "some")
    again = read_postings(tmp_path, "some", len(texts))
    assert dict(again.terms) == dict(postings.terms)
    assert again.size == len(texts)
    for weights in ({"a": 1.0}, {"ä": 2.0, "b": 0.5}, {"nothing": 1.0}):
        assert again.search(weights).tolist() == postings.search(weights).tolist()


def test_an_empty_query_finds_nothing():
    assert build_postings([["a"], ["b"]]).search({}).tolist() == [0, 0]
