"""Reading every page of a cookbook once and writing it as a file of a site that needs no server."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx

from cookbook_search.app import Cookbook
from cookbook_search.errors import PublishError
from cookbook_search.surfaces.http.published import published_app
from cookbook_search.surfaces.publish.addresses import file_of, link_from, public_address
from cookbook_search.surfaces.publish.markup import exchange_addresses
from cookbook_search.surfaces.publish.search_data import search_script
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.types import LANGUAGES, Language

SEARCH = "haku.js"
MARK = "cookbook-site.json"
"""The file by which a folder is known to be a published site, and may be written over."""
_HERE = "http://site.invalid"
_PATHS = ("/", "/kirjasto", "/kirjasto/verkko", "/saavutettavuus", "/muutokset.atom", "/muutokset.json")
_API = {"recipe": "recipes", "method": "methods", "metric": "metrics"}


@dataclass(frozen=True, slots=True)
class Published:
    """What was written."""

    folder: Path
    pages: int
    files: int
    bytes: int


def publish(cookbook: Cookbook, web: Path, strings: Mapping[Language, Strings], folder: Path) -> Published:
    """Write the whole site to ``folder``, beside it first and then in its place.

    Raises PublishError where the folder holds something else, cannot be written, or a page leads to what
    no file can do; SnapshotError.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise PublishError(f"{folder} holds something else than a published cookbook; name another folder.")
    work = folder.with_name(f".{folder.name}-new")
    try:
        shutil.rmtree(work, ignore_errors=True)
        writer = _Writer(cookbook, web, strings, work)
        asyncio.run(writer.write_all())
        _replace(work, folder)
    except OSError as error:
        raise PublishError(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    written = [path for path in folder.rglob("*") if path.is_file()]
    return Published(folder, writer.pages, len(written), sum(path.stat().st_size for path in written))


def _replace(work: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    work.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


@dataclass(slots=True)
class _Writer:
    cookbook: Cookbook
    web: Path
    strings: Mapping[Language, Strings]
    folder: Path
    pages: int = 0
    _seen: set[str] = field(default_factory=set)
    _waiting: list[tuple[str, Language]] = field(default_factory=list)

    @property
    def default(self) -> Language:
        """The language whose pages stand at the top."""
        return self.cookbook.settings.language

    @property
    def base(self) -> str:
        """Public address of the site, or nothing."""
        return self.cookbook.settings.base_url.rstrip("/")

    async def write_all(self) -> None:
        app = published_app(self.cookbook, self.web, self.strings, self._public)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=self.base or _HERE) as client:
            for language in LANGUAGES:
                for address in (*_PATHS, *self._documents()):
                    self._await(address, language)
            while self._waiting:
                await self._write_page(client, *self._waiting.pop())
            for language in LANGUAGES:
                for address in self._data(language):
                    await self._write_data(client, address, language)
        self._write("haku.js", self._search().encode())
        if self.base:
            self._write("sitemap.xml", self._sitemap().encode())
        manifest = self.cookbook.snapshot.manifest
        told = {"snapshot": manifest.id, "created": manifest.created, "documents": manifest.counts.documents}
        self._write(MARK, json.dumps(told, indent=1).encode())

    def _await(self, address: str, language: Language) -> str | None:
        """Note that a page is wanted; its file, or None where no file can do it."""
        parts = urlsplit(address)
        target = file_of(address, language, self.default)
        if target is not None and target not in self._seen:
            self._seen.add(target)
            self._waiting.append((parts._replace(fragment="").geturl(), language))
        return target

    def _public(self, address: str) -> str:
        return public_address(self.base, address, self.default, self.default)

    async def _write_page(self, client: httpx.AsyncClient, address: str, language: Language) -> None:
        target = file_of(address, language, self.default)
        assert target is not None
        parts = urlsplit(address)
        asked = {
            name: value for name, value in httpx.QueryParams(parts.query).items() if name not in ("lang", "q")
        }
        code = httpx.QueryParams(parts.query).get("lang")
        language = next((known for known in LANGUAGES if known == code), language)
        static = parts.path.startswith("/static/")
        query = "" if static else "?" + urlencode(asked | {"lang": language})
        answer = await client.get(parts.path + query)
        if answer.status_code != httpx.codes.OK:
            raise PublishError(f"{parts.path}{query} answered {answer.status_code}; nothing was published.")
        kind = answer.headers["content-type"].partition(";")[0]
        content = answer.content
        if kind == "text/html":
            self.pages += 1
            content = self._page(answer.text, target, language).encode()
        elif kind == "text/javascript":
            self._await_imports(answer.text, parts.path, language)
        elif not static:
            content = self._feed(answer.text, language).encode()
        self._write(target, content)

    def _page(self, html: str, page: str, language: Language) -> str:
        def exchange(tag: str, value: str) -> str:
            if tag == "meta" and not value.startswith(f"{self.base or _HERE}/"):
                return value
            if self.base and value.startswith(f"{self.base}/"):
                self._await(value.removeprefix(self.base), language)
                return public_address(self.base, value.removeprefix(self.base), language, self.default)
            if not value.startswith("/") or value.startswith("//"):
                return value
            self._await(value, language)
            link = link_from(page, value, language, self.default)
            if link is None:
                raise PublishError(f"{page} leads to {value}, which no file can be.")
            return link

        html = exchange_addresses(html, exchange)
        prefix = "../" * page.count("/")
        return html.replace("<html ", f'<html data-root="{prefix}" data-default="{self.default}" ', 1)

    def _feed(self, text: str, language: Language) -> str:
        """A feed names the published pages; without a public address, by their paths."""
        root = self.base or _HERE

        def public(found: re.Match[str]) -> str:
            address = found[1].replace("&amp;", "&")
            if file_of(address, language, self.default) is None:  # an id, which leads nowhere
                return found[0].replace(_HERE, "")
            return public_address(self.base, address, language, self.default)

        return re.sub(rf'{re.escape(root)}(/[^"<\s\\]*)', public, text)

    def _await_imports(self, script: str, path: str, language: Language) -> None:
        for name in re.findall(r'(?:from|import)\s*\(?\s*"(\./[^"]+)"', script):
            self._await(f"{path.rpartition('/')[0]}/{name[2:]}", language)

    def _documents(self) -> Iterator[str]:
        for document in self.cookbook.snapshot.documents:
            yield url_of(document)

    def _data(self, language: Language) -> Iterator[str]:
        yield f"/api/v1/library?language={language}"
        for document in self.cookbook.snapshot.documents:
            asked: dict[str, str] = {"language": language}
            if document.guest:
                asked["owner"] = document.owner
            yield f"/api/v1/{_API[document.kind]}/{document.id}?{urlencode(asked)}"

    async def _write_data(self, client: httpx.AsyncClient, address: str, language: Language) -> None:
        answer = await client.get(address)
        answer.raise_for_status()
        target = file_of(address, language, self.default)
        assert target is not None
        content = json.dumps(self._public_urls(answer.json(), language), ensure_ascii=False, indent=1)
        self._write(target, content.encode())

    def _public_urls(self, value: object, language: Language) -> object:
        """JSON of the API with the addresses of the published pages."""
        if isinstance(value, list):
            return [self._public_urls(one, language) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            name: public_address(self.base, one, language, self.default)
            if name == "url" and isinstance(one, str) and one.startswith("/")
            else self._public_urls(one, language)
            for name, one in value.items()
        }

    def _search(self) -> str:
        documents = self.cookbook.snapshot.documents
        return search_script(self.cookbook.portable(), documents)

    def _sitemap(self) -> str:
        pages = sorted(name for name in self._seen if name.endswith("index.html"))
        urls = "".join(
            f"<url><loc>{self.base}/{name.removesuffix('index.html')}</loc></url>\n" for name in pages
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        )

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
