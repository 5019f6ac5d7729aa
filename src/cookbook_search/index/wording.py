"""How the questions of each document are worded: a language model of words and pairs of words.

Function words count here, and so does what stands beside what: "who pays", "ei tiedä". Base forms and
vectors of bags leave that out. A query is scored by its likelihood under the model of each document,
smoothed by that of all documents (query likelihood with a Dirichlet prior: Zhai, Lafferty 2004,
https://doi.org/10.1145/984321.984322). Words and pairs are kept as hashes of 64 bits, so that nothing
has to be loaded and no word of the questions can be read from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import words
from cookbook_search.index.columns import map_column
from cookbook_search.types import Language

PRIOR = 500.0
"""Words and pairs that the model of all documents counts for in the model of each."""
Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]
_PARTS = ("keys", "starts", "documents", "gains", "absent")


@dataclass(frozen=True, slots=True)
class Wording:
    """Postings of words and pairs of words, hashed."""

    keys: Keys
    """Hashes, rising."""
    starts: npt.NDArray[np.int64]
    """The postings of key ``k`` are ``starts[k]:starts[k + 1]``; (keys + 1,)."""
    documents: npt.NDArray[np.int32]
    gains: Floats
    """Log likelihood ratio that a key adds to a document that holds it, beside ``absent``."""
    absent: Floats
    """What each known word or pair of a query adds to each document, held or not; (documents,)."""

    def score(self, text: str, language: Language, among: npt.NDArray[np.int64] | None = None) -> Floats:
        """Log likelihood ratio of the text under each document's model, over the root of its length.

        The length is the number of words and pairs that some question holds; shape (documents,). What
        is held is looked up for the documents ``among`` these rising numbers alone; None: for all.
        """
        asked = cues(text, language)
        places = np.searchsorted(self.keys, asked)
        inside = places < len(self.keys)
        places = places[inside][self.keys[places[inside]] == asked[inside]]
        total = self.absent * np.float32(len(places))
        for place in places.tolist():
            start, end = int(self.starts[place]), int(self.starts[place + 1])
            holders, gains = self.documents[start:end], self.gains[start:end]
            if among is not None:
                at = np.minimum(np.searchsorted(holders, among.astype(holders.dtype)), len(holders) - 1)
                at = at[holders[at] == among]
                holders, gains = holders[at], gains[at]
            total[holders] += gains
        return total / np.float32(max(len(places), 1) ** 0.5)


def cues(text: str, language: Language) -> Keys:
    """Hashes of the words of a text and of its pairs of neighbouring words, rising, each once."""
    found = [word for _, _, word in words(text)]
    pairs = (f"{first} {second}" for first, second in pairwise(found))
    hashed = {_hash(f"{language}:{cue}") for cue in (*found, *pairs)}
    return np.array(sorted(hashed), dtype=np.uint64)


def learn_wording(questions: Iterable[tuple[int, Keys]], size: int) -> Wording:
    """From the cues of each question, with the number of its document; ``size`` documents."""
    gathered: dict[int, list[Keys]] = {}
    for document, asked in questions:
        gathered.setdefault(document, []).append(asked)
    keys, owners, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
    for document in sorted(gathered):
        own, count = np.unique(np.concatenate(gathered[document]), return_counts=True)
        keys.append(own)
        counts.append(count)
        owners.append(np.full(len(own), document, dtype=np.int32))
    every, held, count = np.concatenate(keys), np.concatenate(owners), np.concatenate(counts)
    order = np.argsort(every, kind="stable")
    every, held, count = every[order], held[order], count[order]
    distinct, firsts = np.unique(every, return_index=True)
    starts = np.append(firsts, len(every)).astype(np.int64)
    lengths = np.bincount(held, count, minlength=size)
    shares = np.add.reduceat(count, firsts) / max(int(count.sum()), 1) if len(firsts) else np.zeros(0)
    gains = np.log1p(count / (PRIOR * np.repeat(shares, np.diff(starts))))
    absent = np.log(PRIOR / (lengths + PRIOR))
    return Wording(distinct, starts, held, gains.astype(np.float32), absent.astype(np.float32))


def write_wording(wording: Wording, folder: Path) -> None:
    """Write ``wording-*.npy`` to the folder."""
    for part in _PARTS:
        np.save(folder / f"wording-{part}.npy", getattr(wording, part), allow_pickle=False)


def read_wording(folder: Path) -> Wording:
    """Memory-map what ``write_wording`` wrote."""
    return Wording(*(map_column(folder / f"wording-{part}.npy") for part in _PARTS))


def _hash(cue: str) -> int:
    return int.from_bytes(blake2b(cue.encode(), digest_size=8).digest())
