"""How much was asked, how it went, and how answers were judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cookbook_search.types import Feedback, Language

if TYPE_CHECKING:
    from cookbook_search.store.usage import Count


@dataclass(frozen=True, slots=True)
class Activity:
    """Totals of a period."""

    asked: int
    refused: int
    """Questions on which the cookbook had nothing."""
    languages: Mapping[Language, tuple[int, int]]
    """Language -> questions, and how many of them were refused; the most asked first."""
    chat: int
    """Questions to the assistant."""
    up: int
    down: int
    comments: int

    @property
    def share_refused(self) -> float:
        """0..1; 0 where nothing was asked."""
        return self.refused / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Voted:
    """How one document was judged."""

    target: str
    """Its id; empty: answers as a whole."""
    up: int
    down: int
    comments: tuple[Feedback, ...]
    """Votes with a comment, masked, the newest first."""


def summed(counts: Iterable[Count], votes: Sequence[Feedback]) -> Activity:
    """The totals."""
    found = list(counts)
    languages: dict[Language, tuple[int, int]] = {}
    for count in found:
        asked, refused = languages.get(count.language, (0, 0))
        missed = 0 if count.answered else count.questions
        languages[count.language] = (asked + count.questions, refused + missed)
    return Activity(
        asked=sum(count.questions for count in found),
        refused=sum(count.questions for count in found if not count.answered),
        languages=dict(sorted(languages.items(), key=lambda item: -item[1][0])),
        chat=sum(count.questions for count in found if count.kind == "chat"),
        up=sum(vote.vote == "up" for vote in votes),
        down=sum(vote.vote == "down" for vote in votes),
        comments=sum(bool(vote.comment) for vote in votes),
    )


def by_document(votes: Iterable[Feedback]) -> tuple[Voted, ...]:
    """Votes gathered by document, those with the most votes against first; ``votes`` newest first."""
    gathered: dict[str, list[Feedback]] = {}
    for vote in votes:
        gathered.setdefault(vote.target, []).append(vote)
    documents = [
        Voted(
            target=target,
            up=sum(vote.vote == "up" for vote in given),
            down=sum(vote.vote == "down" for vote in given),
            comments=tuple(vote for vote in given if vote.comment),
        )
        for target, given in gathered.items()
    ]
    return tuple(sorted(documents, key=lambda one: (-one.down, -one.up, one.target)))
