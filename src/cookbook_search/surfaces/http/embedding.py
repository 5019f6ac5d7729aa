"""What other sites may do: call the API from their pages, load the components, show the frames.

Nothing is open to an origin that ``COOKBOOK_EMBED_ORIGINS`` does not name, but for the components' own code:
it holds no content, and a page that may not call the API needs it to say so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Header
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import LEVELS, PHASES, Language, Surface

ENTRY, PARTS = "embed.js", "embed/"
"""The module that a page loads, and the folder of the modules which that one loads."""
CODE_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_CALLED = ("search", "suggest", "chat", "feedback", "recipes/", "methods/", "metrics/", "library")
FetchSite = Annotated[str, Header(alias="sec-fetch-site", include_in_schema=False)]
"""Where a browser says that a request comes from; programs say nothing."""
_SURFACES: Mapping[str, Surface] = {"same-origin": "web", "same-site": "embed", "cross-site": "embed"}
_SAID: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "search": (("embed.", "trouble.", "kind."), frozenset({
        "search.label", "search.button.short", "search.working", "suggest.title", "suggest.count",
        "suggest.count.one", "results.count", "results.count.one", "results.closest", "results.onlymetrics",
        "results.steps", "results.measure", "results.next", "metrics.title",
        "metrics.formula", "metrics.via", "metrics.via.many", "document.unit", "empty.title", "empty.nearest",
        "error.retry", "phase", "level", *(f"phase.{phase}" for phase in PHASES),
        *(f"level.{level}" for level in LEVELS),
    })),
    "chat": (
        ("chat.", "embed.", "trouble.", "kind.", "example."), frozenset({"empty.nearest", "error.retry"}),
    ),
}  # fmt: skip
"""View -> the rooms and the single strings that it says."""


class EmbeddedCalls:
    """ASGI middleware: CORS for the public API, without cookies, for the origins that may embed it."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass the request on and mark the answer as readable."""
        called = scope["type"] == "http" and scope["path"].startswith("/api/v1/")
        public = called and scope["path"].removeprefix("/api/v1/").startswith(_CALLED)
        await (self._open if public else self._app)(scope, receive, send)


def surface_of(fetch_site: str) -> Surface:
    """Where a question to the API was asked: on our pages, on another site's, or by a program."""
    return _SURFACES.get(fetch_site, "api")


def words_modules(strings: Mapping[Language, Strings]) -> dict[str, str]:
    """``embed/words/<view>/<language>.js``: the strings that a view says."""
    return {
        f"{PARTS}words/{view}/{language}.js": _module(words, *said)
        for view, said in _SAID.items()
        for language, words in strings.items()
    }


def _module(strings: Strings, rooms: tuple[str, ...], keys: frozenset[str]) -> str:
    said = {key: text for key, text in strings.items() if key in keys or key.startswith(rooms)}
    return f"export const WORDS = {json.dumps(said, ensure_ascii=False)};\n"
