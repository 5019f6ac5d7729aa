"""`cookbook diff`: what differs between two versions of a cookbook, or of one document."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.text import Text

from cookbook_search.analyze import open_analyzer
from cookbook_search.config import read_settings
from cookbook_search.errors import DocumentNotFound
from cookbook_search.pack import DocumentChange, compare_all, matching, open_library, read_version
from cookbook_search.surfaces.cli.options import JsonFlag
from cookbook_search.surfaces.terminal import err, out, print_json

_STYLES = {"added": "green underline", "removed": "red strike", "same": ""}
_MARKS = {"added": ("{+", "+}"), "removed": ("[-", "-]"), "same": ("", "")}
"""As `git diff --word-diff` writes them, where there are no colours."""
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def diff(
    old: Annotated[
        str, typer.Argument(help="A pack, a folder, a snapshot, or a city that was added (`Espoo:previous`).")
    ],
    new: Annotated[str, typer.Argument(help="The same, for the newer version.")],
    document: Annotated[str, typer.Argument(metavar="[ID]", help="Only the document of this id.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Tell what differs between two versions: exit status 0 nothing, 1 something."""
    settings = read_settings()
    library, language_of = open_library(settings), open_analyzer(settings.analyzer).detect
    before, after = matching(*(read_version(source, library, language_of) for source in (old, new)))
    if document:
        before = [one for one in before if one.id == document]
        after = [one for one in after if one.id == document]
        if not before and not after:
            raise DocumentNotFound(f"Neither {old} nor {new} has a document with the id `{document}`.")
    changes = compare_all(before, after)
    if as_json:
        print_json({"documents": [_told(change) for change in changes]})
    else:
        for change in changes:
            _print(change)
        err.print(f"{len(changes)} of {len({d.key for d in (*before, *after)})} documents differ")
    raise typer.Exit(1 if changes else 0)


def _told(change: DocumentChange) -> dict[str, Any]:
    found = change.document
    return {
        "status": change.status,
        "id": found.id,
        "kind": found.kind,
        "owner": found.owner,
        "title": found.title.model_dump(),
        "fields": [asdict(field) for field in change.fields],
        "sections": [asdict(section) for section in change.sections],
    }


def _print(change: DocumentChange) -> None:
    found = change.document
    out.print(Text(f"{_SIGNS[change.status]} {found.path}: {found.title.fi}", style="bold"), soft_wrap=True)
    for field in change.fields:
        line = Text(f"  {field.name}: ")
        line.append_text(_piece("removed", _value(field.before))).append(" ")
        out.print(line.append_text(_piece("added", _value(field.after))), soft_wrap=True)
    for section in change.sections:
        place = " › ".join(section.headings) or "(text before the first heading)"
        was = f" (was: {section.renamed_from})" if section.renamed_from else ""
        out.print(Text(f"  {_SIGNS[section.status]} {place}{was}", style="cyan"), soft_wrap=True)
        text = Text()
        for piece in section.pieces:
            text.append_text(_piece(piece.status, piece.text))
        for line in text.split("\n") if section.pieces else ():
            out.print(Text("    ").append_text(line), soft_wrap=True)
    out.print()


def _piece(status: str, text: str) -> Text:
    if out.is_terminal:
        return Text(text, style=_STYLES[status])
    begin, end = _MARKS[status]
    return Text(f"{begin}{text}{end}")


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
