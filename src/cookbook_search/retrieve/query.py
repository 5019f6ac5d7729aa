"""Free text -> a query: language, corrected words, weighted terms and a vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, Speller, Token, normalise
from cookbook_search.embed import Embedder
from cookbook_search.errors import QueryError
from cookbook_search.types import LANGUAGES, Language, Vocabulary

MAX_LENGTH = 2000
LEMMA_WEIGHT = 1.0
PART_WEIGHT = 0.5
SYNONYM_WEIGHT = 0.3


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


class Synonyms:
    """Terms of the vocabulary that stand for the same thing, in any of the languages."""

    def __init__(self, vocabulary: Vocabulary, analyzer: Analyzer) -> None:
        self._groups: dict[tuple[Language, str], tuple[str, ...]] = {}
        for term in vocabulary.terms:
            terms: dict[str, None] = {}
            heads: list[tuple[Language, str]] = []
            for language in LANGUAGES:
                for word in getattr(term, language):
                    tokens = analyzer.tokens(normalise(word).lower(), language)
                    if len(tokens) == 1:  # a phrase has no single term
                        terms[tokens[0].lemmas[0]] = None
                        heads.append((language, tokens[0].lemmas[0]))
            for head in heads:
                self._groups[head] = tuple(terms)

    def of(self, term: str, language: Language) -> tuple[str, ...]:
        """The term's synonyms, itself not among them."""
        return tuple(other for other in self._groups.get((language, term), ()) if other != term)


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

    def read(self, text: str, language: Language | None = None) -> Query:
        """Analyse a free-text problem; ``language`` None detects it. Raises QueryError."""
        cleaned = clean(text)
        spoken = language or self._analyzer.detect(cleaned)
        tokens, corrected = self._correct(self._analyzer.tokens(cleaned, spoken), spoken)
        readable = _replaced(cleaned, tokens, corrected)
        content = tuple(token for token in tokens if not token.stop) or tuple(tokens)
        weights = self._weights(content, spoken)
        own = frozenset(term for token in content for term in token.terms)
        vector = self._embedder.embed([readable], [spoken], "query")[0]
        return Query(cleaned, spoken, content, weights, own, vector, corrected)

    def _correct(self, tokens: Sequence[Token], language: Language) -> tuple[list[Token], dict[str, str]]:
        """Replace unknown words by the corpus's nearest; the places in the text stay."""
        speller = self._spellers[language]
        result: list[Token] = []
        corrected: dict[str, str] = {}
        for token in tokens:
            better = None
            if (
                not token.stop
                and not speller.knows(token.surface)
                and not self._analyzer.knows(token.surface, language)
            ):
                better = speller.correct(token.surface)
            if better is None:
                result.append(token)
                continue
            corrected[token.surface] = better
            read = self._analyzer.tokens(better, language)[0]
            result.append(Token(token.start, token.end, better, read.lemmas, read.parts, read.stop))
        return result, corrected

    def _weights(self, tokens: Sequence[Token], language: Language) -> dict[str, float]:
        weights: dict[str, float] = {}
        for token in tokens:
            for lemma in token.lemmas:
                weights[lemma] = max(weights.get(lemma, 0), LEMMA_WEIGHT)
                for synonym in self._synonyms.of(lemma, language):
                    weights.setdefault(synonym, SYNONYM_WEIGHT)
            for part in token.parts:
                weights[part] = max(weights.get(part, 0), PART_WEIGHT)
        return weights


def _replaced(text: str, tokens: Sequence[Token], corrected: Mapping[str, str]) -> str:
    """The text with its corrections written in, from the end so that places hold."""
    if not corrected:
        return text
    for token in reversed(tokens):
        if token.surface in corrected.values():
            text = text[: token.start] + token.surface + text[token.end :]
    return text
