"""`cookbook serve`."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from cookbook_search.surfaces.cli.options import IndexOption


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve, about one a core.")] = None,
    index: IndexOption = None,
) -> None:
    """Serve the API and the web pages."""
    gc.disable()  # what a start makes stays: looking for garbage among it takes a tenth of the time
    from cookbook_search.surfaces.http.running import run  # only the server needs it

    run({"host": host, "port": port, "workers": workers, "index": index})
