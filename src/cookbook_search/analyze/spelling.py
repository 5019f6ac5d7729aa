"""Correcting typing errors against the words that the corpus really uses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cookbook_search.analyze.tokens import fold

_MIN_LENGTH = 4
_LONG = 8
"""From this length on, two errors are allowed instead of one, if the first letter is right."""
_CANDIDATES = 12


class Speller:
    """Nearest known word form by optimal string alignment distance (swaps count as one error)."""

    def __init__(self, forms: Mapping[str, int]) -> None:
        """``forms`` gives how often each word form stands in the corpus."""
        self._counts = {
            form: count for form, count in forms.items() if len(form) >= _MIN_LENGTH and form.isalpha()
        }
        self.correct = lru_cache(maxsize=4096)(self._correct)

    def knows(self, word: str) -> bool:
        """Whether the corpus uses the word as written."""
        return word in self._counts

    @cached_property
    def _by_fold(self) -> dict[str, str]:
        """Folded form -> the commonest form that folds to it; made when a word is first unknown."""
        by_count = sorted(self._counts, key=lambda form: (self._counts[form], form))
        return {fold(form): form for form in by_count}

    @cached_property
    def _folds(self) -> list[str]:
        return list(self._by_fold)

    def _correct(self, word: str) -> str | None:
        """The likeliest form of the corpus for a word that it does not use, or None."""
        folded = fold(word)
        if folded in self._by_fold:
            return self._by_fold[folded]
        if len(word) < _MIN_LENGTH + 1 or not word.isalpha():
            return None
        cutoff = 2 if len(word) >= _LONG else 1
        found = process.extract(
            folded, self._folds, scorer=OSA.distance, score_cutoff=cutoff, limit=_CANDIDATES
        )
        near = [one for one in found if one[1] < 2 or one[0][0] == folded[0]]
        if not near:
            return None
        best = min(
            near,
            key=lambda found: (found[1], found[0][0] != folded[0], -self._counts[self._by_fold[found[0]]]),
        )
        return self._by_fold[best[0]]
