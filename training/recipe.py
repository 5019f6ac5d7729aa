"""The steps of training, in order: lexicon rows, choice of terms, the cookbook's questions."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import numpy as np
import torch

from cookbook_search.analyze import Analyzer
from cookbook_search.embed.static import StaticModelCard
from training.bags import Analysed, Bags, Floats, Ints, Noise, analyse
from training.domain import Domain
from training.export import choose, novelty, turn
from training.heldout import Division
from training.learn import BagModel, Learner, Lexicon, Rates, Situations, anchor_loss
from training.lexicon import (
    counts,
    frequency_weights,
    mean_vectors,
    ngram_vectors,
    principal_axes,
    unit,
)
from training.sources import Labelled
from training.teacher import Teacher

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """Every number that training depends on."""

    seed: int = 20261124
    dimension: int = 192
    wide: int = 256
    """Dimension of the lexicon stage."""
    terms: int = 112_000
    part_weight: float = 0.5
    stop_weight: float = 0.6
    ngram: int = 0
    ngram_weight: float = 0.3
    """Length of an n-gram's first vector beside a rare word's."""
    lexicon: Rates = field(default_factory=lambda: Rates(steps=1500, rows=0.002, mix=0.0))
    domain: Rates = field(default_factory=lambda: Rates(steps=500, rows=0.0004, mix=0.0005))
    lexicon_batch: int = 1024
    domain_shape: tuple[int, int] = (6, 8)
    """Phrasings and passages of each document in a step."""
    outside: int = 8
    """How many times as many of the questions from outside, which teach what is far from all documents."""
    rehearsal: float = 0.3
    """Weight of the lexicon's loss while the domain is learned."""
    anchor: float = 0.0
    """Weight of the distance from the lexicon's rows."""
    drop: float = 0.2
    spell: float = 0.0
    temperature: float = 0.05


@dataclass(frozen=True, slots=True)
class Materials:
    """What is read once and trained on several times."""

    analyzer: Analyzer
    labelled: list[Labelled]
    analysed: list[Analysed]
    domain: Domain
    domain_analysed: list[Analysed]


@dataclass(frozen=True, slots=True)
class Weights:
    """Terms and their rows."""

    terms: list[str]
    rows: Floats

    @property
    def number(self) -> dict[str, int]:
        """Row of each term."""
        return {term: at for at, term in enumerate(self.terms)}


@dataclass(frozen=True, slots=True)
class Start:
    """What the lexicons alone give."""

    weights: Weights
    lexicon: Lexicon


def prepare(analyzer: Analyzer, labelled: list[Labelled], domain: Domain) -> Materials:
    """Analyse everything once."""
    log.info("%d open pairs, %d texts of %d documents", len(labelled), len(domain.texts), len(domain.ids))
    return Materials(
        analyzer,
        labelled,
        analyse(analyzer, [(pair.language, pair.text) for pair in labelled]),
        domain,
        analyse(analyzer, [(text.language, text.text) for text in domain.texts]),
    )


def card(choices: Choices, **facts: object) -> StaticModelCard:
    """``model.json`` for these choices."""
    return StaticModelCard.model_validate(
        {
            "name": "cookbook-static",
            "version": "0",
            "dimension": choices.dimension,
            "part_weight": choices.part_weight,
            "stop_weight": choices.stop_weight,
            "ngram": choices.ngram,
            **facts,
        }
    )


def domain_bags(materials: Materials, number: dict[str, int], choices: Choices) -> Bags:
    """Bags of the cookbook's texts."""
    languages = [text.language for text in materials.domain.texts]
    return Bags(materials.domain_analysed, languages, number, card(choices), with_ngrams=choices.spell > 0)


