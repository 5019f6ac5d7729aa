"""What changed in the cookbook, for those who follow it from elsewhere: Atom and JSON Feed 1.1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import problem_response, status_of
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import AnyDocument, Language
from cookbook_search.types.changes import Change

ENTRIES = 100
"""Entries of a feed, newest first."""
JSON_FEED = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to tell of: a change, or a document that stands as it was first indexed."""

    what: str
    """``added``, ``changed`` or ``removed``."""
    at: dt.datetime
    owner: str
    kind: str
    id: str
    title: str
    text: str
    link: str
    """Path of the document's page; empty where it is gone."""

    @property
    def name(self) -> str:
        """What tells the entry from all others of the site, for good."""
        return f"{self.kind}/{self.owner}/{self.id}/{self.at:%Y%m%dT%H%M%SZ}"


def router(site: Site) -> APIRouter:
    """``/muutokset.atom`` and ``/muutokset.json``."""
    routes = APIRouter()

    def found(request: Request) -> list[Entry]:
        snapshot, language = site.cookbook.snapshot, site.language(request)
        told = entries(
            snapshot.changes, snapshot.documents, language, site.strings[language], site.link(request)
        )
        owner = request.query_params.get("owner")
        return [entry for entry in told if owner in (None, entry.owner)][:ENTRIES]

    @routes.get("/muutokset.atom")
    def atom(request: Request) -> Response:
        try:
            told = found(request)
        except CookbookError as error:
            return problem_response(status_of(error), str(error))
        page = site.page(
            request, "muutokset.atom", entries=told, licences=licences(site), updated=_newest(told)
        )
        page.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
        return page

    @routes.get("/muutokset.json")
    def json_feed(request: Request) -> Response:
        try:
            told = found(request)
        except CookbookError as error:
            return problem_response(status_of(error), str(error))
        language, root, terms = site.language(request), site.root(request), licences(site)
        t = site.strings[language]
        content = {
            "version": JSON_FEED,
            "title": f"{t['site.name']}: {t['changes.title']}",
            "home_page_url": f"{root}/",
            "feed_url": f"{root}{site.href(request)('/muutokset.json')}",
            "language": language,
            "items": [_item(entry, root, terms.get(entry.owner, "")) for entry in told],
        }
        return JSONResponse(content, media_type="application/feed+json")

    return routes


def entries(
    changes: Sequence[Change],
    documents: Sequence[AnyDocument],
    language: Language,
    words: Strings,
    link: Callable[[AnyDocument], str],
) -> list[Entry]:
    """The recorded changes, and each document of which none is recorded on its own date; newest first."""
    by_key = {(one.owner, one.kind, one.id): one for one in documents}
    told = [_of_change(change, by_key.get(change.key), language, words, link) for change in changes]
    recorded = {change.key for change in changes}
    told += [_of_document(one, language, words, link) for key, one in by_key.items() if key not in recorded]
    return sorted(told, key=lambda entry: entry.at, reverse=True)


def _of_change(
    change: Change,
    document: AnyDocument | None,
    language: Language,
    words: Strings,
    link: Callable[[AnyDocument], str],
) -> Entry:
    text = document.summary[language] if document else ""
    if change.sections:
        text = f"{words['changes.sections'].format(names=', '.join(change.sections))} {text}".strip()
    return Entry(
        change.what, change.at, change.owner, change.kind, change.id,
        words[f"changes.{change.what}"].format(title=change.title[language]),
        text, link(document) if document else "",
    )  # fmt: skip


def _of_document(
    document: AnyDocument, language: Language, words: Strings, link: Callable[[AnyDocument], str]
) -> Entry:
    return Entry(
        "added", dt.datetime.combine(document.updated, dt.time(), dt.UTC), document.owner, document.kind,
        document.id, words["changes.added"].format(title=document.title[language]),
        document.summary[language], link(document),
    )  # fmt: skip


def licences(site: Site) -> dict[str, str]:
    """Owner -> licence, of those cookbooks that tell; ours first."""
    return {one.owner: one.licence for one in site.cookbook.snapshot.imprints if one.licence}


def _newest(told: Sequence[Entry]) -> dt.datetime:
    return max((entry.at for entry in told), default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def _item(entry: Entry, root: str, licence: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"{root}/muutokset#{entry.name}",
        "title": entry.title,
        "content_text": entry.text or entry.title,
        "date_modified": entry.at.isoformat(),
        "authors": [{"name": entry.owner}],
        "tags": [entry.kind],
        "_cookbook": {
            "what": entry.what,
            "owner": entry.owner,
            "kind": entry.kind,
            "id": entry.id,
            "licence": licence,
        },
    }
    return item | ({"url": root + entry.link} if entry.link else {})
