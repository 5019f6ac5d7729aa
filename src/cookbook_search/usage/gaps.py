"""What was asked and not found, or voted down, gathered by meaning."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cookbook_search.embed import Embedder
from cookbook_search.types import Asked, Gap, Language
from cookbook_search.usage.cluster import clusters

NEAR_ENOUGH = 0.4
"""Mean cosine within a group; docs/gaps.md tells what it joins and misses."""
MOST_QUESTIONS = 2000
"""Different wordings that are grouped, the latest first; time and memory grow with their square."""
_LABEL = re.compile(r"\[[\w-]+\]")


@dataclass(frozen=True, slots=True)
class Nearness:
    """How the cookbook stands to a question now."""

    answered: bool
    recipes: tuple[str, ...]
    """Ids of the nearest recipes, best first."""


Near = Callable[[str, Language], Nearness]


@dataclass(frozen=True, slots=True)
class GapReport:
    """What is missing, the most asked first."""

    gaps: tuple[Gap, ...]
    hidden: int
    """Questions in groups so small that they could tell of one person."""
    mended: int
    """Questions that got no answer then and get one now."""


@dataclass(slots=True)
class _Wording:
    """One wording, however many times asked."""

    language: Language
    refused: list[Asked] = field(default_factory=list)
    voted_down: dict[str, Asked] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)

    @property
    def asked(self) -> list[Asked]:
        return [*self.refused, *self.voted_down.values()]

    @property
    def text(self) -> str:
        """As it was last written."""
        return max(self.asked, key=lambda asked: (asked.asked_at, asked.id)).text


def find_gaps(
    unanswered: Sequence[Asked],
    voted_down: Sequence[tuple[Asked, str]],
    near: Near,
    embedder: Embedder,
    least: int,
) -> GapReport:
    """Group the questions; ``voted_down`` come with the voter's comment or an empty text.

    A question that got no answer when it was asked and would get one now is no gap any more. Groups of
    fewer than ``least`` questions are counted, not shown. The same questions give the same gaps.
    """
    wordings, mended = _wordings(unanswered, voted_down, near)
    texts = [unlabelled(wording.text) for wording in wordings]
    vectors = embedder.embed(texts, [wording.language for wording in wordings], "query")
    counts = np.array([len(wording.asked) for wording in wordings], dtype=np.float64)
    gaps: list[Gap] = []
    hidden = 0
    for rows in clusters(vectors, counts, NEAR_ENOUGH):
        asked = sum(len(wordings[row].asked) for row in rows)
        if asked < least:
            hidden += asked
            continue
        central = counts[rows] @ (vectors[rows] @ vectors[rows].T)
        order = sorted(range(len(rows)), key=lambda at: (-central[at], wordings[rows[at]].text))
        gaps.append(_gap([wordings[rows[at]] for at in order], near))
    gaps.sort(key=lambda gap: (-gap.count, -gap.last_asked.timestamp(), gap.label))
    return GapReport(tuple(gaps), hidden, mended)


def unlabelled(text: str) -> str:
    """The text without the labels that masking left: they have no meaning of their own."""
    return " ".join(_LABEL.sub(" ", text).split())


def _wordings(
    unanswered: Sequence[Asked], voted_down: Sequence[tuple[Asked, str]], near: Near
) -> tuple[list[_Wording], int]:
    """The latest different wordings in alphabetical order, and how many questions are answered now."""
    found: dict[tuple[Language, str], _Wording] = {}
    mended = 0
    answered: dict[tuple[Language, str], bool] = {}

    def wording(asked: Asked) -> _Wording | None:
        key = (asked.language, " ".join(asked.text.lower().split()))
        if key not in found and len(found) < MOST_QUESTIONS:
            found[key] = _Wording(asked.language)
        return found.get(key)

    for asked, comment in voted_down:
        if (one := wording(asked)) is not None:
            one.voted_down[asked.id] = asked
            one.comments += [comment] if comment else []
    for asked in unanswered:
        key = (asked.language, " ".join(asked.text.lower().split()))
        if key not in answered:
            answered[key] = near(unlabelled(asked.text), asked.language).answered
        if answered[key]:
            mended += 1
        elif (one := wording(asked)) is not None:
            one.refused.append(asked)
    return [found[key] for key in sorted(found)], mended


def _gap(wordings: Sequence[_Wording], near: Near) -> Gap:
    """One gap; ``wordings`` the most central first."""
    first = wordings[0]
    times = [asked.asked_at for wording in wordings for asked in wording.asked]
    recipes: dict[str, int] = defaultdict(int)
    for wording in wordings[:5]:
        for place, recipe in enumerate(near(unlabelled(wording.text), wording.language).recipes):
            recipes[recipe] += 5 - place
    digest = hashlib.sha256("\n".join(sorted(f"{w.language} {w.text}" for w in wordings)).encode())
    return Gap(
        id=digest.hexdigest()[:8],
        label=first.text,
        language=first.language,
        refused=sum(len(wording.refused) for wording in wordings),
        voted_down=sum(len(wording.voted_down) for wording in wordings),
        first_asked=min(times),
        last_asked=max(times),
        questions=tuple((wording.language, wording.text) for wording in wordings),
        comments=tuple(dict.fromkeys(comment for wording in wordings for comment in wording.comments)),
        nearest=tuple(sorted(recipes, key=lambda recipe: (-recipes[recipe], recipe))[:3]),
    )
