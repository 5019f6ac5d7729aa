"""`cookbook serve`."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import IndexOption


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    index: IndexOption = None,
) -> None:
    """Serve the API and the web pages."""
    gc.disable()  # what a start makes stays: looking for garbage among it takes a tenth of the time
    import uvicorn  # only the server needs it

    from cookbook_search.surfaces.http.connections import protocol_of
    from cookbook_search.surfaces.http.server import create_app

    settings = read_settings(host=host, port=port, index=index)
    app = create_app(settings)
    gc.freeze()
    gc.enable()
    uvicorn.run(
        app, host=settings.host, port=settings.port, http=protocol_of(settings), ws="none",
        log_level="info", access_log=False, proxy_headers=False, server_header=False,
    )  # fmt: skip
