"""What the tests of the index build from."""

from pathlib import Path

import pytest
from kitchen import corpus_of, write_cookbook

from cookbook_search.analyze import Analyzer
from cookbook_search.embed import Embedder, open_embedder
from cookbook_search.index import Manifest, build


@pytest.fixture(scope="session")
def embedder(analyzer: Analyzer) -> Embedder:
    """The bundled model."""
    return open_embedder("bundled", analyzer)


@pytest.fixture
def cookbook(tmp_path: Path) -> Path:
    """A writable cookbook, with a question that it does not answer."""
    root = write_cookbook(tmp_path / "cookbook")
    (root / "ohi.yaml").write_text("fi: [Mikä on leivän hinta?]\n", encoding="utf-8")
    return root


@pytest.fixture
def built(tmp_path: Path, cookbook: Path, analyzer: Analyzer, embedder: Embedder) -> Path:
    """The folder of an index with one snapshot of the cookbook."""
    root = tmp_path / "index"
    build(root, corpus_of(cookbook), analyzer, embedder)
    return root


@pytest.fixture
def rebuild(cookbook: Path, built: Path, analyzer: Analyzer, embedder: Embedder):
    """Build again from the cookbook as it stands."""

    def again() -> Manifest:
        return build(built, corpus_of(cookbook), analyzer, embedder)

    return again
