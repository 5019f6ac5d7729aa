"""Documents as resources: a template a kind to read them, and a paged list of what there is now."""

from __future__ import annotations

import re
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ListResourcesResult, Resource

from cookbook_search.app import Cookbook
from cookbook_search.errors import DocumentNotFound
from cookbook_search.types import AnyDocument, Kind

PAGE = 50
MARKDOWN = "text/markdown"
PLACES: dict[Kind, str] = {"recipe": "recipes", "method": "methods", "metric": "metrics"}


def add_resources(server: MCPServer, cookbook: Cookbook) -> None:
    """Register ``cookbook://recipes/{owner}/{id}`` and its like for methods and metrics."""

    def read(kind: Kind, owner: str, document_id: str) -> str:
        try:
            return markdown_of(cookbook.document(document_id, kind, owner))
        except DocumentNotFound as error:
            raise ResourceNotFoundError(str(error)) from error

    @server.resource("cookbook://recipes/{owner}/{id}", title="Recipe", mime_type=MARKDOWN)
    def recipe(owner: str, id: str) -> str:  # noqa: A002  # named by the template
        """What to do about a problem."""
        return read("recipe", owner, id)

    @server.resource("cookbook://methods/{owner}/{id}", title="Method", mime_type=MARKDOWN)
    def method(owner: str, id: str) -> str:  # noqa: A002  # named by the template
        """A working technique that recipes use."""
        return read("method", owner, id)

    @server.resource("cookbook://metrics/{owner}/{id}", title="Metric", mime_type=MARKDOWN)
    def metric(owner: str, id: str) -> str:  # noqa: A002  # named by the template
        """How to see that it worked."""
        return read("metric", owner, id)


class ResourceList:
    """Answers ``resources/list`` from the snapshot that is served now, a page at a time.

    Middleware, because the SDK's own list is fixed at start and has no pages.
    """

    def __init__(self, cookbook: Cookbook) -> None:
        self._cookbook = cookbook

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """A page of resources; every other request goes on. Raises MCPError for a foreign cursor."""
        if ctx.method != "resources/list":
            return await call_next(ctx)
        documents = self._cookbook.snapshot.documents
        start = _start(dict(ctx.params or {}).get("cursor"), len(documents))
        end = start + PAGE
        return ListResourcesResult(
            resources=[resource_of(document) for document in documents[start:end]],
            next_cursor=str(end) if end < len(documents) else None,
        )


def resource_of(document: AnyDocument) -> Resource:
    """The document as a list names it."""
    return Resource(
        uri=f"cookbook://{PLACES[document.kind]}/{document.owner}/{document.id}",
        name=document.id,
        title=document.title.fi,
        description=document.summary.fi,
        mime_type=MARKDOWN,
    )


def markdown_of(document: AnyDocument) -> str:
    """Title, summary and body."""
    return f"# {document.title.fi}\n\n{document.summary.fi}\n\n{document.body.strip()}\n"


def _start(cursor: object, size: int) -> int:
    if cursor is None:
        return 0
    if isinstance(cursor, str) and re.fullmatch(r"[0-9]{1,9}", cursor) and int(cursor) < size:
        return int(cursor)
    raise MCPError(code=INVALID_PARAMS, message="The cursor is unknown; begin again without one.")
