"""`cookbook mcp`."""

from __future__ import annotations

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import IndexOption


def mcp(index: IndexOption = None) -> None:
    """Serve the cookbook over the Model Context Protocol on standard input and output."""
    import asyncio

    from cookbook_search.surfaces.mcp.server import create_server  # half a second

    cookbook = Cookbook(read_settings(index=index))
    cookbook.open()  # a missing index is told now, and the first call is as fast as any
    asyncio.run(create_server(cookbook).run_stdio_async())
