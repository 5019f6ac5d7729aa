"""A served cookbook of two cities, with a recipe that means harm among the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from hostile import write_hostile
from kitchen import write_cookbook, write_guest
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two cities' cookbooks."""
    folder = tmp_path_factory.mktemp("surfaces")
    vantaa = write_cookbook(folder / "vantaa")
    write_hostile(vantaa)
    return vantaa, write_guest(folder / "espoo")


@pytest.fixture(scope="session")
def index(corpora: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of both."""
    root = tmp_path_factory.mktemp("index")
    Cookbook(Settings(corpus=corpora, index=root)).index()
    return root


@contextmanager
def client_of(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a real server that runs in a thread of this process."""
    with serving(settings) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def serve():
    """Start a server of one's own: ``with serve(settings) as client``."""
    return client_of


@pytest.fixture(scope="session")
def client(index: Path) -> Iterator[httpx.Client]:
    """A client of a server that many tests share."""
    with client_of(Settings(index=index)) as opened:
        yield opened
