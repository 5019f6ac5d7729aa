"""Free text -> a query: language, corrected words, weighted terms and a vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from cookbook_search.analyze import Analyzer, Speller, Token, normalise
from cookbook_search.embed import Embedder
from cookbook_search.errors import QueryError
from cookbook_search.retrieve.synonyms import Synonyms
from cookbook_search.timing import stage
from cookbook_search.types import LANGUAGES, Language, Vocabulary

MAX_LENGTH = 2000
LEMMA_WEIGHT = 1.0
PART_WEIGHT = 0.5
SYNONYM_WEIGHT = 0.3
MENDED = 16
"""Unknown words of a query that are looked up at most: each takes about a millisecond."""


@dataclass(frozen=True, slots=True)
class Query:
    """What retrieval works with."""

    text: str
    language: Language
    tokens: tuple[Token, ...]
    """Content words, after correction."""
    weights: Mapping[str, float]
    """Weight of each term for the postings, synonyms among them."""
    own_terms: frozenset[str]
    """Terms of the query's own words, without synonyms; what highlights fall on."""
    vector: npt.NDArray[np.float32]
    """Unit vector, or zeros where the model knows no word of the query."""
    corrected: Mapping[str, str]
    """Word as typed -> word as read."""
    expanded: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Words of the query -> terms of their synonyms."""
    readable: str = ""
    """The text with its corrections."""


def clean(text: str) -> str:
    """The query without control characters and outer blanks.

    Raises QueryError where nothing searchable is left or it is longer than ``MAX_LENGTH``.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query has {len(text)} characters; use at most {MAX_LENGTH}.")
    cleaned = " ".join(normalise(text).split())
    if not any(char.isalnum() for char in cleaned):
        raise QueryError("The query holds no word; describe the problem in a few words.")
    return cleaned


class QueryReader:
    """Reads queries against one snapshot's words."""

    def __init__(
        self,
        analyzer: Analyzer,
        embedder: Embedder,
        vocabulary: Vocabulary,
        forms: Mapping[str, Mapping[str, int]],
    ) -> None:
        self._analyzer = analyzer
        self._embedder = embedder
        self._synonyms = Synonyms(vocabulary, analyzer)
        self._spellers = {language: Speller(forms.get(language, {})) for language in LANGUAGES}

    @stage("read")
    def read(self, text: str, language: Language | None = None) -> Query:
        """Analyse a free-text problem; ``language`` None detects it. Raises QueryError."""
        cleaned = clean(text)
        spoken = language or self._language_of(cleaned)
        tokens, corrected = self._correct(self._analyzer.tokens(cleaned, spoken), spoken)
        readable = _replaced(cleaned, tokens, corrected)
        content = tuple(token for token in tokens if not token.stop) or tuple(tokens)
        expanded = self._synonyms.expand(content, spoken)
        weights = _weights(content, expanded)
        own = frozenset(term for token in content for term in token.terms)
        vector = self._embedder.embed([readable], [spoken], "query")[0]
        return Query(cleaned, spoken, content, weights, own, vector, corrected, expanded, readable)

    def _language_of(self, text: str) -> Language:
        """The language detected; or, where it knows no word of the text, the one that mends them all best.

        The fewer errors it takes, the better; among equals Finnish comes first, as everywhere.
        """
        detected = self._analyzer.detect(text)
        errors: dict[Language, int] = {}
        for language in dict.fromkeys((detected, *LANGUAGES)):
            tokens = [token for token in self._analyzer.tokens(text, language) if not token.stop][:MENDED]
            if language == detected and any(self._knows(token, language) for token in tokens):
                return detected
            counted = [self._errors(token, language) for token in tokens]
            if None not in counted:
                errors[language] = sum(filter(None, counted))
        return min(errors, key=lambda code: (errors[code], LANGUAGES.index(code)), default=detected)

    def _errors(self, token: Token, language: Language) -> int | None:
        """Wrong letters of a word, 0 where nothing is wrong; None where nobody can tell what it means."""
        if self._knows(token, language):
            return 0
        meant = self._meant(token.surface, language)
        return None if meant is None else OSA.distance(token.surface, meant)

    def _knows(self, token: Token, language: Language) -> bool:
        """Whether the corpus or the language has the word, as typed or as spoken."""
        return self._spellers[language].knows(token.surface) or self._analyzer.knows(token.surface, language)

    def _meant(self, word: str, language: Language) -> str | None:
        """What a mistyped word stands for: the nearest of the corpus, else of the language."""
        return self._spellers[language].correct(word) or self._analyzer.suggest(word, language)

    def _correct(self, tokens: Sequence[Token], language: Language) -> tuple[list[Token], dict[str, str]]:
        """Replace unknown words by the corpus's nearest; the places in the text stay."""
        result: list[Token] = []
        corrected: dict[str, str] = {}
        tried = 0
        for token in tokens:
            better = None
            if not token.stop and not self._knows(token, language) and tried < MENDED:
                tried += 1
                better = self._meant(token.surface, language)
            if better is None:
                result.append(token)
                continue
            corrected[token.surface] = better
            read = self._analyzer.tokens(better, language)[0]
            result.append(Token(token.start, token.end, better, read.lemmas, read.parts, read.stop))
        return result, corrected


def _weights(tokens: Sequence[Token], expanded: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for token in tokens:
        for lemma in token.lemmas:
            weights[lemma] = LEMMA_WEIGHT
        for part in token.parts:
            weights[part] = max(weights.get(part, 0), PART_WEIGHT)
    for shares in expanded.values():
        for term, share in shares.items():
            weights[term] = max(weights.get(term, 0), SYNONYM_WEIGHT * share)
    return weights


def _replaced(text: str, tokens: Sequence[Token], corrected: Mapping[str, str]) -> str:
    """The text with its corrections written in, from the end so that places hold."""
    if not corrected:
        return text
    for token in reversed(tokens):
        if token.surface in corrected.values():
            text = text[: token.start] + token.surface + text[token.end :]
    return text
