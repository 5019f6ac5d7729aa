"""`cookbook export site`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag
from cookbook_search.surfaces.strings import read_strings, web_folder
from cookbook_search.surfaces.terminal import out, print_json

app = typer.Typer(help="Write the cookbook for where this program does not run.", no_args_is_help=True)


@app.callback()
def export() -> None:
    """Write the cookbook for where this program does not run."""


@app.command()
def site(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write.")] = Path("site"),
    base_url: Annotated[
        str | None,
        typer.Option("--url", help="Public address of the site, for links that leave it and for QR codes."),
    ] = None,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write pages, JSON and a search that runs in the browser: for any web server, without ours."""
    from cookbook_search.surfaces.publish import publish  # the pages and what they need

    web = web_folder()
    cookbook = Cookbook(read_settings(index=index, base_url=base_url))
    written = publish(cookbook, web, read_strings(web), folder)
    if as_json:
        print_json(asdict(written) | {"folder": str(written.folder)})
    else:
        out.print(f"{folder}: {written.pages} pages, {written.files} files, {written.bytes / 1e6:.1f} MB")
