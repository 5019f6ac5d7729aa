"""A document opened for checking: its sections, and where its front matter keys stand."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from cookbook_search.errors import Fault
from cookbook_search.parse import Section, links, plain_text, sections
from cookbook_search.types import AnyDocument

_ENTITY = re.compile(r"&#?\w+;")
_LAST_WORD = re.compile(r"[^\s/()<>\[\]\"'#]*$")


@dataclass(frozen=True)
class Read:
    """A document and its sections, which are parsed when first asked for."""

    document: AnyDocument

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections of the body in reading order."""
        return tuple(sections(self.document.body, self.document.body_line))

    def may_link_beyond(self, ids: Container[str]) -> bool:
        """False where every file that the body can name has one of the ids.

        Then its Markdown need not be parsed to know that no link dangles.
        """
        body = self.document.body
        names = [_LAST_WORD.findall(before[-100:])[0] for before in body.split(".md")[:-1]]
        return any(name not in ids for name in names) or _ENTITY.search(body) is not None

    def fault(self, line: int, rule: str, message: str) -> Fault:
        """A fault in this document's file."""
        return Fault(self.document.path, line, rule, message)

    def under(self, heading: str) -> tuple[Section, ...]:
        """The section with this second-level heading and its subsections."""
        return tuple(s for s in self.sections if s.level >= 2 and s.headings[0] == heading)

    def text(self, heading: str) -> str:
        """Plain text under a second-level heading, subsections included."""
        return "\n".join(plain_text(section.tokens) for section in self.under(heading))

    def linked_ids(self, headings: tuple[str, ...] | None = None) -> dict[str, int]:
        """Ids of the corpus files linked under the headings (None: anywhere) -> line."""
        found: dict[str, int] = {}
        for section in self.sections:
            if headings is None or (section.headings and section.headings[0] in headings):
                for target, _, offset in links(section.tokens):
                    path = PurePosixPath(target.partition("#")[0])
                    if path.suffix == ".md" and "://" not in target:
                        found.setdefault(path.stem, self.document.body_line + offset)
        return found


def read(document: AnyDocument) -> Read:
    """Open a document for checking."""
    return Read(document)
