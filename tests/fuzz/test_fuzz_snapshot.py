"""A snapshot with any bit flipped or cut off anywhere: refused in one sentence, or it answers the same."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from kitchen import write_cookbook

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.embed import open_embedder
from cookbook_search.errors import SnapshotDamaged, SnapshotError
from cookbook_search.index import current_id, load
from cookbook_search.index.manifest import MANIFEST, SEAL

STRIDE = 17
"""Of those offsets, each so many is tried where a process is needed."""
FEW = 300
"""Offsets tried in ``make test``; ``make fuzz`` tries each."""
QUESTION = "Yritykset käyvät kerran eivätkä palaa"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """An index of four documents."""
    folder = tmp_path_factory.mktemp("small")
    corpus = write_cookbook(folder / "corpus")
    for name in ("reseptit/avustushaku", "reseptit/luottamus", "mittarit/saatu-raha"):
        (corpus / f"{name}.md").unlink()
    Cookbook(Settings(corpus=(corpus,), index=folder / "index")).index()
    return folder / "index"


@pytest.fixture(scope="module")
def embedder(analyzer):
    return open_embedder("bundled", analyzer)


def offsets(folder: Path) -> list[tuple[Path, int]]:
    """Every byte of every file, or some evenly spread and the first and last of each."""
    places = [(path, at) for path in sorted(folder.iterdir()) for at in range(path.stat().st_size)]
    if settings.default.max_examples > 100:
        return places
    ends = dict(places)
    firsts = [(path, 0) for path in ends]
    return [*places[:: max(len(places) // FEW, 1)], *firsts, *ends.items()]


@pytest.mark.parametrize("damage", ["flip", "cut"])
def test_damage_at_any_offset_is_refused(small, analyzer, embedder, damage):
    folder = small / current_id(small)
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    for path, at in offsets(folder):
        good = whole[path]
        flipped = good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :]
        path.write_bytes(flipped if damage == "flip" else good[:at])
        with pytest.raises(SnapshotDamaged, match="run `cookbook index`"):
            load(small, analyzer, embedder)
        path.write_bytes(good)
    assert load(small, analyzer, embedder).manifest.id == folder.name


def reseal(folder: Path, path: Path, content: bytes) -> None:
    """Write the file and a manifest that vouches for it, as a faulty program would."""
    path.write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"][path.name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps(manifest).encode()
    (folder / MANIFEST).write_bytes(text)
    (folder / SEAL).write_bytes(f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode())


def outcome(cookbook: Cookbook) -> str:
    """What opening and searching comes to, in a process of its own: a reader that dies takes only that."""
    receiver, sender = os.pipe()
    if not (child := os.fork()):
        try:
            signal.alarm(60)
            os.write(sender, said_by(cookbook).encode())
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return said or f"killed by signal {os.WTERMSIG(status)}"


def said_by(cookbook: Cookbook) -> str:
    try:
        cookbook.open()
    except SnapshotError:
        return "refused"
    try:
        cookbook.search(QUESTION)
    except Exception:
        return "one search failed"
    return "answered"


def test_damage_that_the_manifest_vouches_for_kills_no_reader(small):
    cookbook = Cookbook(Settings(index=small))
    folder = small / current_id(small)
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    seen: Counter[str] = Counter()
    for path, at in offsets(folder)[::STRIDE]:
        if path.name not in {MANIFEST, SEAL}:
            good = whole[path]
            reseal(folder, path, good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :])
            seen[outcome(cookbook)] += 1
            for file in (path, folder / MANIFEST, folder / SEAL):
                file.write_bytes(whole[file])
    sys.stderr.write(f"{seen}\n")
    assert {"answered", "refused"} <= set(seen) <= {"answered", "refused", "one search failed"}
