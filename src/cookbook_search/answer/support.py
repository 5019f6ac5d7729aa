"""Does a passage support a sentence? By shared words, by meaning, and by every number in it.

Two features tell: the share of the sentence's content words that the passage holds (lemmas, compound
parts), and the best cosine between the sentence and a sentence of the passage. A logistic model of
both, one for sentences in the passage's language and one for the others, is fitted on the cookbook's
own statements (``python -m training.support``); ``support.json`` holds it with the figures it reached.
A number that stands neither in the passage nor in the question is never supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.answer.outline import sentences
from cookbook_search.embed import Embedder
from cookbook_search.retrieve.parameters import Logistic
from cookbook_search.types import Language

_NUMBER = re.compile(r"\d+(?:[ \u00a0,.]\d+)*")
PASSAGE_LANGUAGE: Language = "fi"


class SupportModel(BaseModel):
    """Weights of (shared words, cosine) and the least probability that counts as support."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    logistic: Logistic
    threshold: float


class SupportParameters(BaseModel):
    """What was fitted: for sentences in the passage's language, and for those in others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fitted: str
    """Date and figures of the fit, for people."""
    same: SupportModel
    foreign: SupportModel


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage, ready to be held against sentences."""

    terms: frozenset[str]
    vectors: npt.NDArray[np.float32]
    """Unit vectors of its sentences and of the whole; shape (n, dimension)."""
    numbers: frozenset[str]

    def closest(self, vector: npt.NDArray[np.float32]) -> int:
        """Place of the passage's sentence that is nearest to a vector."""
        return int(np.argmax(self.vectors[:-1] @ vector)) if len(self.vectors) > 1 else 0


class SupportChecker:
    """Holds sentences against passages; safe to share by threads."""

    def __init__(self, analyzer: Analyzer, embedder: Embedder, parameters: SupportParameters) -> None:
        self._analyzer = analyzer
        self._embedder = embedder
        self._parameters = parameters

    def evidence(self, text: str, heading: str) -> Evidence:
        """Prepare a passage of the cookbook; what its heading says counts too."""
        pieces = [sentence for line in text.split("\n") for sentence in sentences(line)]
        text = f"{heading}. {text}"
        texts = [*pieces, text]
        vectors = self._embedder.embed(texts, [PASSAGE_LANGUAGE] * len(texts), "passage")
        return Evidence(frozenset(self._terms(text, PASSAGE_LANGUAGE)), vectors, numbers(text))

    def features(self, sentence: str, language: Language, evidence: Evidence) -> tuple[float, float]:
        """(share of the content words held, best cosine)."""
        tokens = [t for t in self._analyzer.tokens(normalise(sentence).lower(), language) if not t.stop]
        held = sum(not evidence.terms.isdisjoint(token.terms) for token in tokens)
        cosine = float((evidence.vectors @ self.vector(sentence, language)).max(initial=0.0))
        return (held / len(tokens) if tokens else 0.0), cosine

    def vector(self, sentence: str, language: Language) -> npt.NDArray[np.float32]:
        """The sentence's unit vector."""
        vector: npt.NDArray[np.float32] = self._embedder.embed([sentence], [language], "query")[0]
        return vector

    def supported(
        self, sentence: str, language: Language, passages: Sequence[Evidence], question: str = ""
    ) -> bool:
        """Whether one of the passages supports the sentence, and they or the question hold its numbers."""
        known = numbers(question).union(*(passage.numbers for passage in passages))
        if not passages or not numbers(sentence) <= known:
            return False
        model = self._parameters.same if language == PASSAGE_LANGUAGE else self._parameters.foreign
        rows = np.array([self.features(sentence, language, passage) for passage in passages])
        odds = rows @ np.asarray(model.logistic.weights) + model.logistic.bias
        return bool((1 / (1 + np.exp(-odds)) >= model.threshold).any())

    def _terms(self, text: str, language: Language) -> set[str]:
        tokens = self._analyzer.tokens(normalise(text).lower(), language)
        return {term for token in tokens if not token.stop for term in token.terms}


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, without what parts their thousands; citation marks do not count."""
    unmarked = re.sub(r"\[\d+\]", " ", text)
    return frozenset(re.sub(r"[ \u00a0]", "", found) for found in _NUMBER.findall(unmarked))


def read_support() -> SupportParameters:
    """The parameters that ship with the package."""
    text = files("cookbook_search.answer").joinpath("support.json").read_bytes()
    return SupportParameters.model_validate_json(text)
