"""The command line, one module a command or a group of them.

`cookbook check | index | search | chat | serve | eval | gaps | mcp | slack | plan | print`

Exit status: 0 good, 1 the answer is no (faults found, refused, floor not reached), 2 wrong use.
"""

from __future__ import annotations

import sys

import typer

from cookbook_search.errors import CookbookError, CorpusError
from cookbook_search.surfaces.cli import chat, corpus, evaluate, gaps, mcp, plan, search, serve, slack
from cookbook_search.surfaces.cli import print as printing
from cookbook_search.surfaces.terminal import err

app = typer.Typer(
    help="Search the cookbook of cluster development.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
app.command()(corpus.check)
app.command()(corpus.index)
app.command()(search.search)
app.command()(chat.chat)
app.command()(serve.serve)
app.command(name="eval")(evaluate.eval_)
app.command()(gaps.gaps)
app.command()(mcp.mcp)
app.command()(slack.slack)
app.command()(plan.plan)
app.command(name="print")(printing.print_)


def main() -> None:
    """Entry point of the `cookbook` command: errors become one sentence and exit status 2."""
    try:
        app()
    except CorpusError as error:
        err.print(str(error), soft_wrap=True)
        sys.exit(1)
    except CookbookError as error:
        err.print(str(error), soft_wrap=True)
        sys.exit(2)
