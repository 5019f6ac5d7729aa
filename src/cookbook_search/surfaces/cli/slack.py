"""`cookbook slack`."""

from __future__ import annotations

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import IndexOption
from cookbook_search.surfaces.logs import configure_logging


def slack(index: IndexOption = None) -> None:
    """Answer in Slack over Socket Mode: no address of ours needs to be open to the internet."""
    import asyncio

    from cookbook_search.surfaces.slack.socket import run, stop_on_signals  # most of a second
    from cookbook_search.surfaces.strings import read_strings, web_folder

    settings = read_settings(index=index)
    configure_logging(settings)
    cookbook = Cookbook(settings)
    cookbook.open()  # a missing index is told now, and the first answer is as fast as any

    async def serve() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await run(cookbook, read_strings(web_folder()), stop)

    asyncio.run(serve())