def learn_lexicon(materials: Materials, teacher: Teacher, choices: Choices) -> Start:
    """Rows from what terms mean in English, then trained to agree with the teacher; the best are kept."""
    languages = [pair.language for pair in materials.labelled]
    count = counts(materials.analysed, languages)
    domain_count = counts(materials.domain_analysed, [text.language for text in materials.domain.texts])
    terms = sorted(count.keys() | domain_count.keys())
    number = {term: at for at, term in enumerate(terms)}
    english = list(dict.fromkeys(pair.english for pair in materials.labelled))
    taught = teacher.vectors(english)
    mean, axes = principal_axes(taught, choices.wide)
    targets = unit((taught - mean) @ axes.T)
    place = {text: at for at, text in enumerate(english)}
    target = np.array([place[pair.english] for pair in materials.labelled])
    weights = np.array([pair.weight for pair in materials.labelled], dtype=np.float32)
    bags = Bags(materials.analysed, languages, number, card(choices), with_ngrams=False)
    means, mass = mean_vectors(bags, weights, targets[target], len(terms))
    model = BagModel(unit(means) * frequency_weights(terms, count + domain_count)[:, None])
    _fit_lexicon(model, Lexicon(bags, weights, target, targets), choices)
    novel = novelty(terms, model.folded(), materials.analyzer)
    kept = choose(terms, mass, novel, domain_count.keys(), choices.terms)
    narrow = turn(np.concatenate([model.folded()[kept], targets]), choices.dimension)
    start = Weights([terms[at] for at in kept], narrow[: len(kept)])
    if choices.ngram:
        start = _with_ngrams(start, choices)
    bags = Bags(materials.analysed, languages, start.number, card(choices), with_ngrams=False)
    return Start(start, Lexicon(bags, weights, target, unit(narrow[len(kept) :])))


def _fit_lexicon(model: BagModel, lexicon: Lexicon, choices: Choices) -> None:
    learner = Learner(model, choices.lexicon)
    noise = Noise(np.random.default_rng(choices.seed), drop=0.1, spell=0.0)
    for step in range(choices.lexicon.steps):
        loss = lexicon.loss(model, choices.lexicon_batch, noise, choices.temperature)
        learner.step(loss)
        if step % 250 == 0:
            log.info("lexicon step %d: loss %.3f", step, float(loss.detach()))


def _with_ngrams(weights: Weights, choices: Choices) -> Weights:
    grams, vectors = ngram_vectors(weights.terms, unit(weights.rows), choices.ngram)
    rows = np.concatenate([weights.rows, unit(vectors) * choices.ngram_weight])
    return Weights([*weights.terms, *grams], np.asarray(rows, dtype=np.float32))


def learn_domain(materials: Materials, start: Start, division: Division, choices: Choices) -> Weights:
    """The rows trained so that phrasings find their documents; sees ``division.teaching`` alone."""
    torch.manual_seed(choices.seed)
    bags = domain_bags(materials, start.weights.number, choices)
    model = BagModel(_fill_unknown(start.weights.rows, bags, division.teaching))
    situations = _situations(materials.domain, bags, division.teaching, choices)
    first = model.rows.detach().clone()
    learner = Learner(model, choices.domain)
    noise = Noise(np.random.default_rng(choices.seed), choices.drop, choices.spell)
    touched = np.unique(bags.take(division.teaching).terms)
    for step in range(choices.domain.steps):
        loss = situations.loss(model, choices.domain_shape, noise, choices.domain.temperature)
        loss = loss + choices.rehearsal * start.lexicon.loss(model, 512, noise, choices.temperature)
        if choices.anchor:
            loss = loss + choices.anchor * anchor_loss(model, first, touched)
        learner.step(loss)
        if step % 50 == 0:
            log.info("domain step %d: loss %.3f", step, float(loss.detach()))
    return Weights(start.weights.terms, model.folded())


def embed(weights: Weights, bags: Bags) -> Floats:
    """Unit vectors of all bags."""
    with torch.no_grad():
        return np.asarray(BagModel(weights.rows)(bags.take(np.arange(len(bags)))).numpy())


def _fill_unknown(rows: Floats, bags: Bags, teaching: Ints) -> Floats:
    """Rows of terms that no lexicon knows: half the mean vector of the texts they stand in."""
    unknown = np.linalg.norm(rows, axis=1) < 1e-6
    batch = bags.take(teaching)
    with torch.no_grad():
        vectors = BagModel(rows)(batch).numpy()
    owner = np.repeat(np.arange(len(teaching)), np.diff([*batch.offsets, len(batch.terms)]))
    seen = unknown[batch.terms]
    gathered = np.zeros_like(rows)
    np.add.at(gathered, batch.terms[seen], vectors[owner[seen]])
    return np.where(unknown[:, None], 0.5 * unit(gathered), rows)


def _situations(domain: Domain, bags: Bags, teaching: Ints, choices: Choices) -> Situations:
    owner = np.array([domain.texts[at].document for at in teaching])
    asking = {"problem", "question", "outside"}
    phrased = np.array([domain.texts[at].role in asking for at in teaching])
    documents = np.unique(owner)
    return Situations(
        bags,
        [teaching[(owner == document) & phrased] for document in documents],
        [teaching[owner == document] for document in documents],
        np.where(documents == len(domain.ids), choices.outside, 1),
        domain.related[np.ix_(documents, documents)],
    )
