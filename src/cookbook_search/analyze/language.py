"""Which of fi, sv, en a short query is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log

from lingua import Language as LinguaLanguage
from lingua import LanguageDetectorBuilder

from cookbook_search.analyze.tokens import words
from cookbook_search.types import LANGUAGES, Language

_CODES: dict[LinguaLanguage, Language] = {
    LinguaLanguage.FINNISH: "fi",
    LinguaLanguage.SWEDISH: "sv",
    LinguaLanguage.ENGLISH: "en",
}
FUNCTION_WORD = 3.0
"""Evidence, in log odds, of a function word for its language."""
KNOWN_WORD = 1.5
"""Evidence of a word that the language's word list or morphology knows."""
_LEAST = 1e-3
"""Least probability that the character model is believed in; so it adds at most -log of this."""


class LanguageDetector:
    """lingua's character model, corrected by function words and known words.

    The character model alone runs in its small mode (it starts in 20 ms and needs 20 MB, the full
    one half a second and 130 MB); the words make up for it. ``benchmarks/languages.py`` measures
    this against lingua's full mode and py3langid.
    """

    def __init__(
        self, stop_words: Mapping[Language, frozenset[str]], knows: Mapping[Language, Callable[[str], bool]]
    ) -> None:
        self._stop_words = stop_words
        self._knows = knows
        self._detector = LanguageDetectorBuilder.from_languages(*_CODES).with_low_accuracy_mode().build()

    def __call__(self, text: str) -> Language:
        """The likeliest language; Finnish where nothing speaks for another."""
        scores = self._of_words(text)
        best, second = sorted(scores.values(), reverse=True)[:2]
        if best - second <= -log(_LEAST):  # else the character model could not change the outcome
            for confidence in self._detector.compute_language_confidence_values(text):
                scores[_CODES[confidence.language]] += log(max(confidence.value, _LEAST))
        return max(LANGUAGES, key=lambda language: scores[language])

    def _of_words(self, text: str) -> dict[Language, float]:
        scores: dict[Language, float] = dict.fromkeys(LANGUAGES, 0.0)
        for _, _, word in words(text[:400]):
            for language in LANGUAGES:
                if word in self._stop_words[language]:
                    scores[language] += FUNCTION_WORD
                elif len(word) > 2 and self._knows[language](word):
                    scores[language] += KNOWN_WORD
        return scores
