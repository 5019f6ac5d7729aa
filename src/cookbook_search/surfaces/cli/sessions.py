"""`cookbook sessions`: who is signed in, and an end to it."""

from __future__ import annotations

from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import JsonFlag
from cookbook_search.surfaces.terminal import err, print_json, print_sessions
from cookbook_search.surfaces.wire.keys import session_out

app = typer.Typer(help="See who is signed in, and end sessions.", no_args_is_help=True)


@app.command(name="list")
def list_(as_json: JsonFlag = False) -> None:
    """List the sessions of people who are signed in."""
    sessions = Cookbook(read_settings()).sessions.all()
    if as_json:
        print_json([session_out(session).model_dump(mode="json") for session in sessions])
    else:
        print_sessions(sessions)


@app.command()
def end(
    person: Annotated[str, typer.Option(help="Whose sessions: the subject, as in the list.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Everybody's sessions.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """End sessions: within ten seconds no server takes their cookies."""
    if bool(person) == everybody:
        raise typer.BadParameter("say whose sessions end: --person SUBJECT, or --all for everybody's")
    ended = Cookbook(read_settings()).sessions.end_all(person or None)
    if as_json:
        print_json({"ended": ended})
    else:
        err.print(f"{ended} session(s) ended")
    if not ended:
        raise typer.Exit(1)
