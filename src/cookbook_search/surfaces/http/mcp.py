"""``/mcp``: the MCP server over streamable HTTP, made when the first client comes.

Its SDK takes half a second to import, which a server that only searches should not pay.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class McpEndpoint:
    """ASGI application; ``close`` ends it with the server it lives in."""

    def __init__(self, cookbook: Cookbook) -> None:
        self._cookbook = cookbook
        self._opening = asyncio.Lock()
        self._app: ASGIApp | None = None
        self._running: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, opening the server before the first."""
        async with self._opening:
            if self._app is None:
                await self._open()
        assert self._app is not None
        await self._app(scope, receive, send)

    async def close(self) -> None:
        """End the running server, if any client ever came."""
        self._closing.set()
        if self._running is not None:
            await self._running

    async def _open(self) -> None:
        app, manager = await asyncio.to_thread(_build, self._cookbook)
        ready = asyncio.Event()
        self._running = asyncio.create_task(self._run(manager, ready))
        await ready.wait()
        self._app = app

    async def _run(self, manager: StreamableHTTPSessionManager, ready: asyncio.Event) -> None:
        # one task enters and leaves: the manager holds a task group
        async with manager.run():
            ready.set()
            await self._closing.wait()


def _build(cookbook: Cookbook) -> tuple[ASGIApp, StreamableHTTPSessionManager]:
    from cookbook_search.surfaces.mcp.server import create_server  # half a second

    server = create_server(cookbook)
    app = server.streamable_http_app(
        stateless_http=True,  # any worker can answer any request
        json_response=True,
        max_request_body_size=cookbook.settings.max_body_bytes,
        transport_security=_transport_security(cookbook.settings),
    )
    return app, server.session_manager


def _transport_security(settings: Settings) -> TransportSecuritySettings:
    """Answer only to our own names, so that no web page reaches a local server by rebinding DNS."""
    from mcp.server.transport_security import TransportSecuritySettings

    public = urlsplit(settings.base_url)
    hosts = [f"{host}:*" for host in (*LOOPBACK, settings.host)] + [public.netloc] * bool(public.netloc)
    origins = [f"http://{host}:*" for host in LOOPBACK]
    if public.netloc:
        origins.append(f"{public.scheme}://{public.netloc}")
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
