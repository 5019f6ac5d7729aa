"""HTML -> PDF: reproducible, tagged, and without any request to a network."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from cookbook_search.errors import PrintError

if TYPE_CHECKING:
    from weasyprint import HTML, Document
    from weasyprint.urls import URLFetcher

Purpose = Literal["screen", "archive", "press"]
VARIANTS: Mapping[Purpose, str] = {"screen": "pdf/ua-1", "archive": "pdf/a-2a", "press": "pdf/a-2a"}
"""PDF/UA-1 for screens and screen readers, PDF/A-2a for archives and, with bleed, for printing houses."""
PROGRESS = "weasyprint.progress"
"""Logger that tells each step and page."""


def to_pdf(html: str, folder: Path, purpose: Purpose = "screen") -> bytes:
    """The finished file; the same HTML gives the same bytes.

    Addresses in ``html`` are files under ``folder``, and nothing else is read. Raises PrintError where
    the libraries for printing are missing.
    """
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    pdf: bytes = _parse(html, folder).write_pdf(pdf_variant=VARIANTS[purpose], pdf_identifier=identifier)
    return pdf


def lay_out(html: str, folder: Path) -> Document:
    """The pages before they are painted, for who wants to measure them. Raises PrintError."""
    return _parse(html, folder).render(pdf_variant=VARIANTS["screen"])


def _parse(html: str, folder: Path) -> HTML:
    try:
        from weasyprint import HTML  # a second of imports, and needs Pango
    except OSError as error:
        raise PrintError(
            f"Printing needs Pango; install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0 ({error})"
        ) from error
    return HTML(string=html, base_url=f"{folder.resolve().as_uri()}/", url_fetcher=_fetcher(folder.resolve()))


def _fetcher(folder: Path) -> URLFetcher:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class FolderFetcher(URLFetcher):  # type: ignore[misc]  # untyped base
        """Reads files of one folder."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            parts = urlsplit(url)
            path = Path(url2pathname(parts.path)).resolve()
            if parts.scheme != "file" or not path.is_relative_to(folder):
                raise FatalURLFetchingError(f"{url} is not one of the files for printing")
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return FolderFetcher()
