"""Two cities: Espoo, which packs and signs a small cookbook, and Vantaa, which adds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from kitchen import write_cookbook, write_guest, write_imprint

from cookbook_search.pack import Library, Pack, make_pack, new_key, read_key


@pytest.fixture
def espoo(tmp_path: Path) -> Path:
    """Espoo's corpus."""
    return write_imprint(write_guest(tmp_path / "espoo"))


@pytest.fixture
def vantaa(tmp_path: Path) -> Path:
    """Our own corpus."""
    return write_imprint(write_cookbook(tmp_path / "vantaa"), "Vantaa", "CC-BY-4.0")


@pytest.fixture
def key(tmp_path: Path):
    """Espoo's private key."""
    new_key(tmp_path / "espoo.key")
    return read_key(tmp_path / "espoo.key")


@pytest.fixture
def pack(espoo: Path, key) -> Pack:
    """Espoo's signed pack."""
    return make_pack(espoo, key)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Vantaa's library of other cities' cookbooks, still empty."""
    return Library(tmp_path / "cookbooks", lambda: frozenset({"Vantaa"}))
