"""The index at 1,000, 30,000 and 1,000,000 chunks, through the real build and the real search.

    python -m benchmarks.scale [CHUNKS...]

The corpus grows by documents like the real ones: the same headings, texts whose words are drawn
from the real vocabulary as often as they stand there, vectors drawn around the real ones. Building
and searching run in processes of their own, so that each tells its own memory. Times of a search
are of the processor.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from cookbook_search.analyze import Analyzer, open_analyzer
from cookbook_search.chunk import chunks
from cookbook_search.config import read_settings
from cookbook_search.embed import Role, Vectors, open_embedder
from cookbook_search.embed.protocol import unit_rows
from cookbook_search.evaluate import read_queries
from cookbook_search.index import FolderSnapshot, build, load
from cookbook_search.parse import read_corpus
from cookbook_search.retrieve import open_searcher, read_parameters
from cookbook_search.retrieve.candidates import LEXICAL, NEAREST, candidates
from cookbook_search.retrieve.rank import rank
from cookbook_search.types import LANGUAGES, AnyDocument, Corpus, Language, Localised, Phrasings

SIZES = (1_000, 30_000, 1_000_000)
SPREAD = 0.5
"""How far a drawn vector lies from a real one, in differences of two others: so it scatters as they do."""
REPLACED = 0.5
"""Share of the words of a text that are drawn anew."""
DEPTH = 10
_WORD = re.compile(r"[^\W\d_]{4,}")


class DrawnEmbedder:
    """Passages get vectors around those of real chunks; queries are embedded by the bundled model."""

    name = "drawn"
    digest = "drawn-1"

    def __init__(self, analyzer: Analyzer, centres: Vectors | None = None) -> None:
        self._bundled = open_embedder("bundled", analyzer)
        self._centres = centres
        self._random = np.random.default_rng(20261124)
        self.dimension = self._bundled.dimension

    def embed(self, texts: Sequence[str], languages: Sequence[Language], role: Role) -> Vectors:
        """See ``Embedder.embed``."""
        if role == "query" or self._centres is None:
            return self._bundled.embed(texts, languages, role)
        one, two, three = self._random.integers(0, len(self._centres), (3, len(texts)))
        drawn = self._centres[one] + np.float32(SPREAD) * (self._centres[two] - self._centres[three])
        return unit_rows(drawn)


class Writer:
    """Makes documents like the real ones."""

    def __init__(self, documents: Sequence[AnyDocument]) -> None:
        self._documents = documents
        self._random = random.Random(20261124)
        self._words: dict[Language, list[str]] = {
            code: [w for document in documents for w in _WORD.findall(_text(document, code))]
            for code in LANGUAGES
        }

    def documents(self, size: int) -> Iterator[AnyDocument]:
        """Documents until they make ``size`` chunks."""
        made = number = 0
        while made < size:
            document = self._like(self._documents[number % len(self._documents)], number)
            made += len(chunks(document))
            number += 1
            yield document

    def _like(self, base: AnyDocument, number: int) -> AnyDocument:
        body = "\n".join(
            line if line.startswith("#") else self._redrawn(line, "fi") for line in base.body.split("\n")
        )
        return base.model_copy(
            update={
                "owner": f"Kaupunki {number // len(self._documents)}",
                "digest": f"{number:064x}",
                "title": self._localised(base.title),
                "summary": self._localised(base.summary),
                "problems": self._phrasings(base.problems),
                "questions": self._phrasings(base.questions),
                "statements": tuple(self._localised(statement) for statement in base.statements),
                "body": body,
            }
        )

    def _localised(self, text: Localised) -> Localised:
        fi, sv, en = (self._redrawn(text[code], code) for code in LANGUAGES)
        return Localised.model_construct(fi=fi, sv=sv, en=en)

    def _phrasings(self, texts: Phrasings) -> Phrasings:
        fi, sv, en = (tuple(self._redrawn(text, code) for text in texts[code]) for code in LANGUAGES)
        return Phrasings.model_construct(fi=fi, sv=sv, en=en)

    def _redrawn(self, text: str, code: Language) -> str:
        words, chance = self._words[code], self._random
        return _WORD.sub(
            lambda match: chance.choice(words) if chance.random() < REPLACED else match.group(), text
        )


def _text(document: AnyDocument, code: Language) -> str:
    phrasings = " ".join((*document.problems[code], *document.questions[code]))
    return f"{document.summary[code]} {phrasings} {document.body if code == 'fi' else ''}"


def build_at(folder: Path, size: int) -> dict[str, float]:
    """Build an index of this many chunks; what it took."""
    analyzer = open_analyzer()
    real, _ = read_corpus(read_settings().corpus)
    bundled = open_embedder("bundled", analyzer)
    texts = [(c.text, c.language) for document in real.documents for c in chunks(document)]
    centres = bundled.embed([text for text, _ in texts], [language for _, language in texts], "passage")
    documents = tuple(Writer(real.documents).documents(size))
    corpus = Corpus(documents, real.vocabulary, f"drawn-{size}", real.outside)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, seconds = time.perf_counter(), {}

    def report(step: str, done: int, _total: int) -> None:
        seconds[f"{step} {done}"] = time.perf_counter() - begun

    build(folder, corpus, analyzer, DrawnEmbedder(analyzer, centres), report)
    took = time.perf_counter() - begun
    return {
        "documents": len(documents),
        "build_s": took,
        "analyze_s": seconds["write 0"],
        "postings_s": seconds["write 2"] - seconds["write 1"],
        "vectors_s": seconds["write 3"] - seconds["write 2"],
        "texts_gib": before / 2**20,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "disk_gib": sum(path.stat().st_size for path in folder.rglob("*")) / 2**30,
    }


def measure_at(folder: Path) -> dict[str, float]:
    """Load the index and search it."""
    analyzer = open_analyzer()
    embedder = DrawnEmbedder(analyzer)
    begun = time.perf_counter()
    snapshot = load(folder, analyzer, embedder)
    loaded = time.perf_counter() - begun
    parameters = read_parameters()
    searcher = open_searcher(snapshot, parameters, analyzer, embedder)
    texts = [judged.query for judged in read_queries(Path("evaluation/dev.jsonl"))]
    queries = [searcher.reader.read(text) for text in texts]
    index, record = snapshot.dense._index, snapshot.dense.record

    hnsw: Any = faiss.SearchParametersHNSW  # type: ignore[attr-defined]  # SWIG's
    parameters_of = hnsw(efSearch=record.breadth) if record.links else None

    def bare(at: int) -> object:
        faiss.omp_set_num_threads(1)
        asked = queries[at].vector.reshape(1, -1)
        return index.search(asked, min(NEAREST, snapshot.dense.size), params=parameters_of)

    calls: dict[str, Callable[[int], object]] = {
        "faiss": bare,
        "lexical": lambda at: snapshot.chunk_postings.candidates(queries[at].weights, LEXICAL),
        "candidates": lambda at: candidates(queries[at], snapshot, None),
        "rank": lambda at: rank(queries[at], snapshot, parameters, searcher.neighbours),
        "search": lambda at: searcher.search(texts[at]),
    }
    told: dict[str, float] = {
        "chunks": snapshot.dense.size,
        "links": record.links,
        "breadth": record.breadth,
        "load_s": loaded,
        "recall": _recall(snapshot, [query.vector for query in queries]),
        "lexical_recall": _lexical_recall(snapshot, [query.weights for query in queries[:100]]),
    }
    for name, call in calls.items():
        for at in range(len(queries)):
            call(at)
        taken = [_seconds(call, at) for _ in range(3) for at in range(len(queries))]
        told |= {
            f"{name}_p50": float(np.percentile(taken, 50)),
            f"{name}_p99": float(np.percentile(taken, 99)),
        }
    status = Path("/proc/self/status").read_text(encoding="ascii")
    for field, name in (("RssAnon", "anonymous_gib"), ("VmRSS", "resident_gib")):
        told[name] = int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 2**20  # type: ignore[index]  # Linux writes both
    return told


def _seconds(call: Callable[[int], object], at: int) -> float:
    """Processor time of a call, in one thread: waiting for busy cores is none of its doing."""
    begun = time.thread_time()
    call(at)
    return time.thread_time() - begun


def _recall(snapshot: FolderSnapshot, queries: Sequence[Vectors]) -> float:
    """Share of the ten nearest by exact search that the index finds among its ten."""
    asked = np.stack(queries)
    best = np.full((len(asked), DEPTH), -2.0, dtype=np.float32)
    for start in range(0, snapshot.dense.size, 1 << 16):
        cosines = asked @ snapshot.dense.vectors[start : start + (1 << 16)].T
        best = -np.sort(-np.concatenate([best, cosines], axis=1), axis=1)[:, :DEPTH]
    found = [snapshot.dense.search(query, NEAREST)[0][:DEPTH] for query in queries]
    hits = [(of >= exact[-1] - 1e-6).sum() / DEPTH for of, exact in zip(found, best, strict=True)]
    return float(np.mean(hits))


def _lexical_recall(snapshot: FolderSnapshot, weights: Sequence[Mapping[str, float]]) -> float:
    """Share of the ten best by BM25 over all chunks that are among the candidates."""
    shares = []
    for of_query in weights:
        scores = snapshot.chunk_postings.search(of_query)
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        proposed = snapshot.chunk_postings.candidates(of_query, LEXICAL)
        least = scores[best[-1]]
        shares.append(min(1.0, (scores[proposed] >= least).sum() / DEPTH) if least > 0 else 1.0)
    return float(np.mean(shares))


def _row(built: dict[str, float], found: dict[str, float]) -> str:
    kind = f"graph, {found['links']:.0f} links, int8" if found["links"] else "exact"
    times = " | ".join(
        f"{found[f'{name}_p50'] * 1e3:.2f} / {found[f'{name}_p99'] * 1e3:.2f}"
        for name in ("faiss", "lexical", "rank", "search")
    )
    return (
        f"| {found['chunks']:,.0f} | {kind} | {built['build_s']:.0f} "
        f"({built['analyze_s']:.0f} / {built['postings_s']:.0f} / {built['vectors_s']:.0f}) | "
        f"{built['peak_gib']:.2f} ({built['texts_gib']:.2f}) | {built['disk_gib']:.2f} | "
        f"{found['load_s']:.2f} | "
        f"{found['anonymous_gib']:.2f} / {found['resident_gib']:.2f} | {found['recall']:.3f} | "
        f"{found['lexical_recall']:.3f} | {times} | {found['rank_p99'] / found['faiss_p99']:.1f} | "
        f"{found['search_p99'] / found['faiss_p99']:.1f} |"
    )


HEAD = (
    "| chunks | vectors | build, s (texts / postings / vectors) | peak of the build, GiB (texts before it) | "
    "disk, GiB | load, s | memory of the reader, GiB (own / with mapped files) | recall@10 of exact | "
    "recall@10 of BM25 | faiss alone p50 / p99, ms | BM25 candidates | rank | search | rank / faiss, p99 | "
    "search / faiss, p99 |"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, help="Keep the indexes in this folder.")
    arguments = parser.parse_args()
    if arguments.build:
        print(json.dumps(build_at(arguments.build, arguments.sizes[0])))
    elif arguments.measure:
        print(json.dumps(measure_at(arguments.measure)))
    else:
        print(f"{os.cpu_count()} cores\n\n{HEAD}\n{'| --- ' * HEAD.count(' | ')}| --- |")
        with tempfile.TemporaryDirectory() as name:
            for size in arguments.sizes:
                folder = (arguments.keep or Path(name)) / str(size)
                built = _child(["--build", str(folder), str(size)])
                print(_row(built, _child(["--measure", str(folder)])), flush=True)


def _child(arguments: list[str]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", *arguments]
    told: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return told


if __name__ == "__main__":
    main()
