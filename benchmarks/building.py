"""Building the index: in full, after one changed file, and with nothing changed."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings


def measure() -> list[str]:
    """Rows of the table; each build by a program that has just started its analyzer."""
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name) / "corpus"
        shutil.copytree("corpus", corpus)
        settings = read_settings(corpus=(corpus,), index=Path(name) / "index")
        rows = [("full build", _seconds(Cookbook(settings)))]
        changed = corpus / "reseptit" / "vuosikello.md"
        changed.write_text(
            changed.read_text(encoding="utf-8").replace("## Pulma\n", "## Pulma\n\nYksi lause lisää.\n"),
            encoding="utf-8",
        )
        rows.append(("build after one changed file", _seconds(Cookbook(settings))))
        rows.append(("build with nothing changed", _seconds(Cookbook(settings))))
    return [
        f"| {what} | {seconds / rows[0][1]:.2f} of a full build | {seconds:.2f} s |" for what, seconds in rows
    ]


def _seconds(cookbook: Cookbook) -> float:
    begun = time.perf_counter()
    cookbook.index()
    return time.perf_counter() - begun
