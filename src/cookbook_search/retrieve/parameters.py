"""The numbers of fusion and calibration, read from ``parameters.json``.

``python -m training.fusion`` fits them on the development queries and writes the file, with the
date and the figures it reached.
"""

from __future__ import annotations

from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from cookbook_search.index import FieldWeights


class Logistic(BaseModel):
    """Weights of a logistic model: probability = 1 / (1 + exp(-(bias + weights . features)))."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bias: float
    weights: tuple[float, ...]


class Parameters(BaseModel):
    """Everything that was tuned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fitted: str
    """Date and figures of the fit, for people."""
    lexical_weight: float
    """Weight of a chunk's BM25 beside its cosine."""
    lexical_floor: float
    """Added to the best BM25 before it divides, so that a weak best match stays weak."""
    kind_offsets: tuple[float, float, float, float, float, float]
    """Added to the score of a title, problem, question, statement, section and step."""
    sharpness: float
    """How much the best chunk outweighs the rest of its document; infinite: it alone counts."""
    field_weights: FieldWeights = (3.0, 2.0, 1.0, 2.0, 1.0)
    """Weight of titles, problems, questions, headings and body in the BM25 of the whole document."""
    document_weight: float
    """Weight of the BM25 of the whole document."""
    wording_weight: float = 0.0
    """Weight of the likelihood of the query's words and pairs of words in a document's questions."""
    neighbour_weight: float
    """Weight of the mean score of a document's neighbours in the graph of relations."""
    belief_sharpness: float = 7.0
    """How sharply scores become the belief that a document is the right one."""
    belief_weight: float = 0.0
    """Weight of the belief that one of a document's neighbours is the right one."""
    relevance: Logistic
    """Features of ``calibrate.document_features`` -> probability of relevance."""
    metric_relevance: Logistic
    """Features of ``calibrate.metric_features`` -> probability of relevance."""
    answerable: Logistic
    """Features of ``answerable.features`` -> probability that the cookbook has an answer."""
    answer_threshold: float
    """Below this probability the query is refused."""


def read_parameters() -> Parameters:
    """The parameters that ship with the package."""
    return Parameters.model_validate_json(
        files("cookbook_search.retrieve").joinpath("parameters.json").read_bytes()
    )
