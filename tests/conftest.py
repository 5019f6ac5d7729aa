"""Fixtures that every folder of tests shares."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from postgresql import Server, running_server

from cookbook_search.analyze import Analyzer, open_analyzer

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.register_profile("fuzz", deadline=None, max_examples=2000)  # make fuzz
settings.load_profile("untimed")
os.environ["COLUMNS"] = "160"  # tables are as wide wherever the tests run
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(autouse=True, scope="session")
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the machine reaches a test, and no test writes to its database."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COOKBOOK_")]:
            patch.delenv(name)
        patch.setenv("COOKBOOK_DATABASE", f"sqlite:///{tmp_path_factory.mktemp('state')}/cookbook.db")
        yield


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """The analyzer this machine has: Voikko's where it is installed."""
    return open_analyzer("auto")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A running PostgreSQL server; a test that stops it starts it again."""
    with running_server() as server:
        yield server


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A writable copy of a small corpus without faults.

    Two recipes, one method, two metrics, vocabulary and questions.
    """
    return Path(shutil.copytree(FIXTURES / "corpus", tmp_path / "corpus"))
