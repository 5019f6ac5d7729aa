"""`cookbook pack`, `cookbook add`, `cookbook remove` and `cookbook list`: cookbooks between cities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cookbook_search.analyze import open_analyzer
from cookbook_search.config import read_settings
from cookbook_search.errors import PackError
from cookbook_search.pack import (
    Pack,
    PackManifest,
    convert,
    fetch,
    fingerprint,
    is_corpus,
    is_url,
    left_out,
    make_pack,
    new_key,
    open_library,
    open_pack,
    pack_of,
    read_key,
)
from cookbook_search.surfaces.cli.options import JsonFlag
from cookbook_search.surfaces.terminal import err, out, print_json

LibraryOption = Annotated[Path | None, typer.Option("--library", help="Folder of other cities' cookbooks.")]
NEXT = "`cookbook index` takes it into use"


def pack(
    corpus: Annotated[Path | None, typer.Argument(help="Corpus folder; the first of the settings.")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="File to write, for example vantaa.zip.")] = None,
    key: Annotated[Path | None, typer.Option(help="Private key to sign with.")] = None,
    version: Annotated[
        str | None,
        typer.Option(help="Such as 2026-11-24 or 2026-11-24.2; else the day of the newest document."),
    ] = None,
    new: Annotated[
        Path | None, typer.Option("--new-key", help="Only make a private key in this new file.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Pack a cookbook into one signed file for other cities, the same bytes each time."""
    if new is not None:
        _tell_key(new, new_key(new), as_json)
        return
    if to is None:
        raise typer.BadParameter("name the file to write", param_hint="--out")
    folder = corpus or read_settings().corpus[0]
    made = make_pack(folder, read_key(key) if key else None, version)
    try:
        to.write_bytes(made.to_bytes())
    except OSError as error:
        raise PackError(f"{to} cannot be written: {error.strerror}.") from error
    if as_json:
        print_json(_told(made.manifest) | {"file": str(to), "left_out": left_out(folder)})
        return
    out.print(f"{to}: {_line(made.manifest)}", soft_wrap=True)
    if other := left_out(folder):
        err.print(f"not in the pack: {', '.join(other[:10])}{' ...' if other[10:] else ''}", soft_wrap=True)
    if made.manifest.signer is None:
        err.print("The pack is not signed; others must allow that. `--key` signs it.", soft_wrap=True)


def add(
    source: Annotated[
        str, typer.Argument(help="A pack (a file or its https address), a corpus folder, or one of Markdown.")
    ],
    trust: Annotated[str, typer.Option(help="Fingerprint of the key, as its city told it to you.")] = "",
    allow_unsigned: Annotated[
        bool, typer.Option(help="Take a pack that nobody vouches for with a signature.")
    ] = False,
    allow_http: Annotated[bool, typer.Option(help="Fetch over http, which is not encrypted.")] = False,
    force: Annotated[bool, typer.Option(help="Also in the place of a newer version.")] = False,
    owner: Annotated[
        str, typer.Option(help="Of a folder of Markdown: whose it is; its name if left out.")
    ] = "",
    name: Annotated[str, typer.Option(help="Of a folder of Markdown: what it is called.")] = "",
    licence: Annotated[
        str, typer.Option(help="Of a folder of Markdown: SPDX identifier, or the terms in words.")
    ] = "",
    library: LibraryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify another city's cookbook and add it beside ours, or put it in the place of an older one."""
    settings = read_settings(library=library)
    folder = None if is_url(source) else Path(source)
    if folder is not None and folder.is_dir():  # whoever names a folder vouches for it
        found = _of_folder(folder, owner, name, licence, settings.analyzer)
        allow_unsigned = force = True
    else:
        found = _read(source, allow_http)
    added = open_library(settings).add(found, trust, allow_unsigned, force)
    if as_json:
        print_json(_told(found.manifest) | {"added": added is not None})
    elif added is None:
        out.print(f"{_line(found.manifest)}: is here already", soft_wrap=True)
    else:
        out.print(f"{_line(found.manifest)}: added; {NEXT}", soft_wrap=True)


def remove(
    owner: Annotated[str, typer.Argument(help="The city, as `cookbook list` names it.")],
    forget_key: Annotated[
        bool, typer.Option("--forget-key", help="Also forget which key signs for it.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Remove another city's cookbook, all its versions."""
    removed = open_library(read_settings(library=library)).remove(owner, forget_key)
    if as_json:
        print_json({"removed": removed is not None, "owner": owner, "forgot_key": forget_key})
    elif removed is None:
        out.print(f"the key of {owner} is forgotten", soft_wrap=True)
    else:
        out.print(f"{_line(removed.manifest)}: removed; `cookbook index` leaves it out", soft_wrap=True)


def list_(library: LibraryOption = None, as_json: JsonFlag = False) -> None:
    """List the cookbooks of other cities that were added."""
    found = open_library(read_settings(library=library)).installed()
    if as_json:
        print_json([_told(one.manifest) | {"folder": str(one.folder)} for one in found])
        return
    for one in found:
        out.print(_line(one.manifest), soft_wrap=True)
    if not found:
        err.print("none; `cookbook add` adds one")


def _of_folder(folder: Path, owner: str, name: str, licence: str, analyzer: str) -> Pack:
    if is_corpus(folder):
        return make_pack(folder)
    called = folder.resolve().name
    made = convert(folder, owner or called, name or called, licence or None, open_analyzer(analyzer).detect)
    for note in made.notes:
        err.print(note, soft_wrap=True)
    return pack_of(made.files)


def _read(source: str, allow_http: bool) -> Pack:
    if is_url(source):
        return open_pack(fetch(source, allow_http))
    try:
        return open_pack(Path(source).read_bytes())
    except OSError as error:
        raise PackError(f"{source} cannot be read: {error.strerror}.") from error


def _line(manifest: PackManifest) -> str:
    counts = ", ".join(
        f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in manifest.counts.items()
    )
    signed = f"signed {fingerprint(manifest.signer)}" if manifest.signer else "not signed"
    licence = manifest.licence or "licence not told"
    return f"{manifest.owner} {manifest.version} ({counts}; {licence}; {signed})"


def _told(manifest: PackManifest) -> dict[str, Any]:
    told = manifest.model_dump(mode="json", exclude={"files"})
    return told | {
        "files": len(manifest.files),
        "fingerprint": fingerprint(manifest.signer) if manifest.signer else None,
    }


def _tell_key(path: Path, public: str, as_json: bool) -> None:
    if as_json:
        print_json({"key": str(path), "public_key": public, "fingerprint": fingerprint(public)})
        return
    out.print(f"fingerprint {fingerprint(public)}", soft_wrap=True)
    err.print(
        f"{path} is the private key: keep it where only you can read it, and a copy of it in a safe. "
        "Tell the fingerprint to other cities, for example on your website.",
        soft_wrap=True,
    )
