"""`cookbook keys`: make, list, rotate and revoke API keys."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from cookbook_search.access import Keys
from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.surfaces.cli.options import JsonFlag
from cookbook_search.surfaces.terminal import err, out, print_json, print_keys
from cookbook_search.surfaces.wire.keys import key_made, key_out
from cookbook_search.types import ApiKey, Scope

app = typer.Typer(help="Make, list, rotate and revoke API keys.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="Id of the key: the part after `ckb_`, as in the list.")]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Whose key it is, or what for.")],
    scope: Annotated[list[Scope], typer.Option(help="What the key may do; may be repeated.")],
    days: Annotated[int, typer.Option(min=0, max=3650, help="Days that it is good for; 0: no end.")] = 365,
    as_json: JsonFlag = False,
) -> None:
    """Make a key. Its secret is shown this once."""
    if not name.strip() or len(name) > 200:
        raise typer.BadParameter("write whose key it is, in 1 to 200 characters", param_hint="--name")
    lifetime = dt.timedelta(days=days) if days else None
    _show_new(*_keys().create(name.strip(), scope, lifetime), as_json)


@app.command(name="list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Also keys that are revoked or have run out.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the keys, without their secrets."""
    now = dt.datetime.now(dt.UTC)
    shown = [key for key in _keys().all() if every or key.is_good(now)]
    if as_json:
        print_json([key_out(key, now).model_dump(mode="json") for key in shown])
    else:
        print_keys(shown, now)


@app.command()
def rotate(
    key_id: KeyId,
    grace_hours: Annotated[
        float, typer.Option(min=0, max=8760, help="Hours that the old key lives on beside the new one.")
    ] = 168,
    as_json: JsonFlag = False,
) -> None:
    """Make a key in place of another: same name, scopes and lifetime."""
    key_id = key_id.removeprefix("ckb_")
    made = _keys().rotate(key_id, dt.timedelta(hours=grace_hours))
    err.print(f"the old key ckb_{key_id} ends in {grace_hours:g} hours at the latest", soft_wrap=True)
    _show_new(*made, as_json)


@app.command()
def revoke(key_id: KeyId, as_json: JsonFlag = False) -> None:
    """End a key: within ten seconds no server takes it."""
    key_id = key_id.removeprefix("ckb_")
    _keys().revoke(key_id)
    if as_json:
        print_json({"revoked": key_id})
    else:
        err.print(f"ckb_{key_id} is revoked")


def _keys() -> Keys:
    return Cookbook(read_settings()).keys


def _show_new(key: ApiKey, secret: str, as_json: bool) -> None:
    if as_json:
        print_json(key_made(key, secret).model_dump(mode="json"))
        return
    err.print("Keep this key now: only its digest is stored, and it is not shown again.", soft_wrap=True)
    out.print(secret, soft_wrap=True, highlight=False)
