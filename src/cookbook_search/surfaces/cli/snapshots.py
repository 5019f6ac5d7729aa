"""`cookbook snapshots`, `preview`, `publish` and `rollback`: which index is served, and which waits."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.evaluate import preview as compare_staged
from cookbook_search.evaluate import write_preview
from cookbook_search.index import Manifest
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag
from cookbook_search.surfaces.staging import PREVIEW
from cookbook_search.surfaces.terminal import (
    err,
    out,
    print_json,
    print_preview,
    print_snapshots,
    progress_bar,
)
from cookbook_search.surfaces.wire.snapshots import preview_out, snapshots_response


def snapshots(index: IndexOption = None, as_json: JsonFlag = False) -> None:
    """List the snapshots on disk: which is current, which waits, and which this program can use."""
    kept = Cookbook(read_settings(index=index)).snapshots
    if as_json:
        print_json(snapshots_response(kept).model_dump(mode="json"))
    else:
        print_snapshots(kept.all(), kept.before)


def preview(
    discard: Annotated[
        bool, typer.Option("--discard", help="Compare nothing: let the staged snapshot go.")
    ] = False,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare the snapshot of `cookbook index --stage` with the current one, query by query."""
    cookbook = Cookbook(read_settings(index=index))
    if discard:
        cookbook.snapshots.discard()
        err.print("Nothing waits to be published.")
        return
    with progress_bar() as report:
        made = compare_staged(cookbook, report)
    write_preview(cookbook.repository.root / PREVIEW, made)
    if as_json:
        print_json(preview_out(made).model_dump(mode="json"))
    else:
        print_preview(made)


def publish(
    snapshot: Annotated[str, typer.Argument(help="Snapshot to publish; the staged one if left out.")] = "",
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Make the staged snapshot current in one step."""
    kept = Cookbook(read_settings(index=index)).snapshots
    _tell(kept.publish(snapshot, _who()), as_json)


def rollback(
    snapshot: Annotated[str, typer.Argument(help="Snapshot to go back to; the one before if left out.")] = "",
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Make an earlier snapshot current in one step; it stays until the corpus changes."""
    kept = Cookbook(read_settings(index=index)).snapshots
    _tell(kept.roll_back(snapshot, _who()), as_json)


def _tell(manifest: Manifest, as_json: bool) -> None:
    if as_json:
        print_json(manifest.model_dump(mode="json"))
    else:
        counts = manifest.counts
        out.print(f"{manifest.id} is current: {counts.documents} documents, {counts.chunks} chunks")


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return ""
