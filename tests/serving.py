"""A real server in a thread of the tests' process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from cookbook_search.config import Settings
from cookbook_search.surfaces.http.connections import protocol_of
from cookbook_search.surfaces.http.server import create_app


@contextmanager
def serving(settings: Settings, app: ASGIApp | None = None) -> Iterator[str]:
    """The address of a server on a free port, of the cookbook or of another application."""
    config = uvicorn.Config(
        app or create_app(settings), port=0, http=protocol_of(settings), ws="none",
        log_level="warning", access_log=False, proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
