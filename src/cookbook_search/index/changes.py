"""The record of changes that a snapshot carries on from the one before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from cookbook_search.errors import SnapshotError
from cookbook_search.index.contents import DOCUMENTS, read_documents
from cookbook_search.index.manifest import read_manifest, verify_file
from cookbook_search.parse import sections
from cookbook_search.types import AnyDocument
from cookbook_search.types.changes import Change, ChangeKind

CHANGES = "changes.json"
_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(tuple[Change, ...])
KEPT_CHANGES = 500
"""Changes that a snapshot remembers, newest first."""
_UNSEEN = {"body_line", "path", "digest", "questions", "statements"}
"""Fields that no reader sees."""
UNREADABLE = (OSError, ValueError, KeyError)


def last_known(folder: Path) -> tuple[Sequence[AnyDocument], tuple[Change, ...]]:
    """Documents and changes of a snapshot that another model or analyzer may have built.

    Any doubt, and there are none: the record then begins anew.
    """
    try:
        verify_file(folder, read_manifest(folder), DOCUMENTS)
        return read_documents(folder), read_changes(folder)
    except (SnapshotError, *UNREADABLE):
        return (), ()


def continued(
    before: Sequence[AnyDocument],
    remembered: Sequence[Change],
    documents: Sequence[AnyDocument],
    now: dt.datetime,
) -> tuple[Change, ...]:
    """What changed between two snapshots, then what the older one remembers; newest first.

    Where there was nothing before, nothing is known to have changed.
    """
    changes = sorted(changes_between(before, documents, now), key=lambda change: change.key) if before else []
    return (*changes, *remembered)[:KEPT_CHANGES]


def write_changes(folder: Path, changes: tuple[Change, ...]) -> None:
    """Write the changes."""
    (folder / CHANGES).write_bytes(_CHANGES.dump_json(changes, indent=1))


def read_changes(folder: Path) -> tuple[Change, ...]:
    """The changes, newest first; none where the snapshot is older than the record."""
    path = folder / CHANGES
    return _CHANGES.validate_json(path.read_bytes()) if path.exists() else ()


def changes_between(
    before: Sequence[AnyDocument], after: Sequence[AnyDocument], at: dt.datetime
) -> Iterator[Change]:
    """What readers will see of the way from one set of documents to another, in no order."""
    old = {(one.owner, one.kind, one.id): one for one in before}
    new = {(one.owner, one.kind, one.id): one for one in after}
    for key, document in new.items():
        if key not in old:
            yield _change("added", document, at)
        elif document.digest != old[key].digest and _seen(document) != _seen(old[key]):
            yield _change("changed", document, at, _differing(old[key].body, document.body))
    for key, document in old.items():
        if key not in new:
            yield _change("removed", document, at)


def _change(
    what: ChangeKind, document: AnyDocument, at: dt.datetime, differing: Iterable[str] = ()
) -> Change:
    return Change(
        what=what, at=at, owner=document.owner, kind=document.kind, id=document.id,
        title=document.title, sections=tuple(differing),
    )  # fmt: skip


def _seen(document: AnyDocument) -> object:
    return document.body, document.model_dump(exclude=_UNSEEN)


def _differing(before: str, after: str) -> Iterator[str]:
    """Headings under which the text is not what it was; those that went stand last."""
    old, new = _texts(before), _texts(after)
    for heading in (*new, *(heading for heading in old if heading not in new)):
        if old.get(heading) != new.get(heading):
            yield heading


def _texts(body: str) -> dict[str, str]:
    """Heading of the second level -> everything under it."""
    lines = body.splitlines()
    heads = [section for section in sections(body) if section.level == 2]
    ends = [*(section.line - 1 for section in heads[1:]), len(lines)]
    return {
        section.heading: "\n".join(lines[section.line - 1 : end])
        for section, end in zip(heads, ends, strict=True)
    }
