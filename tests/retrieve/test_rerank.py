"""A cross-encoder orders the best documents; what it does not read stays where it stood."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from cookbook_search.embed import Vectors
from cookbook_search.retrieve import rerank


class Favourite:
    """A cross-encoder that likes one word."""

    name = "favourite"

    def __init__(self, word: str) -> None:
        self.word = word
        self.seen: list[str] = []

    def scores(self, query: str, passages: Sequence[str]) -> Vectors:
        """1 where the word stands in the passage, else 0."""
        self.seen += passages
        return np.array([float(self.word in passage) for passage in passages], dtype=np.float32)


QUERY = "Yritykset käyvät kerran eivätkä palaa"


def ids(hits):
    return [hit.document.key for hit in hits]


@pytest.fixture
def favouring(searcher):
    def with_favourite(word):
        reranker = Favourite(word)
        return reranker, replace(searcher, reranker=reranker)

    return with_favourite


def test_the_favourite_comes_first_and_the_rest_keep_their_order(searcher, favouring):
    before = searcher.search(QUERY, limit=50)
    titles = [hit.document.title.fi for hit in before.recipes]
    last = next(hit.document for hit in reversed(before.recipes) if titles.count(hit.document.title.fi) == 1)
    reranker, reordering = favouring(last.title.fi)
    after = reordering.search(QUERY, limit=50)
    assert ids(after.recipes) == [last.key, *[key for key in ids(before.recipes) if key != last.key]]
    assert set(ids(after.metrics)) == set(ids(before.metrics))
    assert QUERY not in reranker.seen


def test_probabilities_stay_with_the_places(searcher, favouring):
    before = searcher.search(QUERY, limit=50)
    _, reordering = favouring("Luottamus")
    after = reordering.search(QUERY, limit=50)
    assert ids(after.recipes) != ids(before.recipes)
    for old, new in ((before.recipes, after.recipes), (before.metrics, after.metrics)):
        assert [hit.score for hit in new] == [hit.score for hit in old]


def test_it_reads_title_summary_and_the_best_section(favouring):
    reranker, reordering = favouring("x")
    reordering.search("Kilpailijat eivät kerro toisilleen mitään")
    [read] = [text for text in reranker.seen if text.startswith("Luottamus kilpailijoiden kesken\n")]
    _, summary, section = read.split("\n")[:3]
    assert summary == "Miten kilpailijat uskaltavat puhua toisilleen."
    assert section


def test_only_the_best_are_read(searcher, favouring, monkeypatch):
    monkeypatch.setattr(rerank, "RERANKED", 2)
    before = searcher.search(QUERY, limit=50)
    reranker, reordering = favouring(before.recipes[1].document.title.fi)
    after = reordering.search(QUERY, limit=50)
    assert len(reranker.seen) == 4  # two recipes, two metrics
    assert ids(after.recipes)[:2] == ids(before.recipes)[1::-1]
    assert ids(after.recipes)[2:] == ids(before.recipes)[2:]


def test_a_refusal_is_not_reranked(refusing):
    reranker = Favourite("x")
    assert not replace(refusing, reranker=reranker).search(QUERY).answerable
    assert reranker.seen == []
