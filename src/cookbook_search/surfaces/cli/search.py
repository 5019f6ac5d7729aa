"""`cookbook search`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag, LanguageChoice
from cookbook_search.surfaces.terminal import out, print_explanation, print_json, print_result
from cookbook_search.surfaces.wire.search import search_response
from cookbook_search.types import Filters, Language


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
        out.print_json(search_response(result, query_id="", took_ms=0.0).model_dump_json())
    else:
        print_result(result)
    raise typer.Exit(0 if result.answerable else 1)
