import libvoikko
import pytest

from cookbook_search.analyze import Analyzer, open_analyzer


@pytest.fixture(scope="session")
def voikko() -> Analyzer:
    """The analyzer over Voikko; tests that need it are skipped where Debian's packages are missing."""
    try:
        return open_analyzer("voikko")
    except (OSError, libvoikko.VoikkoException) as error:
        pytest.skip(f"Voikko or its Finnish dictionary is missing: {error}")


@pytest.fixture(scope="session")
def fallback() -> Analyzer:
    """The analyzer that works without Voikko."""
    return open_analyzer("simplemma")
