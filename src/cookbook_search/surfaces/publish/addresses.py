"""Where a page of the server stands as a file, and how one file names another."""

from __future__ import annotations

import re
from posixpath import dirname, relpath
from urllib.parse import parse_qsl, urlencode, urlsplit

from cookbook_search.parse import FOLDERS, slug
from cookbook_search.types import LANGUAGES, Language

INDEX = "index.html"
_PAGES = {
    "/": "",
    "/kirjasto": "kirjasto/",
    "/kirjasto/verkko": "kirjasto/verkko/",
    "/saavutettavuus": "saavutettavuus/",
}
_FEEDS = frozenset({"/muutokset.atom", "/muutokset.json"})
_NARROWED = {"phase": "vaihe", "tag": "aihe", "owner": "kaupunki"}
"""Parameters that make another page, and the folder of each."""
_DOCUMENT = re.compile(rf"/({'|'.join(FOLDERS)})/([a-z0-9-]+)")
_DATA = re.compile(r"/api/v1/(library|recipes/[a-z0-9-]+|methods/[a-z0-9-]+|metrics/[a-z0-9-]+)")


def file_of(address: str, language: Language, default: Language) -> str | None:
    """The file of a server's address, relative to the site; None where no file can do it.

    ``language`` is that of the page which names the address, and goes on where the address names none.
    """
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    named = asked.pop("lang", language)
    language = next((code for code in LANGUAGES if code == named), language)
    root = "" if language == default else f"{language}/"
    path = parts.path.rstrip("/") or "/"
    places = _places(asked)
    target: str | None = None
    if path.startswith("/static/"):
        target = path[1:]
    elif found := _DOCUMENT.fullmatch(path):
        target = f"{root}{found[1]}/{found[2]}/{places}{INDEX}"
    elif found := _DATA.fullmatch(path):
        target = f"data/{asked.get('language', default)}/{found[1]}/{places}".rstrip("/") + ".json"
    elif path in _FEEDS and not asked:
        target = root + path[1:]
    elif path in _PAGES:  # what is asked of the first page stays in the query
        target = root + _PAGES[path] + (places if path == "/kirjasto" else "") + INDEX
    return target


def link_from(page: str, address: str, language: Language, default: Language) -> str | None:
    """The server's address as a page of the site names it: relative, with query and fragment."""
    target = file_of(address, language, default)
    if target is None:
        return None
    parts = urlsplit(address)
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] == "q"])
    link = relpath(target, dirname(page) or ".")
    return link + (f"?{query}" if query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def public_address(base: str, address: str, language: Language, default: Language) -> str:
    """The server's address as the world names it on the published site: absolute, without ``index.html``."""
    target = file_of(address, language, default) or ""
    return f"{base}/{target.removesuffix(INDEX)}"


def _places(asked: dict[str, str]) -> str:
    return "".join(f"{folder}/{slug(asked[name])}/" for name, folder in _NARROWED.items() if asked.get(name))
