"""Fetching a pack from the web: over https alone, in bounded time and space."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from urllib.parse import urljoin, urlsplit

from cookbook_search.errors import PackError
from cookbook_search.pack.archive import MAX_PACK_BYTES

MAX_REDIRECTS = 5
TOTAL_SECONDS = 120.0
_REDIRECTS = {301, 302, 303, 307, 308}


def fetch(url: str, allow_http: bool = False, seconds: float = TOTAL_SECONDS) -> bytes:
    """The bytes at an address. Plain http only to this machine, or where it is allowed.

    Raises PackError.
    """
    import aiohttp  # heavy, and most packs come as files

    try:
        return asyncio.run(asyncio.wait_for(_fetch(url, allow_http), seconds))
    except TimeoutError as error:
        raise PackError(f"{url} did not answer in {seconds:g} seconds; try again later.") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise PackError(f"{url} cannot be fetched: {error}.") from error


async def _fetch(url: str, allow_http: bool) -> bytes:
    import aiohttp

    # a compressed answer could grow without end, so none is asked for and none is unpacked
    headers = {"Accept-Encoding": "identity"}
    connector = aiohttp.TCPConnector(ssl=_trusted())
    async with aiohttp.ClientSession(auto_decompress=False, headers=headers, connector=connector) as session:
        for _ in range(MAX_REDIRECTS + 1):
            _require_safe(url, allow_http)
            async with session.get(url, allow_redirects=False) as response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    url = urljoin(url, response.headers["Location"])
                    continue
                if response.status != 200:
                    raise PackError(f"{url} answered {response.status} {response.reason}; check the address.")
                content = bytearray()
                async for piece in response.content.iter_chunked(1 << 16):
                    content += piece
                    if len(content) > MAX_PACK_BYTES:
                        raise PackError(f"{url} sends more than {MAX_PACK_BYTES} bytes; it is no pack.")
                return bytes(content)
    raise PackError(f"{url} redirects more than {MAX_REDIRECTS} times.")


def is_url(source: str) -> bool:
    """Whether a source is an address of the web, not a file."""
    return "://" in source


def _trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts."""
    return ssl.create_default_context()


def _require_safe(url: str, allow_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and (allow_http or _is_here(parts.hostname))):
        return
    if parts.scheme == "http":
        raise PackError(f"{url} is not encrypted; use its https address, or say --allow-http.")
    raise PackError(f"{url} is neither https nor a file.")


def _is_here(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
