"""Words and phrases of ``sanasto.yaml`` that stand for one thing, in any of the languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cookbook_search.analyze import Analyzer, Token, normalise
from cookbook_search.types import LANGUAGES, Language, Vocabulary


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One or more content words of the vocabulary."""

    words: tuple[frozenset[str], ...]
    """Base forms of each."""
    terms: tuple[str, ...]
    """Likeliest base form of each."""

    def begins(self, tokens: Sequence[Token]) -> bool:
        """Whether the tokens begin with these words, however inflected."""
        return len(tokens) >= len(self.words) and all(
            not word.isdisjoint(token.lemmas) for word, token in zip(self.words, tokens, strict=False)
        )


class Synonyms:
    """Expands the words of a query."""

    def __init__(self, vocabulary: Vocabulary, analyzer: Analyzer) -> None:
        self._by_first: dict[tuple[Language, str], list[tuple[_Phrase, Mapping[str, float]]]] = {}
        for term in vocabulary.terms:
            spoken = {
                code: [_phrase(word, code, analyzer) for word in getattr(term, code)] for code in LANGUAGES
            }
            phrases = {code: [phrase for phrase in of if phrase.words] for code, of in spoken.items()}
            for code, of_language in phrases.items():
                for phrase in of_language:
                    shares = _shares(other for of in phrases.values() for other in of if other != phrase)
                    for first in phrase.words[0]:
                        self._by_first.setdefault((code, first), []).append((phrase, shares))

    def expand(self, tokens: Sequence[Token], language: Language) -> dict[str, dict[str, float]]:
        """Words of the query -> terms of their synonyms and the share of a synonym that each is.

        ``tokens`` are the content words. A synonym of several words is expanded to all of them, and
        together they count as one word.
        """
        expanded: dict[str, dict[str, float]] = {}
        for at, token in enumerate(tokens):
            for lemma in token.lemmas:
                for phrase, shares in self._by_first.get((language, lemma), ()):
                    if phrase.begins(tokens[at:]):
                        found = " ".join(word.surface for word in tokens[at : at + len(phrase.words)])
                        expanded.setdefault(found, {}).update(shares)
        return expanded


def _phrase(text: str, language: Language, analyzer: Analyzer) -> _Phrase:
    tokens = [token for token in analyzer.tokens(normalise(text).lower(), language) if not token.stop]
    return _Phrase(
        tuple(frozenset(token.lemmas) for token in tokens), tuple(token.lemmas[0] for token in tokens)
    )


def _shares(phrases: Iterator[_Phrase]) -> dict[str, float]:
    """Terms of the phrases; a word of several counts as its share of them."""
    shares: dict[str, float] = {}
    for phrase in phrases:
        for term in phrase.terms:
            shares[term] = max(shares.get(term, 0.0), 1 / len(phrase.terms))
    return shares
