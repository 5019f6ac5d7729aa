"""One index of two cities' cookbooks, and searchers that answer or refuse at will."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kitchen import corpus_of, write_cookbook, write_guest

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder, open_embedder
from cookbook_search.index import Snapshot, build, load
from cookbook_search.retrieve import Searcher, open_searcher, read_parameters

PLAIN = {
    "lexical_weight": 0.4,
    "lexical_floor": 4.0,
    "kind_offsets": (0.0,) * 6,
    "sharpness": 25.0,
    "document_weight": 0.2,
    "neighbour_weight": 0.1,
    "belief_weight": 0.0,
}
"""Fusion that needs no fitting: the tests must not hang on the numbers that ship."""


@pytest.fixture(scope="session")
def embedder(analyzer: Analyzer) -> Embedder:
    """The bundled model."""
    return open_embedder("bundled", analyzer)


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer, embedder: Embedder) -> Snapshot:
    """Ten documents of two cities."""
    folder = tmp_path_factory.mktemp("retrieve")
    corpus = corpus_of(write_cookbook(folder / "vantaa"), write_guest(folder / "espoo"))
    build(folder / "index", corpus, analyzer, embedder)
    return load(folder / "index", analyzer, embedder)


@pytest.fixture(scope="session")
def open_with(snapshot: Snapshot, analyzer: Analyzer, embedder: Embedder) -> Callable[..., Searcher]:
    """Open a searcher with plain fusion and some of the parameters changed."""

    def searcher(**changes: object) -> Searcher:
        parameters = read_parameters().model_copy(update=PLAIN | changes)
        return open_searcher(snapshot, parameters, analyzer, embedder)

    return searcher


@pytest.fixture(scope="session")
def searcher(open_with: Callable[..., Searcher]) -> Searcher:
    """Answers every query: what it returns does not hang on how the refusal was fitted."""
    return open_with(answer_threshold=0.0)


@pytest.fixture(scope="session")
def refusing(open_with: Callable[..., Searcher]) -> Searcher:
    """Refuses every query."""
    return open_with(answer_threshold=1.1)
