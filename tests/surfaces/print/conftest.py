"""The real cookbook, read once, and a printer for it."""

from pathlib import Path

import pytest

from cookbook_search.parse import read_corpus
from cookbook_search.surfaces.print import Printer, in_order
from cookbook_search.surfaces.strings import read_strings, web_folder
from cookbook_search.types import Corpus

ROOT = Path(__file__).parents[3]
LIVE = "https://keittokirja.example.fi"


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    read, faults = read_corpus((ROOT / "corpus",))
    assert not faults
    return read


@pytest.fixture(scope="session")
def documents(corpus: Corpus):
    return in_order(corpus.documents)


@pytest.fixture(scope="session")
def printer(corpus: Corpus) -> Printer:
    web = web_folder()
    return Printer(web, read_strings(web)["fi"], corpus.documents, LIVE)
