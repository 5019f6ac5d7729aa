"""`cookbook gaps`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag
from cookbook_search.surfaces.terminal import err, out, print_gaps, print_json
from cookbook_search.surfaces.wire.gaps import gaps_response
from cookbook_search.types import Gap
from cookbook_search.usage import GapReport, draft_recipe


def gaps(
    days: Annotated[int | None, typer.Option(min=1, help="Questions of so many last days.")] = None,
    least: Annotated[
        int | None, typer.Option(min=1, help="Show groups of at least so many questions.")
    ] = None,
    draft: Annotated[
        str, typer.Option(help="Write the stub of a recipe for this gap: its number in the list, or its id.")
    ] = "",
    to: Annotated[
        Path | None, typer.Option(help="Corpus folder of the stub; the first of the settings if left out.")
    ] = None,
    purge: Annotated[bool, typer.Option("--purge", help="First delete what is older than is kept.")] = False,
    forget: Annotated[
        str, typer.Option(help="First delete all questions and votes that hold these words.")
    ] = "",
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List what was asked and not found or voted down, gathered by meaning, the most asked first."""
    settings = read_settings(index=index)
    cookbook = Cookbook(settings)
    if purge:
        purged = cookbook.usage.purge()
        err.print(f"deleted {purged.queries} questions and {purged.feedback} votes")
    if forget.strip():
        purged = cookbook.usage.forget(forget.strip())
        err.print(f"deleted {purged.queries} questions and {purged.feedback} votes")
    report = cookbook.gaps(days, least)
    if draft:
        out.print(
            str(_write_draft(_chosen(report, draft), cookbook, to or settings.corpus[0])), soft_wrap=True
        )
    elif as_json:
        print_json(gaps_response(report).model_dump(mode="json"))
    else:
        print_gaps(report)


def _chosen(report: GapReport, asked: str) -> Gap:
    for number, gap in enumerate(report.gaps, start=1):
        if asked in {str(number), gap.id}:
            return gap
    raise typer.BadParameter(
        f"there is no gap `{asked}`; run `cookbook gaps` for the list", param_hint="--draft"
    )


def _write_draft(gap: Gap, cookbook: Cookbook, corpus: Path) -> Path:
    documents = cookbook.snapshot.documents
    taken = {path.stem for path in corpus.glob("*/*.md")} | {document.id for document in documents}
    today = dt.datetime.now().astimezone().date()
    document_id, text = draft_recipe(gap, documents, taken, today)
    path = corpus / "reseptit" / f"{document_id}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}", param_hint="--to") from error
    err.print(f"`cookbook check --only {document_id}` tells what is still to be written", soft_wrap=True)
    return path
