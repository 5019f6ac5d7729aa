"""What differs between two versions of a document, or of a cookbook, down to the words.

Sections are matched by their headings, whatever number a step has, then by likeness of their texts,
so that a step which moved or was renamed is not told as one gone and one new.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from cookbook_search.parse import Section, plain_text, sections
from cookbook_search.types import AnyDocument

Status = Literal["added", "removed", "changed", "same"]
ALIKE = 0.5
"""Share of words that a renamed section keeps."""
MOST_PAIRS = 4_000_000
"""Words before times words after that are compared exactly."""
MOST_LIKENESSES = 400
"""Pairs of sections that are held against each other."""
_NUMBER = re.compile(r"^\d+\.\s+")
_WORDS = re.compile(r"\s+|[^\w\s]|\w+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, came or went."""

    status: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A key of the front matter; JSON values, None where it was or is not there."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section or a step that is not as it was."""

    status: Status
    headings: tuple[str, ...]
    """Path of headings now, or before where it is gone."""
    renamed_from: str
    """Its heading before, where that was another."""
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What became of one document."""

    status: Status
    before: AnyDocument | None
    after: AnyDocument | None
    fields: tuple[FieldChange, ...] = ()
    sections: tuple[SectionChange, ...] = ()

    @property
    def document(self) -> AnyDocument:
        """As it is now, or was."""
        found = self.after or self.before
        assert found is not None
        return found


def compare(before: AnyDocument | None, after: AnyDocument | None) -> DocumentChange:
    """The changes of one document; None where a version has it not."""
    if before is None or after is None:
        return DocumentChange("added" if before is None else "removed", before, after)
    fields = tuple(_fields(before, after))
    changed = tuple(_sections(sections(before.body), sections(after.body)))
    return DocumentChange("changed" if fields or changed else "same", before, after, fields, changed)


def compare_all(before: Iterable[AnyDocument], after: Iterable[AnyDocument]) -> list[DocumentChange]:
    """The changes of each document that is not the same, in the new order, then what is gone.

    Documents are the same by kind and id, where several cities stand on both sides by city too; so a
    city can compare its own cookbook with the one that it began from.
    """
    before, after = list(before), list(after)
    several = len({document.owner for document in before} & {document.owner for document in after}) > 1
    old = {(d.owner if several else "", d.kind, d.id): d for d in before}
    new = {(d.owner if several else "", d.kind, d.id): d for d in after}
    changes = [compare(old.get(key), document) for key, document in new.items()]
    changes += [compare(document, None) for key, document in old.items() if key not in new]
    return [change for change in changes if change.status != "same"]


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The text with the words that came and went."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > 10 * MOST_PAIRS:
        return Piece("removed", before), Piece("added", after)
    pieces: list[Piece] = []
    gone, come = "", ""
    steps = _matcher(old, new).get_opcodes()
    for at, (kind, i, j, k, m) in enumerate(steps):
        before, after = "".join(old[i:j]), "".join(new[k:m])
        if kind != "equal" or (
            after.isspace() and 0 < at < len(steps) - 1
        ):  # changed words are told as one run
            gone, come = gone + before, come + after
            continue
        pieces += _change(gone, come)
        pieces.append(Piece("same", after))
        gone, come = "", ""
    return (*pieces, *_change(gone, come))


def _change(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece("removed", gone)
    if come:
        yield Piece("added", come)


def _fields(before: AnyDocument, after: AnyDocument) -> Iterator[FieldChange]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    for name in dict.fromkeys((*new, *old)):
        if old.get(name) != new.get(name):
            yield FieldChange(name, old.get(name), new.get(name))


def _sections(before: Sequence[Section], after: Sequence[Section]) -> Iterator[SectionChange]:
    """Changes in the order of the new version; what is gone stands where it stood."""
    new = _pairs(before, after)
    gone = deque(at for at in range(len(before)) if at not in set(new.values()))
    for at, section in enumerate(after):
        while at in new and gone and gone[0] < new[at]:
            yield _one(before[gone.popleft()], None)
        change = _one(before[new[at]] if at in new else None, section)
        if change.status != "same":
            yield change
    yield from (_one(before[at], None) for at in gone)


def _pairs(before: Sequence[Section], after: Sequence[Section]) -> dict[int, int]:
    """Place after -> place before of the sections that are the same ones."""
    names = [_key(section) for section in before], [_key(section) for section in after]
    new: dict[int, int] = {}
    for i, j, size in _matcher(*names).get_matching_blocks():
        new |= {j + step: i + step for step in range(size)}
    left = [at for at in range(len(before)) if at not in set(new.values())]
    free = [at for at in range(len(after)) if at not in new]
    if len(left) * len(free) > MOST_LIKENESSES:
        return new
    alike = [
        (2.0 if names[0][i] == names[1][j] else _likeness(before[i], after[j]), i, j)
        for i in left
        for j in free
    ]
    for likeness, i, j in sorted(alike, key=lambda found: (-found[0], found[1], found[2])):
        if likeness >= ALIKE and j not in new and i not in new.values():
            new[j] = i
    return new


def _matcher(old: Sequence[Any], new: Sequence[Any]) -> SequenceMatcher[Any]:
    """Exact for what people write; where both are huge, what stands often is passed over."""
    return SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > MOST_PAIRS)


def _key(section: Section) -> tuple[str, ...]:
    """The path of headings without the numbers of steps, which move."""
    return tuple(_NUMBER.sub("", heading) for heading in section.headings)


def _likeness(one: Section, other: Section) -> float:
    if one.level != other.level:
        return 0.0
    old, new = plain_text(one.tokens).split(), plain_text(other.tokens).split()
    matcher = _matcher(old, new)
    return matcher.ratio() if old and new and matcher.quick_ratio() >= ALIKE else 0.0


def _one(before: Section | None, after: Section | None) -> SectionChange:
    if before is None or after is None:
        section = after or before
        assert section is not None
        status: Literal["added", "removed"] = "added" if before is None else "removed"
        text = plain_text(section.tokens)
        return SectionChange(status, section.headings, "", (Piece(status, text),) if text else ())
    old, new = plain_text(before.tokens), plain_text(after.tokens)
    if old == new:  # then what differs is no word: the target of a link, or how something is set
        old, new = _source(before), _source(after)
    renamed = before.heading if before.heading != after.heading else ""
    same = old == new and not renamed
    pieces = words(old, new) if old != new else ()
    return SectionChange("same" if same else "changed", after.headings, renamed, pieces)


def _source(section: Section) -> str:
    """Its Markdown, where the words do not tell what differs."""
    return "\n".join(token.content for token in section.tokens if token.content)
