"""Fuzzing guided by coverage (atheris, libFuzzer), for hours where hypothesis takes seconds.

    pip install --group fuzz
    python tests/fuzz/guided.py markdown|query -max_total_time=600

Any option of libFuzzer follows. It ends with the input that broke something, or without a word.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

with atheris.instrument_imports(
    include=["cookbook_search", "markdown_it", "mdit_py_plugins"], enable_loader_override=False
):
    from browsing import acts_of
    from hostile import write_hostile
    from kitchen import corpus_of, write_cookbook

    from cookbook_search.app import Cookbook
    from cookbook_search.chunk import chunks
    from cookbook_search.config import Settings
    from cookbook_search.errors import QueryError
    from cookbook_search.surfaces.render import to_html

Target = Callable[[bytes], None]


def markdown(folder: Path) -> Target:
    """Parse, cut and render any text as a body."""
    recipe = corpus_of(write_cookbook(folder / "corpus")).documents[0]

    def target(data: bytes) -> None:
        text = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(4000)
        document = recipe.model_copy(update={"body": text})
        chunks(document)
        assert acts_of(to_html(document)) == []

    return target


def query(folder: Path) -> Target:
    """Search with any text."""
    corpus = write_cookbook(folder / "corpus")
    write_hostile(corpus)
    cookbook = Cookbook(Settings(corpus=(corpus,), index=folder / "index", cache_size=0))
    cookbook.index()
    cookbook.open()

    def target(data: bytes) -> None:
        text = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(2000)
        try:
            found = cookbook.search(text)
        except QueryError:
            return
        assert all(0 <= hit.score <= 1 for hit in found.recipes)

    return target


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        made = {"markdown": markdown, "query": query}[sys.argv.pop(1)](Path(name))
        atheris.Setup([sys.argv[0], "-max_len=2000", "-len_control=0", *sys.argv[1:]], made)
        atheris.Fuzz()
