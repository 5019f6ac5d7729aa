"""The record of what became current when, how and by whom: a line of JSON a move.

``CURRENT`` alone decides what is served. The record decides which snapshot is the one before, which are
kept on disk, and whether a build would undo a rollback.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

MOVES = "moves.jsonl"
STAGED = "STAGED"
"""One-line file that names the snapshot which was built beside the current one."""
MOST_BYTES = 1 << 20
"""The end of the record that is read, some thousands of moves."""
MoveKind = Literal["built", "published", "rolled back"]


class Move(BaseModel):
    """One move of ``CURRENT``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: dt.datetime
    what: MoveKind
    id: str
    """What became current."""
    left: str = ""
    """What was current before."""
    left_corpus: str = ""
    """Digest of its corpus, where it could be read."""
    by: str = ""
    """Who did it, where that is known."""


def record(root: Path, move: Move) -> None:
    """Add a move; a disk that refuses it takes nothing else away, because ``CURRENT`` has moved already."""
    with suppress(OSError), (root / MOVES).open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            whole = file.read(1) == b"\n"
        else:
            whole = True
        file.write((b"" if whole else b"\n") + move.model_dump_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_moves(root: Path) -> tuple[Move, ...]:
    """The moves, oldest first; lines that cannot be read are passed over."""
    moves: list[Move] = []
    with suppress(OSError), (root / MOVES).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - MOST_BYTES))
        for line in file:
            with suppress(ValidationError):
                moves.append(Move.model_validate_json(line))
    return tuple(moves)


def way_here(moves: Sequence[Move], finished: Sequence[str], current: str) -> list[str]:
    """Snapshots that led to the current one, oldest first, the current one last.

    A move forward adds to the way, a rollback goes back along it: what was rolled away from is no longer on
    it. ``finished`` are the snapshots on disk by age: those older than the record come first.
    """
    oldest = (moves[0].left or moves[0].id) if moves else current
    way = [name for name in finished if name < oldest]
    for move in moves:
        if move.left and move.left not in way and not (move.what == "rolled back" and move.id in way):
            way.append(move.left)
        if move.what == "rolled back" and move.id in way:
            del way[way.index(move.id) + 1 :]
        else:
            way = [name for name in way if name != move.id] + [move.id]
    if current and (not way or way[-1] != current):
        way = [name for name in way if name != current] + [current]
    return [name for name in way if name in set(finished)]


def staged_id(root: Path) -> str:
    """Name of the staged snapshot; empty where there is none."""
    with suppress(OSError, UnicodeDecodeError):
        name = (root / STAGED).read_text(encoding="utf-8").strip()
        if name and Path(name).name == name and not name.startswith(".") and name.isprintable():
            return name
    return ""
