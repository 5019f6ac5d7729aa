"""An embedding bag learns: first the lexicons, then the cookbook's questions."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.bags import Bags, Batch, Floats, Ints, Noise

log = logging.getLogger(__name__)
FAR = -1e4


class BagModel(nn.Module):  # type: ignore[misc,unused-ignore]  # torch is not installed for the checks
    """Sum of term rows, one shared linear map, unit length."""

    def __init__(self, rows: Floats) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.from_numpy(rows.copy()))
        self.mix = nn.Parameter(torch.eye(rows.shape[1]))

    def forward(self, batch: Batch) -> Tensor:
        """Unit vectors of the bags."""
        summed = functional.embedding_bag(
            torch.from_numpy(batch.terms),
            self.rows,
            torch.from_numpy(batch.offsets),
            mode="sum",
            sparse=True,
            per_sample_weights=torch.from_numpy(batch.weights),
        )
        return functional.normalize(summed @ self.mix, dim=1)

    def folded(self) -> Floats:
        """The rows with the map in them: what ships."""
        with torch.no_grad():
            return np.asarray((self.rows @ self.mix).numpy(), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast and how long to learn."""

    steps: int
    rows: float
    mix: float
    temperature: float = 0.05


class Learner:
    """Adam over the touched rows and the shared map; both rates fall to zero along a cosine."""

    def __init__(self, model: BagModel, rates: Rates) -> None:
        self._rows = torch.optim.SparseAdam([model.rows], lr=rates.rows)
        self._mix = torch.optim.Adam([model.mix], lr=rates.mix)
        self._schedules = [
            torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, rates.steps)
            for optimizer in (self._rows, self._mix)
        ]

    def step(self, loss: Tensor) -> None:
        """One update."""
        for optimizer in (self._rows, self._mix):
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call,unused-ignore]  # torch's
        for optimizer in (self._rows, self._mix):
            optimizer.step()  # type: ignore[no-untyped-call,unused-ignore]  # torch's
        for schedule in self._schedules:
            schedule.step()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Texts and the teacher's unit vectors of their English equivalents."""

    bags: Bags
    weights: Floats
    """Weight of each text."""
    target: Ints
    """Row of ``targets`` of each text."""
    targets: Floats

    def loss(self, model: BagModel, size: int, noise: Noise, temperature: float) -> Tensor:
        """Regression and symmetric InfoNCE of a random batch against the teacher."""
        chosen = noise.random.integers(0, len(self.bags), size)
        vectors = model(self.bags.take(chosen, noise))
        target = self.target[chosen]
        truth = torch.from_numpy(self.targets[target])
        weights = torch.from_numpy(self.weights[chosen])
        cosine = (vectors * truth).sum(dim=1)
        same = torch.from_numpy((target[:, None] == target[None, :]) & ~np.eye(size, dtype=np.bool_))
        scores = (vectors @ truth.T / temperature).masked_fill(same, FAR)
        wanted = torch.arange(size)
        contrast = functional.cross_entropy(scores, wanted, reduction="none") + functional.cross_entropy(
            scores.T, wanted, reduction="none"
        )
        loss: Tensor = (weights * ((1 - cosine) + 0.1 * contrast)).sum() / weights.sum()
        return loss


@dataclass(frozen=True, slots=True)
class Situations:
    """The cookbook's texts: phrasings that ask, passages that answer."""

    bags: Bags
    asks: list[Ints]
    """Phrasings of each document."""
    answers: list[Ints]
    """Everything that the index holds of each document."""
    shares: Ints
    """How many times as many texts of each are drawn as of a document."""
    related: npt.NDArray[np.bool_]
    """Documents that are not wrong for each other."""

    def loss(self, model: BagModel, shape: tuple[int, int], noise: Noise, temperature: float) -> Tensor:
        """Each phrasing must find its document among all: its best passage and its mean passage."""
        asks, ask_owner = _sample(self.asks, shape[0] * self.shares, noise.random)
        answers, answer_owner = _sample(self.answers, shape[1] * self.shares, noise.random)
        scores = model(self.bags.take(asks, noise)) @ model(self.bags.take(answers, noise)).T / temperature
        own = ask_owner[:, None] == answer_owner[None, :]
        itself = asks[:, None] == answers[None, :]
        beside = self.related[ask_owner[:, None], answer_owner[None, :]] & ~own
        right = torch.from_numpy(own & ~itself)
        scores = scores.masked_fill(torch.from_numpy(itself | beside), FAR)
        every = scores.logsumexp(dim=1)
        best = scores.masked_fill(~right, FAR).logsumexp(dim=1)
        mean = (scores * right).sum(dim=1) / right.sum(dim=1).clamp(min=1)
        loss: Tensor = ((every - best) + 0.3 * (every - mean))[right.any(dim=1)].mean()
        return loss


def _sample(groups: list[Ints], each: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Up to ``each`` of every group, and the group of each."""
    drawn = [random.permutation(group)[:count] for group, count in zip(groups, each, strict=True)]
    return np.concatenate(drawn), np.repeat(np.arange(len(groups)), [len(group) for group in drawn])


def anchor_loss(model: BagModel, first: Tensor, terms: Ints) -> Tensor:
    """Squared distance of some rows from where they began."""
    chosen = torch.from_numpy(np.unique(terms))
    moved = functional.embedding(chosen, model.rows, sparse=True) - first[chosen]
    loss: Tensor = moved.square().sum(dim=1).mean()
    return loss
