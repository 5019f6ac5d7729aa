"""`cookbook check` and `cookbook index`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.analyze import open_analyzer
from cookbook_search.app import Cookbook
from cookbook_search.check import health_of
from cookbook_search.config import read_settings
from cookbook_search.parse import read_corpus
from cookbook_search.surfaces.cli.options import CorpusOption, IndexOption, JsonFlag
from cookbook_search.surfaces.terminal import err, out, print_json, progress_bar


def check(
    corpus: Annotated[list[Path] | None, typer.Argument(help="Corpus folders.")] = None,
    only: Annotated[str, typer.Option(help="Show the faults of these ids alone, comma-separated.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Find every fault of the corpus, each with file and line."""
    settings = read_settings(corpus=tuple(corpus) if corpus else None)
    health = health_of(*read_corpus(settings.corpus), open_analyzer(settings.analyzer))
    faults = list(health.faults)
    if wanted := set(only.split(",")) - {""}:
        faults = [fault for fault in faults if Path(fault.path).stem in wanted]
    if as_json:
        print_json({"documents": health.documents, "faults": [asdict(fault) for fault in faults]})
    else:
        for fault in faults:
            out.print(str(fault), soft_wrap=True)
        err.print(f"{health.documents} documents, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


def index(
    corpus: CorpusOption = None,
    stage: Annotated[
        bool,
        typer.Option("--stage", help="Build it beside: `cookbook preview` compares, `publish` switches."),
    ] = False,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Build a snapshot of the corpus and make it current."""
    settings = read_settings(corpus=tuple(corpus) if corpus else None, index=index)
    cookbook = Cookbook(settings)
    with progress_bar() as report:
        manifest = cookbook.index(report, stage)
    if as_json:
        print_json(manifest.model_dump(mode="json"))
    else:
        out.print(f"{manifest.id}: {manifest.counts.documents} documents, {manifest.counts.chunks} chunks")
    if stage and cookbook.snapshots.staged:
        err.print(
            "It waits beside the current one: `cookbook preview` compares, `cookbook publish` switches."
        )
    elif stage:
        err.print("The corpus has not changed: nothing waits to be published.")
    elif rollback := cookbook.snapshots.rolled_back:
        err.print(
            f"The rollback of {rollback.at:%Y-%m-%d %H:%M} UTC stays: the corpus has not changed since. "
            f"`cookbook publish {rollback.left}` undoes it.",
            soft_wrap=True,
        )
