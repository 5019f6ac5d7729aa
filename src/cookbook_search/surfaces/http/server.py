"""The web application: routes, errors, headers, and the watch over new snapshots."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from cookbook_search import __version__
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import SnapshotError
from cookbook_search.surfaces.http import api, chat, pages
from cookbook_search.surfaces.http.assets import Assets
from cookbook_search.surfaces.http.guard import Guard
from cookbook_search.surfaces.http.mcp import McpEndpoint
from cookbook_search.surfaces.http.problems import install_problem_handlers
from cookbook_search.surfaces.strings import web_folder

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The application; it opens the index when it starts and answers 503 until one is there."""
    cookbook = Cookbook(settings)
    web = web_folder()
    mcp = McpEndpoint(cookbook)
    assets = Assets(web / "static", settings.theme)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(_try_reload, cookbook)
        watch = asyncio.create_task(_watch(cookbook, settings.reload_seconds))
        yield
        await mcp.close()
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch

    app = FastAPI(
        title="Cookbook search",
        version=__version__,
        description="Ranked recipes and metrics for a problem in everyday words.",
        lifespan=lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard, max_body_bytes=settings.max_body_bytes)
    install_problem_handlers(app)
    app.include_router(api.router(cookbook))
    app.include_router(chat.router(cookbook))
    app.router.routes.append(Route("/mcp", mcp, methods=None, include_in_schema=False))
    app.include_router(pages.router(cookbook, web, assets))
    app.mount("/static", assets, name="static")
    return app


def _try_reload(cookbook: Cookbook) -> None:
    try:
        if cookbook.reload():
            log.info("serving snapshot %s", cookbook.snapshot.manifest.id)
    except SnapshotError as error:
        log.warning("%s", error)


async def _watch(cookbook: Cookbook, seconds: float) -> None:
    """Serve a new snapshot soon after it becomes current; a faulty one is left alone and logged once."""
    complaint = ""
    while True:
        await asyncio.sleep(seconds)
        try:
            if await asyncio.to_thread(cookbook.reload):
                log.info("serving snapshot %s", cookbook.snapshot.manifest.id)
            complaint = ""
        except SnapshotError as error:
            if str(error) != complaint:
                complaint = str(error)
                log.warning("%s", complaint)
