"""Hand-picked read-only tools; their results have the shapes of the HTTP API."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError, DocumentNotFound
from cookbook_search.surfaces.wire.documents import DocumentText, document_text
from cookbook_search.surfaces.wire.mcp import MOST, SearchPage, search_page
from cookbook_search.surfaces.wire.plans import PlanRequest
from cookbook_search.surfaces.wire.search import MAX_QUERY
from cookbook_search.types import AnyDocument, Filters, Kind, Language, Phase
from cookbook_search.types.plan import Plan

READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
DocumentId = Annotated[str, Field(max_length=60, description="Id, as search_cookbook gives it.")]
Spoken = Annotated[Language | None, Field(description="Language of the question; detected where null.")]
Shown = Annotated[Language, Field(description="Language of title and summary; the body is in Finnish.")]
Owner = Annotated[str | None, Field(max_length=100, description="City, where several have this id.")]


def add_tools(server: MCPServer, cookbook: Cookbook) -> None:
    """Register the tools."""

    def tool(title: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return server.tool(title=title, annotations=READ_ONLY, structured_output=True)

    @tool("Search the cookbook")
    def search_cookbook(
        query: Annotated[
            str,
            Field(min_length=1, max_length=MAX_QUERY, description="The problem, in the words of who has it."),
        ],
        limit: Annotated[int, Field(ge=1, le=20, description="Recipes, and metrics, a page.")] = 5,
        offset: Annotated[
            int, Field(ge=0, lt=MOST, description="Where the page begins: `next_offset` of the last one.")
        ] = 0,
        language: Spoken = None,
        phase: Annotated[
            list[Phase] | None, Field(max_length=9, description="Only recipes of these phases.")
        ] = None,
    ) -> SearchPage:
        """Find recipes (what to do) and metrics (how to see that it worked) for a problem.

        `answerable` is false where the cookbook has nothing on the matter; `suggestions` then names the
        nearest topics. `citations` can be cited as they are.
        """
        begun = time.perf_counter()
        with_one_more = min(MOST, offset + limit + 1)
        try:
            result = cookbook.search(query, with_one_more, language, Filters(phase=tuple(phase or ())))
        except CookbookError as error:
            raise ToolError(str(error)) from error
        took_ms = (time.perf_counter() - begun) * 1000
        query_id = cookbook.usage.record_search(result, "mcp", narrowed=bool(phase or offset))
        return search_page(result, offset, limit, cookbook.settings.base_url, query_id, took_ms)

    def read(
        document_id: str, kinds: tuple[Kind, ...], language: Language, owner: str | None
    ) -> DocumentText:
        try:
            document = first_of(cookbook, document_id, kinds, owner)
        except CookbookError as error:
            raise ToolError(f"{error} Take ids from search_cookbook.") from error
        return document_text(document, language, cookbook.settings.base_url)

    @tool("Read a recipe or a method")
    def get_recipe(id: DocumentId, language: Shown = "fi", owner: Owner = None) -> DocumentText:  # noqa: A002  # the name callers see
        """Read a recipe or a method whole: ingredients, numbered steps, pitfalls, variations, sources."""
        return read(id, ("recipe", "method"), language, owner)

    @tool("Read a metric")
    def get_metric(id: DocumentId, language: Shown = "fi", owner: Owner = None) -> DocumentText:  # noqa: A002  # the name callers see
        """Read a metric whole: formula, data source, interval, baseline and target, how it misleads."""
        return read(id, ("metric",), language, owner)

    @tool("Make a launch plan")
    def plan_cluster(
        cluster: Annotated[str, Field(min_length=1, max_length=200, description="What cluster, and where.")],
        problems: Annotated[
            list[Annotated[str, Field(min_length=3, max_length=1000)]],
            Field(min_length=1, max_length=8, description="Problems in the words of who has them."),
        ],
        phase: Annotated[Phase, Field(description="Where the cluster is; earlier phases count as done.")],
        months: Annotated[int, Field(ge=1, le=36, description="Months it may take.")] = 12,
        people: Annotated[int, Field(ge=1, le=50, description="People beside other work.")] = 2,
        euros: Annotated[int, Field(ge=0, le=100_000_000, description="Without salaries.")] = 20_000,
        companies: Annotated[int | None, Field(ge=0, le=100_000, description="Companies in it.")] = None,
        cities: Annotated[
            list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
            Field(max_length=20, description="Cities that take part."),
        ] = None,
        start: Annotated[dt.date | None, Field(description="First day; today where null.")] = None,
        language: Annotated[Language, Field(description="Language of titles.")] = "fi",
    ) -> Plan:
        """Make a plan: recipes in a calendar with reasons, risks, and metrics over the four levels.

        Nothing is stored. `cautions` say what does not hold, `left_out` what did not fit; `steps` is empty
        where the cookbook answers none of the problems. Weeks count from `start`.
        """
        request = PlanRequest(
            cluster=cluster, problems=problems, phase=phase, months=months, people=people, euros=euros,
            companies=companies, cities=cities or [], start=start, language=language, keep=False,
        )  # fmt: skip
        try:
            return cookbook.plan(request.situation())
        except CookbookError as error:
            raise ToolError(str(error)) from error


def first_of(
    cookbook: Cookbook, document_id: str, kinds: tuple[Kind, ...], owner: str | None = None
) -> AnyDocument:
    """The document of this id in the first of the kinds that has it. Raises DocumentNotFound."""
    for kind in kinds:
        try:
            return cookbook.document(document_id, kind, owner)
        except DocumentNotFound:
            continue
    raise DocumentNotFound(f"No {' or '.join(kinds)} has the id `{document_id}`.")
