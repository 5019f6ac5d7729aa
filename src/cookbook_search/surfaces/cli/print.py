"""`cookbook print`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.analyze import open_analyzer
from cookbook_search.app import Cookbook
from cookbook_search.check import structural_faults
from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import CorpusError, DocumentNotFound
from cookbook_search.parse import read_corpus
from cookbook_search.surfaces.cli.options import CorpusOption, IndexOption, JsonFlag
from cookbook_search.surfaces.strings import read_strings, web_folder
from cookbook_search.surfaces.terminal import err, out, print_json
from cookbook_search.types import AnyDocument, Corpus, Metric

FOREWORD = "alkusanat.md"


class Edition(StrEnum):
    """What can be printed."""

    book = "book"
    booklet = "booklet"
    cards = "cards"
    poster = "poster"


class PageSize(StrEnum):
    """Pages of books and booklets."""

    a4 = "a4"
    a5 = "a5"


class PrintPurpose(StrEnum):
    """Whom the file is for."""

    screen = "screen"
    archive = "archive"
    press = "press"


def print_(
    edition: Annotated[Edition, typer.Argument(help="What to print.")] = Edition.book,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="PDF to write; `EDITION.pdf` if left out.")
    ] = None,
    ids: Annotated[
        list[str] | None, typer.Option("--id", help="Only this document; may be repeated.")
    ] = None,
    query: Annotated[str, typer.Option(help="Only what a search for this finds (needs an index).")] = "",
    size: Annotated[PageSize, typer.Option(help="Pages of a book or booklet.")] = PageSize.a4,
    purpose: Annotated[
        PrintPurpose,
        typer.Option(help="screen: PDF/UA-1; archive: PDF/A-2a; press: PDF/A-2a with bleed and crop marks."),
    ] = PrintPurpose.screen,
    sheets: Annotated[bool, typer.Option(help="Cards two a sheet of A4, with crop marks.")] = False,
    corpus: CorpusOption = None,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Print the cookbook, a selection of it, cards or the poster of metrics as PDF."""
    from cookbook_search.surfaces.print import (
        Printer,
        in_order,
        index_of_terms,
        to_pdf,
    )  # a second of imports

    settings = read_settings(corpus=tuple(corpus) if corpus else None, index=index)
    read = _read(settings)
    documents = _chosen(in_order(read.documents), ids or [], query, settings)
    web = web_folder()
    strings = read_strings(web)["fi"]
    printer = Printer(web, strings, read.documents, settings.base_url)
    bleed = purpose is PrintPurpose.press
    match edition:
        case Edition.book:
            terms = index_of_terms(documents, read.vocabulary, open_analyzer(settings.analyzer))
            html = printer.book(documents, _foreword(settings), terms, size.value, bleed)
        case Edition.booklet:
            html = printer.booklet(query or strings["print.selection"], documents, size.value, bleed)
        case Edition.cards:
            html = printer.cards(documents, sheets, bleed)
        case Edition.poster:
            html = printer.poster([document for document in documents if isinstance(document, Metric)], bleed)
    target = out_file or Path(f"{edition.value}.pdf")
    with _progress():
        pdf = to_pdf(html, printer.folder, purpose.value)
    try:
        target.write_bytes(pdf)
    except OSError as error:
        raise typer.BadParameter(f"{target} cannot be written: {error.strerror}") from error
    if as_json:
        print_json({"file": str(target), "bytes": len(pdf), "documents": len(documents)})
    else:
        out.print(f"{target}: {len(documents)} documents, {len(pdf) / 1e6:.1f} MB")


def _read(settings: Settings) -> Corpus:
    corpus, faults = read_corpus(settings.corpus)
    if faults := [*faults, *structural_faults(corpus)]:
        raise CorpusError(faults)
    return corpus


def _chosen(
    documents: list[AnyDocument], ids: list[str], query: str, settings: Settings
) -> list[AnyDocument]:
    """The documents asked for, in the order asked; all where nothing is asked."""
    if query:
        result = Cookbook(settings).search(query)
        ids = [
            *ids,
            *(hit.document.id for hit in result.recipes),
            *(hit.document.id for hit in result.metrics),
        ]
        if not ids:
            raise DocumentNotFound(f"The cookbook has no answer to `{query}`; nothing to print.")
    by_id = {document.id: document for document in documents}
    if missing := [document_id for document_id in ids if document_id not in by_id]:
        raise DocumentNotFound(f"No document has the id `{missing[0]}`; `cookbook search` shows ids.")
    return [by_id[document_id] for document_id in dict.fromkeys(ids)] if ids else documents


def _foreword(settings: Settings) -> str:
    path = settings.corpus[0] / FOREWORD
    return path.read_text(encoding="utf-8").partition("\n")[2] if path.is_file() else ""


class _Steps(logging.Handler):
    """Shows what the press is at on one line of the terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        err.print(record.getMessage()[:78].ljust(78), end="\r")


@contextmanager
def _progress() -> Iterator[None]:
    """Steps and pages on a terminal; silence elsewhere."""
    from cookbook_search.surfaces.print.press import PROGRESS

    logger = logging.getLogger(PROGRESS)
    handler = _Steps()
    if not err.is_terminal:
        yield
        return
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        err.print(" " * 78, end="\r")
