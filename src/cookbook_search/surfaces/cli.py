"""The command line: `cookbook check | index | search | serve | eval`.

Exit status: 0 good, 1 the answer is no (faults found, refused, floor not reached), 2 wrong use.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.analyze import open_analyzer
from cookbook_search.app import Cookbook
from cookbook_search.check import check_corpus
from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import CookbookError, CorpusError
from cookbook_search.evaluate import (
    Estimate,
    compare,
    evaluate,
    outcomes_as_json,
    read_queries,
    summarise,
)
from cookbook_search.parse import read_corpus
from cookbook_search.surfaces.terminal import (
    err,
    out,
    print_explanation,
    print_json,
    print_result,
    print_tables,
    progress_bar,
)
from cookbook_search.types import Filters, Language

app = typer.Typer(
    help="Search the cookbook of cluster development.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CorpusOption = Annotated[list[Path] | None, typer.Option("--corpus", help="Corpus folder; may be repeated.")]
IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the snapshots.")]


class LanguageChoice(StrEnum):
    """Languages of queries."""

    fi = "fi"
    sv = "sv"
    en = "en"


@app.command()
def check(
    corpus: Annotated[list[Path] | None, typer.Argument(help="Corpus folders.")] = None,
    only: Annotated[str, typer.Option(help="Show the faults of these ids alone, comma-separated.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Find every fault of the corpus, each with file and line."""
    settings = read_settings(corpus=tuple(corpus) if corpus else None)
    read, faults = read_corpus(settings.corpus)
    faults = sorted([*faults, *check_corpus(read, open_analyzer(settings.analyzer))])
    if wanted := set(only.split(",")) - {""}:
        faults = [fault for fault in faults if Path(fault.path).stem in wanted]
    if as_json:
        print_json({"documents": len(read.documents), "faults": [asdict(fault) for fault in faults]})
    else:
        for fault in faults:
            out.print(str(fault), soft_wrap=True)
        err.print(f"{len(read.documents)} documents, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


@app.command()
def index(corpus: CorpusOption = None, index: IndexOption = None, as_json: JsonFlag = False) -> None:
    """Build a snapshot of the corpus and make it current."""
    settings = read_settings(corpus=tuple(corpus) if corpus else None, index=index)
    cookbook = Cookbook(settings)
    with progress_bar() as report:
        manifest = cookbook.index(report)
    if as_json:
        print_json(manifest.model_dump(mode="json"))
    else:
        out.print(f"{manifest.id}: {manifest.counts.documents} documents, {manifest.counts.chunks} chunks")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="The problem in your own words.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="Recipes and metrics at most.")] = 5,
    language: Annotated[
        LanguageChoice | None, typer.Option(help="Language of the query; detected if left out.")
    ] = None,
    phase: Annotated[list[str] | None, typer.Option(help="Only this phase; may be repeated.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only this tag; may be repeated.")] = None,
    owner: Annotated[
        list[str] | None, typer.Option(help="Only this city's cookbook; may be repeated.")
    ] = None,
    explain: Annotated[bool, typer.Option(help="Show how the query was read and ranked.")] = False,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Search once and print recipes and metrics."""
    cookbook = Cookbook(read_settings(index=index))
    spoken: Language | None = language.value if language else None
    if explain:
        explanation = cookbook.explain(query, spoken)
        print_json(asdict(explanation)) if as_json else print_explanation(explanation)
        return
    filters = Filters(phase=tuple(phase or ()), tag=tuple(tag or ()), owner=tuple(owner or ()))
    result = cookbook.search(query, limit, spoken, filters)
    if as_json:
        from cookbook_search.surfaces.http.wire import search_response  # the API's own shape

        out.print_json(search_response(result, query_id="", took_ms=0.0).model_dump_json())
    else:
        print_result(result)
    raise typer.Exit(0 if result.answerable else 1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    index: IndexOption = None,
) -> None:
    """Serve the API and the web pages."""
    import uvicorn  # only the server needs it

    from cookbook_search.surfaces.http.server import create_app

    settings = read_settings(host=host, port=port, index=index)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_level="info", access_log=False
    )


@app.command(name="eval")
def eval_(
    queries: Annotated[Path, typer.Argument(help="Judged queries, JSON lines.")] = Path(
        "evaluation/dev.jsonl"
    ),
    floor: Annotated[
        float, typer.Option(help="Exit 1 where nDCG@10 of recipes over all queries is below.")
    ] = 0.0,
    against: Annotated[
        Path | None, typer.Option(help="Settings file (TOML) to compare with, paired by query.")
    ] = None,
    per_query: Annotated[
        Path | None, typer.Option(help="Write the results of each query here, JSON lines.")
    ] = None,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure the retrieval on judged queries, by language and style."""
    judged = read_queries(queries)
    settings = read_settings(index=index)
    outcomes = evaluate(judged, Cookbook(settings).search)
    tables = {
        "language": summarise(outcomes, lambda outcome: outcome.query.lang),
        "style": summarise(outcomes, lambda outcome: outcome.query.style),
        "all": summarise(outcomes, lambda _: "all"),
    }
    differences: dict[str, Estimate] = {}
    if against is not None:
        other = evaluate(judged, Cookbook(_settings_from(against)).search)
        differences = compare(other, outcomes)
    if per_query is not None:
        per_query.write_text(outcomes_as_json(outcomes) + "\n", encoding="utf-8")
    if as_json:
        shown = {
            name: {g: {m: asdict(e) for m, e in row.items()} for g, row in t.items()}
            for name, t in tables.items()
        }
        print_json(
            {"queries": len(judged), **shown, "difference": {m: asdict(e) for m, e in differences.items()}}
        )
    else:
        print_tables(tables, differences)
    reached = tables["all"]["all"].get("ndcg@10")
    raise typer.Exit(1 if reached is not None and reached.mean < floor else 0)


def main() -> None:
    """Entry point of the `cookbook` command: errors become one sentence and exit status 2."""
    try:
        app()
    except CorpusError as error:
        err.print(str(error), soft_wrap=True)
        sys.exit(1)
    except CookbookError as error:
        err.print(str(error), soft_wrap=True)
        sys.exit(2)


def _settings_from(path: Path) -> Settings:
    import tomllib  # only this comparison reads a second settings file

    try:
        return read_settings(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}") from error
