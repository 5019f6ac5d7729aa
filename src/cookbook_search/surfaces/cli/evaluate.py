"""`cookbook eval`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings, read_settings
from cookbook_search.evaluate import (
    Estimate,
    compare,
    differences_page,
    evaluate,
    outcomes_as_json,
    read_queries,
    summarise,
)
from cookbook_search.surfaces.cli.evaluate_answers import measure_answers
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag
from cookbook_search.surfaces.terminal import print_json, print_tables

QUERIES = Path("evaluation/dev.jsonl")
CONVERSATIONS = Path("evaluation/conversations.jsonl")


def eval_(
    queries: Annotated[
        Path | None,
        typer.Argument(help="Judged queries or conversations, JSON lines; those of evaluation/ if left out."),
    ] = None,
    answers: Annotated[
        bool, typer.Option("--answers", help="Measure the assistant on judged conversations instead.")
    ] = False,
    floor: Annotated[
        float, typer.Option(help="Exit 1 where nDCG@10 of recipes over all queries is below.")
    ] = 0.0,
    against: Annotated[
        Path | None, typer.Option(help="Settings file (TOML) to compare with, paired by query.")
    ] = None,
    per_query: Annotated[
        Path | None, typer.Option(help="Write the results of each query here, JSON lines.")
    ] = None,
    differences: Annotated[
        Path | None,
        typer.Option(help="With --against: write what changed here, query by query, in Markdown."),
    ] = None,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure the retrieval on judged queries, or the assistant on conversations, by language and kind."""
    if differences is not None and against is None:
        raise typer.BadParameter("--differences needs --against, the settings to compare with.")
    settings = read_settings(index=index)
    if answers:
        measure_answers(queries or CONVERSATIONS, settings, per_query, as_json)
        return
    judged = read_queries(queries or QUERIES)
    outcomes = evaluate(judged, Cookbook(settings).search)
    tables = {
        "language": summarise(outcomes, lambda outcome: outcome.query.lang),
        "style": summarise(outcomes, lambda outcome: outcome.query.style),
        "all": summarise(outcomes, lambda _: "all"),
    }
    compared: dict[str, Estimate] = {}
    if against is not None:
        other = evaluate(judged, Cookbook(_settings_from(against)).search)
        compared = compare(other, outcomes)
        if differences is not None:
            differences.write_text(differences_page(other, outcomes), encoding="utf-8")
    if per_query is not None:
        per_query.write_text(outcomes_as_json(outcomes) + "\n", encoding="utf-8")
    if as_json:
        shown = {
            name: {g: {m: asdict(e) for m, e in row.items()} for g, row in t.items()}
            for name, t in tables.items()
        }
        print_json(
            {"queries": len(judged), **shown, "difference": {m: asdict(e) for m, e in compared.items()}}
        )
    else:
        print_tables(tables, compared)
    reached = tables["all"]["all"].get("ndcg@10")
    raise typer.Exit(1 if reached is not None and reached.mean < floor else 0)


def _settings_from(path: Path) -> Settings:
    import tomllib  # only this comparison reads a second settings file

    try:
        return read_settings(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}") from error
