"""`cookbook backup` and `cookbook restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.config import read_settings
from cookbook_search.surfaces.terminal import out


def backup(file: Annotated[Path, typer.Argument(help="New file to write.", show_default=False)]) -> None:
    """Copy the database to a file while servers go on: questions, votes, plans, keys, tokens."""
    from cookbook_search.store import open_database
    from cookbook_search.store.backup import back_up

    database = open_database(read_settings().database)
    try:
        back_up(database, file)
    finally:
        database.close()
    out.print(f"{file}: {file.stat().st_size} bytes", soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `cookbook backup`.", exists=True, dir_okay=False)],
) -> None:
    """Put a backup in the place of what is stored now, which is kept in a file beside it."""
    from cookbook_search.store import open_database
    from cookbook_search.store.backup import restore as put_back

    database = open_database(read_settings().database)
    try:
        before = put_back(database, file)
    finally:
        database.close()
    out.print(f"Restored. What was there before: {before}", soft_wrap=True)
