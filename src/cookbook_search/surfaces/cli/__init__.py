"""The command line, one module a command or a group of them.

`cookbook check | index | preview | publish | rollback | snapshots | search | chat | serve | eval | gaps |
mcp | slack | plan | print | keys | sessions | backup | restore | export | pack | add | remove | list | diff`

Exit status: 0 good, 1 the answer is no (faults found, refused, floor not reached), 2 wrong use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

from cookbook_search.errors import CookbookError, CorpusError

if TYPE_CHECKING:
    from typer._click import Command, Context

COMMANDS = {
    "check": "corpus:check",
    "index": "corpus:index",
    "preview": "snapshots:preview",
    "publish": "snapshots:publish",
    "rollback": "snapshots:rollback",
    "snapshots": "snapshots:snapshots",
    "search": "search:search",
    "chat": "chat:chat",
    "serve": "serve:serve",
    "eval": "evaluate:eval_",
    "gaps": "gaps:gaps",
    "mcp": "mcp:mcp",
    "slack": "slack:slack",
    "plan": "plan:plan",
    "print": "print:print_",
    "keys": "keys:app",
    "sessions": "sessions:app",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "export": "export:app",
    "pack": "packs:pack",
    "add": "packs:add",
    "remove": "packs:remove",
    "list": "packs:list_",
    "diff": "diff:diff",
}
"""Name of each command -> module of this package and the function in it, or a Typer of subcommands."""


class Commands(TyperGroup):
    """Imports a command when it is called: none waits for what the others need."""

    def list_commands(self, ctx: Context) -> list[str]:
        """All names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of this name; None where there is none, and then all are known, to propose another."""
        if cmd_name not in COMMANDS:
            self.commands.update({name: _command(name) for name in COMMANDS})
            return None
        return _command(cmd_name)


def _command(name: str) -> Command:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(f"{__name__}.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    single = typer.Typer(add_completion=False)
    single.command(name)(found)
    return typer.main.get_command(single)


app = typer.Typer(
    cls=Commands, help="Search the cookbook of cluster development.", no_args_is_help=True,
    add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip


@app.callback()
def _callback() -> None:
    """Search the cookbook of cluster development."""


def main() -> None:
    """Entry point of the `cookbook` command: errors become one sentence and exit status 2."""
    try:
        app()
    except CookbookError as error:
        from cookbook_search.surfaces.terminal import err  # where nothing is told, rich is not waited for

        err.print(str(error), soft_wrap=True)
        sys.exit(1 if isinstance(error, CorpusError) else 2)
