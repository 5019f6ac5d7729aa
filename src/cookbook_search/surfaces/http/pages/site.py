"""What all pages share: words, templates, links that keep the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from textwrap import wrap
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.access import FRAGMENT_HEADER, SIGN_IN
from cookbook_search.surfaces.http.assets import Assets
from cookbook_search.surfaces.http.pages.excerpt import marked
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.strings import Strings, choose_language
from cookbook_search.surfaces.wire.documents import page_url, url_of
from cookbook_search.surfaces.wire.licences import FREE, licence_name, licence_url
from cookbook_search.types import LEVELS, PHASES, AnyDocument, Kind, Language

MENU = (("/kirjasto", "site.library"), ("/keskustelu", "chat.menu"), ("/suunnitelma", "plan.menu"))
"""Addresses of the menu and the words for them."""
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""Headers of pages for those who are let in."""
MOVED = 3
"""Metrics told of in the evidence on a recipe."""
_PAGE_PARAMETERS = frozenset({"phase", "tag", "owner", "lang"})
Public = Callable[[str], str]
"""Path and query of a page -> its public address."""


@dataclass(frozen=True, slots=True)
class Site:
    """Renders the pages of one cookbook."""

    cookbook: Cookbook
    web: Path
    strings: Mapping[Language, Strings]
    templates: Environment
    assets: Assets
    public: Public | None = None
    """Where pages stand that are published as files; None: the server answers."""

    @property
    def published(self) -> bool:
        """Whether the pages stand alone, without what only the server can do."""
        return self.public is not None

    @property
    def signs_in(self) -> bool:
        """Whether there is a way to sign in."""
        settings = self.cookbook.settings
        by_token = bool(settings.editor_token.get_secret_value())
        return not self.published and (by_token or self.cookbook.provider is not None)

    def language(self, request: Request) -> Language:
        """The interface language of the request: asked for in the address, the browser's, or the setting."""
        return choose_language(
            request.query_params.get("lang"),
            request.headers.get("accept-language", ""),
            self.cookbook.settings.language,
        )

    def root(self, request: Request) -> str:
        """Public address of the site: of the setting, else of the request; of files there may be none."""
        if self.published:
            return self.cookbook.settings.base_url.rstrip("/")
        return (self.cookbook.settings.base_url or str(request.base_url)).rstrip("/")

    def address(self, request: Request, path: str) -> str:
        """Public address of a page, by its path and query."""
        return self.public(path) if self.public else self.root(request) + path

    def href(self, request: Request) -> Callable[..., str]:
        """Makes links that keep the language which the reader chose: ``href(path, **parameters)``."""
        chosen = {"lang": self.language(request)} if request.query_params.get("lang") else {}

        def href(path: str, **parameters: object) -> str:
            return with_query(path, parameters | chosen)

        return href

    def link(self, request: Request) -> Callable[..., str]:
        """Makes links to documents, ``link(document, anchor)``."""
        href = self.href(request)
        return lambda document, anchor="": href(url_of(document, anchor))

    def linked(self, request: Request) -> Callable[..., str]:
        """Makes links to documents of which id and owner alone are at hand, ``linked(kind, row)``."""
        href = self.href(request)

        def linked(kind: Kind, row: Any) -> str:
            return href(page_url(kind, row.id, row.owner if row.owner != self.cookbook.home else ""))

        return linked

    def evidence(self, language: Language) -> Callable[[AnyDocument], str]:
        """Makes the sentence on the plans that used a recipe; empty where there is too little to tell."""
        t = self.strings[language]

        def evidence(document: AnyDocument) -> str:
            if self.published:
                return ""  # it would grow old
            found = self.cookbook.plans.evidence(document.key) if document.kind == "recipe" else None
            if found is None:
                return ""
            titles = {metric.id: metric.title[language] for metric in self.cookbook.planner.metrics.values()}
            moved = [
                t["plan.evidence.moved"].format(name=titles[one.id], better=one.better, plans=one.plans)
                for one in found.moved[:MOVED]
                if one.id in titles
            ]
            return ". ".join([t["plan.evidence"].format(n=found.plans), *moved]) + "."

        return evidence

    def page(
        self, request: Request, template: str, status: int = HTTPStatus.OK, **values: Any
    ) -> HTMLResponse:
        """A template rendered with the values and with what every page needs."""
        language = self.language(request)
        context = {
            "t": self.strings[language], "language": language, "href": self.href(request),
            "link": self.link(request), "linked": self.linked(request), "guests": self.cookbook.has_guests,
            "path": request.url.path, "canonical": self.root(request) + _canonical(request),
            "root": self.root(request), "phases": PHASES, "levels": LEVELS, "languages": tuple(self.strings),
            "assets": self.assets, "published": self.published,
            "evidence": self.evidence(language), "menu": MENU[: 1 if self.published else None], "error": None,
            "sign_in": SIGN_IN if self.signs_in else "",
            "switch": {code: _switched(request, code) for code in self.strings},
        }  # fmt: skip
        html = self.templates.get_template(template).render(context | values)
        headers = {"Vary": f"Accept-Language, {FRAGMENT_HEADER}", "Content-Language": language}
        return HTMLResponse(html, status_code=status, headers=headers)

    def missing(self, request: Request, error: CookbookError) -> HTMLResponse:
        """The page that says what is not there, or not yet."""
        return self.page(request, "missing.html", status_of(error), error=type(error).__name__)


def with_query(path: str, parameters: Mapping[str, object]) -> str:
    """The address with these parameters besides its own; empty ones are left out."""
    parts = urlsplit(path)
    kept = {**dict(parse_qsl(parts.query)), **parameters}
    query = urlencode({name: value for name, value in kept.items() if value}, doseq=True)
    return urlunsplit(parts._replace(query=query))


def open_site(
    cookbook: Cookbook,
    web: Path,
    strings: Mapping[Language, Strings],
    assets: Assets,
    public: Public | None = None,
) -> Site:
    """The site with these strings and the templates of ``web``."""
    templates = Environment(
        loader=FileSystemLoader(web / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    templates.filters["marked"] = marked
    templates.filters |= {"lines": wrap, "licence_name": licence_name, "licence_url": licence_url}
    templates.globals["free_licences"] = FREE
    return Site(cookbook, web, strings, templates, assets, public)


def _canonical(request: Request) -> str:
    """Path and those parameters that make another page."""
    kept = [
        (name, value) for name, value in request.query_params.items() if name in _PAGE_PARAMETERS and value
    ]
    return request.url.path + (f"?{urlencode(kept)}" if kept else "")


def _switched(request: Request, language: Language) -> str:
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*parameters, ('lang', language)])}"
