"""Cross-lingual sentence retrieval with the bundled model, on pairs that it was not trained on.

    python -m training.crosslingual DATA_FOLDER

Each Finnish or Swedish Tatoeba sentence of the held-out tenth looks for its English equivalent among
all English sentences of that tenth, and the other way round.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cookbook_search.analyze import normalise, open_analyzer
from cookbook_search.embed import open_embedder
from cookbook_search.embed.protocol import Vectors
from cookbook_search.types import Language
from training.sources import sentence_pairs

ROWS: tuple[Language, ...] = ("fi", "sv")


def accuracy(asked: Vectors, answers: Vectors) -> tuple[float, float]:
    """Share whose own row is the nearest, and among the ten nearest."""
    scores = asked @ answers.T
    places = (scores > np.diag(scores)[:, None]).sum(axis=1)
    return float((places == 0).mean()), float((places < 10).mean())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    model = open_embedder("bundled", open_analyzer())
    print("| sentences | pairs | first | among ten |\n| --- | --- | --- | --- |")
    for language in ROWS:
        pairs = dict(sentence_pairs(data, language, held_out=True))
        english = model.embed([normalise(text) for text in pairs], ["en"] * len(pairs), "passage")
        other = model.embed([normalise(text) for text in pairs.values()], [language] * len(pairs), "passage")
        for name, asked, answers in (
            (f"{language} → en", other, english),
            (f"en → {language}", english, other),
        ):
            first, ten = accuracy(asked, answers)
            print(f"| {name} | {len(pairs)} | {first:.3f} | {ten:.3f} |")


if __name__ == "__main__":
    main()
