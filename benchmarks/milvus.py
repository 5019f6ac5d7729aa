"""The same cookbook on Milvus Lite and in the embedded index, side by side.

    python -m benchmarks.milvus [--queries 12] [--chunks 30000]

Publishes an index to a Milvus Lite in a process of its own, asks both the development queries, and
tells how far the answers differ and what a search costs. With ``--bm25`` also how far Milvus's own
BM25 function over a column of our lemmas would differ from ours.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pymilvus import DataType, Function, FunctionType, MilvusClient

from benchmarks.scale import DrawnEmbedder, build_at
from cookbook_search.analyze import open_analyzer
from cookbook_search.config import MilvusAddress, read_settings
from cookbook_search.embed import open_embedder
from cookbook_search.evaluate import read_queries
from cookbook_search.index import FolderSnapshot, load
from cookbook_search.index.milvus import MilvusRepository
from cookbook_search.index.milvus.collection import publish
from cookbook_search.retrieve import Query, Searcher, open_searcher, read_parameters
from cookbook_search.types import Filters

DEPTH = 10
SECONDS = 600.0


@contextmanager
def running_lite(folder: Path) -> Iterator[str]:
    """The address of a Milvus Lite as long as the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "milvus-lite"), "server", "--data-dir", str(folder)]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        while True:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def compare(here: Searcher, there: Searcher, texts: Sequence[str]) -> None:
    """Print how far the answers of both differ and what they cost."""
    same, apart, answerable, ours_s, theirs_s = [], [0.0], [0.0], [], []
    for text in texts:
        query = here.reader.read(text)
        began = time.perf_counter()
        ours = here.judge(query, Filters())
        between = time.perf_counter()
        theirs = there.judge(query, Filters())
        ours_s.append(between - began)
        theirs_s.append(time.perf_counter() - between)
        same.append(len(set(ours.recipes[:DEPTH]) & set(theirs.recipes[:DEPTH])) / DEPTH)
        apart.append(float(np.abs(ours.scores - theirs.scores).max()))
        answerable.append(abs(ours.answerable - theirs.answerable))
    print(
        f"{len(texts)} queries over {here.snapshot.dense.size:,} chunks: of the ten best documents "
        f"the same {np.mean(same):.3f} (worst {min(same):.1f}), scores apart at most {max(apart):.1e}, "
        f"answerability {max(answerable):.1e}; ranking takes {np.median(ours_s) * 1e3:.1f} ms embedded, "
        f"{np.median(theirs_s) * 1e3:.0f} ms on Milvus Lite"
    )


def compare_bm25(uri: str, snapshot: FolderSnapshot, queries: Sequence[Query]) -> None:
    """Print how far Milvus's BM25 over a column of our lemmas is from ours."""
    client = MilvusClient(uri=uri, timeout=SECONDS)
    schema = MilvusClient.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("lemmas", DataType.VARCHAR, max_length=65_535, enable_analyzer=True)
    schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25", function_type=FunctionType.BM25,
            input_field_names=["lemmas"], output_field_names=["terms"],
        )
    )  # fmt: skip
    client.create_collection("bm25", schema=schema)
    names = list(snapshot.spans.terms)
    rows = [
        {"id": at, "lemmas": " ".join(names[term] for term in snapshot.spans.of(at)[:, 2]) or "-"}
        for at in range(len(snapshot.chunks))
    ]
    for first in range(0, len(rows), 1000):
        client.insert("bm25", rows[first : first + 1000])
    client.flush("bm25")
    indexes = client.prepare_index_params()
    indexes.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_index("bm25", indexes)
    client.load_collection("bm25")
    shared = []
    for query in queries:
        scores = snapshot.chunk_postings.search(query.weights)
        count = min(DEPTH, int((scores > 0).sum()))
        if count:
            ours = set(np.argsort(-scores, kind="stable")[:count].tolist())
            asked = " ".join(term for term in query.weights if term in snapshot.spans.terms)
            found = client.search("bm25", data=[asked], anns_field="terms", limit=count)
            shared.append(len(ours & set(found[0].ids)) / count)
    split = [term for term in names if not term.isalnum()]
    print(
        f"Milvus's BM25 over our lemmas: {np.mean(shared):.3f} of our ten best chunks; {len(split):,} of "
        f"{len(names):,} terms hold a mark at which an analyzer may split: {', '.join(split[:5])}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--queries", type=int, default=12)
    parser.add_argument(
        "--chunks", type=int, help="Of a drawn cookbook; without it, the built index is read."
    )
    parser.add_argument("--bm25", action="store_true", help="Try Milvus's own BM25 too.")
    wanted = parser.parse_args()
    analyzer = open_analyzer()
    texts = [judged.query for judged in read_queries(Path("evaluation/dev.jsonl"))]
    texts = texts[:: max(1, len(texts) // wanted.queries)][: wanted.queries]
    with tempfile.TemporaryDirectory() as name, running_lite(Path(name) / "milvus") as uri:
        settings = read_settings()
        assert isinstance(settings.index, Path)
        root = Path(name) / "index" if wanted.chunks else settings.index
        embedder = DrawnEmbedder(analyzer) if wanted.chunks else open_embedder(settings.model, analyzer)
        if wanted.chunks:
            build_at(root, wanted.chunks)
        snapshot = load(root, analyzer, embedder)
        repository = MilvusRepository(MilvusAddress(uri, "bench"), Path(name) / "cache", "", SECONDS)
        began = time.perf_counter()
        folder = root / snapshot.manifest.id
        publish(repository.milvus, "bench", snapshot, folder, lambda _done, _total: None)
        published = time.perf_counter() - began
        began = time.perf_counter()
        remote = repository.load(analyzer, embedder)
        print(f"published in {published:.0f} s, copied to a server in {time.perf_counter() - began:.1f} s")
        parameters = read_parameters()
        here = open_searcher(snapshot, parameters, analyzer, embedder)
        compare(here, open_searcher(remote, parameters, analyzer, embedder), texts)
        if wanted.bm25:
            compare_bm25(uri, snapshot, [here.reader.read(text) for text in texts])


if __name__ == "__main__":
    main()
