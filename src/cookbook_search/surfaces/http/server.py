"""The web application: routes, errors, headers."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.params import Depends as Dependency
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cookbook_search import __version__
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.http import api, chat, console, feedback, metrics, pages, plans, printing
from cookbook_search.surfaces.http.access import (
    OPEN_TO_ALL,
    Guarded,
    Identified,
    describe_access,
    install_refusals,
    requires,
)
from cookbook_search.surfaces.http.admission import Admission
from cookbook_search.surfaces.http.assets import Assets
from cookbook_search.surfaces.http.door import Door
from cookbook_search.surfaces.http.embedding import EmbeddedCalls, words_modules
from cookbook_search.surfaces.http.guard import Guard
from cookbook_search.surfaces.http.mcp import McpEndpoint
from cookbook_search.surfaces.http.metrics import Measures, figures_of
from cookbook_search.surfaces.http.observing import Observed, Observer
from cookbook_search.surfaces.http.pages.sign_in import again_page
from cookbook_search.surfaces.http.pages.site import open_site
from cookbook_search.surfaces.http.problems import Unexpected, describe_problems, install_problem_handlers
from cookbook_search.surfaces.http.rate import Rate, RateLimit, parse_rate
from cookbook_search.surfaces.http.slack import SlackEndpoint
from cookbook_search.surfaces.http.spans import open_spans
from cookbook_search.surfaces.http.workers import Workers
from cookbook_search.surfaces.strings import read_strings, web_folder
from cookbook_search.surfaces.upkeep import kept_up
from cookbook_search.types import Scope


def create_app(settings: Settings, workers_folder: Path | None = None) -> FastAPI:
    """The application; it opens the index when it starts and answers 503 until one is there.

    ``workers_folder`` is where workers find each other, if there are several.
    """
    cookbook = Cookbook(settings)
    web = web_folder()
    strings = read_strings(web)
    mcp = McpEndpoint(cookbook)
    measures = Measures()
    figures = partial(figures_of, cookbook, measures)
    workers = Workers(workers_folder, figures) if workers_folder is not None else None
    spans = open_spans(settings)
    observers: list[Observer] = [measures, *([spans] if spans is not None else [])]
    door = Door(cookbook)
    slack = SlackEndpoint(cookbook, strings)
    assets = Assets(web / "static", settings.theme, words_modules(strings))
    site = open_site(cookbook, web, strings, assets)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with kept_up(cookbook):
            await slack.open()
            if workers is not None:
                await workers.open()
            yield
            if workers is not None:
                await workers.close()
            await mcp.close()
            await slack.close()
            if spans is not None:
                await to_thread(spans.close)

    app = FastAPI(
        title="Cookbook search",
        version=__version__,
        description="Ranked recipes and metrics for a problem in everyday words.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    _add_middleware(app, settings, observers, door)
    install_problem_handlers(app)
    describe_problems(app)
    describe_access(app, settings.access)
    install_refusals(app, again_page(site, door))
    reads, talks = [requires(Scope.SEARCH)], [requires(Scope.CHAT)]
    app.include_router(api.router(cookbook), dependencies=reads)
    app.include_router(api.health(cookbook), dependencies=[OPEN_TO_ALL])
    app.include_router(chat.router(cookbook), dependencies=talks)
    app.include_router(feedback.router(cookbook), dependencies=[requires(Scope.SEARCH, Scope.CHAT)])
    app.include_router(console.router(cookbook), dependencies=[requires(Scope.EDITOR)])
    app.include_router(
        metrics.router(workers.all_figures if workers else partial(to_thread, figures)),
        dependencies=[_measures_for(settings)],
    )
    app.include_router(plans.router(cookbook, web, strings), dependencies=reads)
    app.router.routes.append(Route("/mcp", Guarded(mcp, Scope.SEARCH), methods=None, include_in_schema=False))
    app.router.routes.extend(slack.routes)
    app.include_router(pages.router(site, door))
    app.include_router(printing.router(cookbook, web, strings["fi"]), dependencies=reads)
    app.mount("/static", assets, name="static")
    return app


def _measures_for(settings: Settings) -> Dependency:
    """For whom ``/metrics`` is: it tells counts, and no words of anybody."""
    known = settings.metrics_access == "known" or (
        settings.metrics_access == "auto" and settings.access == "closed"
    )
    return requires(*Scope) if known else OPEN_TO_ALL


def _add_middleware(app: FastAPI, settings: Settings, observers: Sequence[Observer], door: Door) -> None:
    """What stands around the routes, the innermost first."""
    app.add_middleware(Unexpected)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Admission, most=settings.max_requests, seconds=settings.request_seconds)
    app.add_middleware(
        RateLimit, address=_rate(settings, "rate_limit"), key=_rate(settings, "key_rate_limit")
    )
    app.add_middleware(Identified, identify=door.identify, anyone=door.anyone)
    app.add_middleware(EmbeddedCalls, origins=settings.embed_origins)
    app.add_middleware(
        Guard,
        max_body_bytes=settings.max_body_bytes,
        max_header_bytes=settings.max_header_bytes,
        body_seconds=settings.body_seconds,
        hsts_seconds=settings.hsts_seconds,
    )
    app.add_middleware(Observed, observers=observers, behind_proxy=bool(settings.trusted_proxies))
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))


def _rate(settings: Settings, name: str) -> Rate | None:
    try:
        return parse_rate(getattr(settings, name))
    except ValueError as error:
        raise SettingsError(f"COOKBOOK_{name.upper()} cannot be used: {error}") from error
