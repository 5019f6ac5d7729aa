"""Logistic regression by Newton's method, and how well probabilities are calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cookbook_search.retrieve.parameters import Logistic

PENALTY = 1.0
BINS = 10
Floats = npt.NDArray[np.float64]


def fit_logistic(features: Floats, labels: Floats, weights: Floats | None = None) -> Logistic:
    """Newton's method on the penalised log likelihood; features are standardised inside."""
    mean, deviation = features.mean(0), features.std(0) + 1e-9
    x = np.column_stack([(features - mean) / deviation, np.ones(len(features))])
    w = np.ones(len(labels)) if weights is None else weights
    beta = np.zeros(x.shape[1])
    penalty = np.diag([PENALTY] * features.shape[1] + [1e-6])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
        gradient = x.T @ (w * (labels - p)) - penalty @ beta
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    slopes = beta[:-1] / deviation
    return Logistic(bias=float(beta[-1] - slopes @ mean), weights=tuple(float(value) for value in slopes))


def balance(labels: Floats) -> Floats:
    """Weights that make both classes count the same."""
    return np.where(labels > 0, 1.0, labels.sum() / max(1.0, float((1 - labels).sum())))


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions in one tenth of the scale."""

    count: int
    told: float
    """Mean probability."""
    true: float
    """Share that was true."""


def reliability(probabilities: Floats, labels: Floats) -> list[Bin]:
    """The reliability diagram: equally wide bins that hold something, lowest first."""
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return [
        Bin(int(inside.sum()), float(probabilities[inside].mean()), float(labels[inside].mean()))
        for place in range(BINS)
        if (inside := places == place).any()
    ]


def calibration_error(probabilities: Floats, labels: Floats) -> float:
    """Expected calibration error over the bins (Naeini et al. 2015)."""
    bins = reliability(probabilities, labels)
    return sum(b.count * abs(b.told - b.true) for b in bins) / len(labels)
