"""What the reader may be about to type: titles and phrasings of problems that fit an unfinished query."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cookbook_search.analyze.tokens import fold, normalise, words
from cookbook_search.types import LANGUAGES, AnyDocument, Language, Suggestion

MAX_WORDS = 12
EXACT, PREFIX, INFIX, SHORTENED = 1.0, 0.85, 0.5, 0.4
"""How well a word of the query fits a word of a phrase; INFIX is for compounds, SHORTENED for inflection."""
MISSPELT, PER_ERROR = 0.75, 0.15
INFIX_LEAST, FUZZY_LEAST, LONG = 4, 4, 8
"""Letters from which a word is sought inside words, with one error, with two."""
STEM_LEAST, ENDING = 4, 2
"""Letters that stay of a word when its ending is cut, and letters of the ending."""
TITLE_BONUS, START_BONUS, LANGUAGE_BONUS, COVERAGE_BONUS = 0.1, 0.1, 0.12, 0.15
SHARE_OF_TITLES = 0.6
"""Of the suggestions at most this share are titles where phrasings fit too."""
Scores = npt.NDArray[np.float32]


class Suggester:
    """Suggestions from the titles and phrasings of one snapshot, in all languages; safe to share by threads.

    A word of the query fits a word that begins with it, holds it, or nearly begins with it; letters
    are compared without diacritics. Every word must fit, or all but one.
    """

    def __init__(self, documents: Sequence[AnyDocument]) -> None:
        self._phrases = list(_phrases(documents))
        spelt = [[fold(word) for _, _, word in words(phrase.text)] for phrase in self._phrases]
        self._words = sorted({word for phrase in spelt for word in phrase})
        numbers = {word: number for number, word in enumerate(self._words)}
        self._joined = "\n".join(self._words)
        self._offsets = np.cumsum([0, *(len(word) + 1 for word in self._words)])
        self._flat = np.array([numbers[word] for phrase in spelt for word in phrase], dtype=np.int32)
        lengths = np.array([len(phrase) for phrase in spelt])
        self._starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        self._coverage = (1 / np.maximum(lengths, 1)).astype(np.float32)
        self._titles = np.array([phrase.kind != "problem" for phrase in self._phrases])
        languages = np.array([phrase.language for phrase in self._phrases])
        self._spoken = {code: languages == code for code in LANGUAGES}
        self._prefixes: dict[int, list[str]] = {}

    def __call__(self, text: str, language: Language | None = None, limit: int = 8) -> tuple[Suggestion, ...]:
        """At most ``limit`` suggestions: titles, then phrasings of problems, each best first.

        Those in ``language`` come before equally good ones in another. Empty where nothing fits.
        """
        typed = [fold(word) for _, _, word in words(normalise(text))][:MAX_WORDS]
        if not typed or not self._phrases:
            return ()
        fits = [self._fit(word) for word in typed]
        scores = self._scores(fits, language)
        chosen = self._choose(scores, limit)
        return tuple(self._highlighted(self._phrases[number], fits) for number in chosen)

    def _scores(self, fits: Sequence[Scores], language: Language | None) -> Scores:
        """How well each phrase fits; 0 where it does not."""
        found = np.stack([np.maximum.reduceat(fit[self._flat], self._starts) for fit in fits])
        count = (found > 0).sum(axis=0)
        needed = len(fits) if (count == len(fits)).any() else len(fits) - 1
        scores = found.sum(axis=0) / len(fits)
        scores += START_BONUS * (fits[0][self._flat[self._starts]] > 0)
        scores += TITLE_BONUS * self._titles
        scores += COVERAGE_BONUS * np.minimum(1, count * self._coverage)
        if language is not None:
            scores += LANGUAGE_BONUS * self._spoken[language]
        return np.where(count >= max(1, needed), scores, 0).astype(np.float32)

    def _choose(self, scores: Scores, limit: int) -> list[int]:
        """Numbers of the best phrases, one title and one problem a document at most."""
        titles: list[int] = []
        problems: list[int] = []
        seen: set[tuple[str, bool]] = set()
        best = np.argsort(-scores, kind="stable")[: 12 * limit]
        for number in (int(number) for number in best if scores[number] > 0):
            phrase = self._phrases[number]
            shelf = titles if phrase.kind != "problem" else problems
            key = (phrase.document.key, phrase.kind == "problem")
            if key not in seen and len(shelf) < limit:
                seen.add(key)
                shelf.append(number)
        kept = max(round(limit * SHARE_OF_TITLES), limit - len(problems))
        return (titles[:kept] + problems)[:limit]

    def _fit(self, word: str) -> Scores:
        """How well the word fits each of the known words; 0 where it does not."""
        scores = np.zeros(len(self._words), dtype=np.float32)
        if len(word) >= STEM_LEAST + ENDING:
            first, last = self._beginning(word[:-ENDING])
            scores[first:last] = SHORTENED
        if len(word) >= INFIX_LEAST:
            scores[self._holding(word)] = INFIX
        first, last = self._beginning(word)
        scores[first:last] = PREFIX
        if first < last:
            scores[first] = EXACT if self._words[first] == word else PREFIX
        elif len(word) >= FUZZY_LEAST:
            self._fit_misspelt(word, scores)
        return scores

    def _fit_misspelt(self, word: str, scores: Scores) -> None:
        """Words that nearly begin so."""
        cutoff = 2 if len(word) >= LONG else 1
        for length in (len(word) - 1, len(word), len(word) + 1):
            near = process.extract(
                word, self._of_length(length), scorer=OSA.distance, score_cutoff=cutoff, limit=8
            )
            for prefix, errors, _ in near:
                first, last = self._beginning(prefix)
                np.maximum(scores[first:last], MISSPELT - PER_ERROR * errors, out=scores[first:last])

    def _beginning(self, prefix: str) -> tuple[int, int]:
        """Range of the known words that begin with the prefix."""
        return bisect_left(self._words, prefix), bisect_right(self._words, prefix + "\U0010ffff")

    def _holding(self, piece: str) -> npt.NDArray[np.int64]:
        """Numbers of the known words that hold the piece."""
        places: list[int] = []
        at = self._joined.find(piece)
        while at >= 0:
            places.append(at)
            at = self._joined.find(piece, at + 1)
        return np.searchsorted(self._offsets, np.array(places, dtype=np.int64), side="right") - 1

    def _of_length(self, length: int) -> list[str]:
        """Beginnings of this length that known words have."""
        if length not in self._prefixes:
            self._prefixes[length] = sorted({word[:length] for word in self._words if len(word) >= length})
        return self._prefixes[length]

    def _highlighted(self, phrase: Suggestion, fits: Sequence[Scores]) -> Suggestion:
        places = []
        for start, end, word in words(phrase.text):
            number = bisect_left(self._words, fold(word))
            if any(fit[number] > 0 for fit in fits):
                places.append((start, end))
        return Suggestion(phrase.text, phrase.kind, phrase.language, phrase.document, tuple(places))


def _phrases(documents: Sequence[AnyDocument]) -> Iterator[Suggestion]:
    for document in documents:
        for language in LANGUAGES:
            for text in (document.title[language], *document.problems[language]):
                spelt = normalise(text)
                if next(words(spelt), None):
                    kind = "problem" if text is not document.title[language] else document.kind
                    yield Suggestion(spelt, kind, language, document, ())
