"""`cookbook serve`."""

from __future__ import annotations

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
    import uvicorn  # only the server needs it

    from cookbook_search.surfaces.http.connections import protocol_of
    from cookbook_search.surfaces.http.server import create_app

    settings = read_settings(host=host, port=port, index=index)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, http=protocol_of(settings), ws="none",
        log_level="info", access_log=False, proxy_headers=False, server_header=False,
    )  # fmt: skip
