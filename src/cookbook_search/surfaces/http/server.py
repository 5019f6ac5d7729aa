"""The web application: routes, errors, headers, and the watch over new snapshots."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cookbook_search import __version__
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import CookbookError, SettingsError, SnapshotError
from cookbook_search.surfaces.http import api, chat, feedback, metrics, pages, plans, printing
from cookbook_search.surfaces.http.assets import Assets
from cookbook_search.surfaces.http.embedding import EmbeddedCalls, words_modules
from cookbook_search.surfaces.http.guard import Guard
from cookbook_search.surfaces.http.mcp import McpEndpoint
from cookbook_search.surfaces.http.metrics import Measured, Measures
from cookbook_search.surfaces.http.problems import install_problem_handlers
from cookbook_search.surfaces.http.rate import Rate, RateLimit, parse_rate
from cookbook_search.surfaces.http.slack import SlackEndpoint
from cookbook_search.surfaces.strings import read_strings, web_folder

log = logging.getLogger(__name__)
FIRST_PURGE_SECONDS = 30.0
"""Until then the database stays closed, so that a start is quick."""
PURGE_SECONDS = 3600.0


def create_app(settings: Settings) -> FastAPI:
    """The application; it opens the index when it starts and answers 503 until one is there."""
    cookbook = Cookbook(settings)
    web = web_folder()
    strings = read_strings(web)
    mcp = McpEndpoint(cookbook)
    measures = Measures()
    slack = SlackEndpoint(cookbook, strings)
    assets = Assets(web / "static", settings.theme, words_modules(strings))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(_try_reload, cookbook)
        tasks = [
            asyncio.create_task(_watch(cookbook, settings.reload_seconds)),
            asyncio.create_task(_purge(cookbook)),
        ]
        await slack.open()
        yield
        await mcp.close()
        await slack.close()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(cookbook.close)

    app = FastAPI(
        title="Cookbook search",
        version=__version__,
        description="Ranked recipes and metrics for a problem in everyday words.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    if rate := _rate(settings):
        app.add_middleware(RateLimit, rate=rate)
    app.add_middleware(EmbeddedCalls, origins=settings.embed_origins)
    app.add_middleware(Guard, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(Measured, measures=measures)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    install_problem_handlers(app)
    app.include_router(api.router(cookbook))
    app.include_router(chat.router(cookbook))
    app.include_router(feedback.router(cookbook))
    app.include_router(metrics.router(cookbook, measures))
    app.include_router(plans.router(cookbook, web, strings))
    app.router.routes.append(Route("/mcp", mcp, methods=None, include_in_schema=False))
    app.router.routes.extend(slack.routes)
    app.include_router(pages.router(cookbook, web, strings, assets))
    app.include_router(printing.router(cookbook, web, strings["fi"]))
    app.mount("/static", assets, name="static")
    return app


def _rate(settings: Settings) -> Rate | None:
    try:
        return parse_rate(settings.rate_limit)
    except ValueError as error:
        raise SettingsError(f"COOKBOOK_RATE_LIMIT cannot be used: {error}") from error


async def _purge(cookbook: Cookbook) -> None:
    """Delete what has been kept long enough and count evidence, soon after the start and then every hour."""
    while True:
        await asyncio.sleep(FIRST_PURGE_SECONDS)
        try:
            purged = await asyncio.to_thread(cookbook.usage.purge)
            plans = await asyncio.to_thread(cookbook.plans.purge)
            if purged.queries or purged.feedback or plans:
                log.info(
                    "deleted %d old questions, %d votes, %d plans", purged.queries, purged.feedback, plans
                )
            await asyncio.to_thread(cookbook.plans.count_evidence)
        except CookbookError as error:
            log.warning("old questions could not be deleted: %s", error)
        await asyncio.sleep(PURGE_SECONDS)


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
