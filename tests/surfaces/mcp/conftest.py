"""A cookbook of more documents than fit on one page of a list."""

from pathlib import Path

import pytest
from kitchen import write_cookbook, write_recipe

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Cookbook:
    folder: Path = tmp_path_factory.mktemp("many")
    corpus = write_cookbook(folder / "corpus")
    for number in range(60):
        write_recipe(corpus, f"resepti-{number}", f"## Pulma\n\nPulma numero {number}.\n")
    cookbook = Cookbook(Settings(corpus=(corpus,), index=folder / "index"))
    cookbook.index()
    return cookbook
