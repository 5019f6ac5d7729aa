"""A served cookbook of one city with a recipe that means harm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hostile import write_hostile
from kitchen import write_cookbook
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings


@pytest.fixture(scope="session")
def fuzzed_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of it."""
    folder = tmp_path_factory.mktemp("fuzz")
    corpus = write_cookbook(folder / "corpus")
    write_hostile(corpus)
    Cookbook(Settings(corpus=(corpus,), index=folder / "index")).index()
    return folder / "index"


@pytest.fixture(scope="session")
def fuzzed_cookbook(fuzzed_index: Path) -> Cookbook:
    """The same in this process."""
    cookbook = Cookbook(Settings(index=fuzzed_index))
    cookbook.open()
    return cookbook


@pytest.fixture(scope="session")
def address(fuzzed_index: Path) -> Iterator[str]:
    """Its server, which lets any number of requests through."""
    with serving(Settings(index=fuzzed_index, rate_limit="0")) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser(address: str) -> Iterator[httpx.Client]:
    """A client of it."""
    with httpx.Client(base_url=address, timeout=60) as opened:
        yield opened
