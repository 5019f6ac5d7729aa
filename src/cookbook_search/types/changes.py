"""What changed in the cookbook from one snapshot to the next."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from cookbook_search.types.documents import Kind, Localised, Model

ChangeKind = Literal["added", "changed", "removed"]


class Change(Model):
    """One document that came, changed or went."""

    what: ChangeKind
    at: dt.datetime
    """When the snapshot was built that first showed it; with its time zone."""
    owner: str
    kind: Kind
    id: str
    title: Localised
    sections: tuple[str, ...] = ()
    """Headings of the second level whose text is another than before, in reading order."""

    @property
    def key(self) -> tuple[str, Kind, str]:
        """The document that changed."""
        return self.owner, self.kind, self.id
