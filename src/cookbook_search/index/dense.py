"""Vectors in FAISS, memory-mapped: exact inner product, or a graph over int8 codes where there are many.

The size decides (``choose``), and the manifest records what was chosen. What the graph (HNSW: Malkov,
Yashunin 2018, https://doi.org/10.1109/TPAMI.2018.2889473) finds is scored again with the vectors
themselves, which lie beside it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from cookbook_search.embed import Vectors
from cookbook_search.index.columns import map_column

SCANNED_UP_TO = 200_000
"""Vectors that are looked at one by one; more than these are searched by a graph."""
PICKED_UP_TO = 50_000
"""Vectors that a filter lets through and that are looked at one by one beside a graph."""
LINKS = 16
BUILD_BREADTH = 60
SEARCH_BREADTH = 400
TRAINED_ON = 100_000
"""Vectors that the range of each component is taken from."""
BLOCK = 65_536
INDEX, VECTORS = "dense.faiss", "vectors.npy"
Numbers = npt.NDArray[np.int64]


class DenseRecord(BaseModel):
    """How the vectors are searched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    links: int
    """Neighbours of a vector in the graph (HNSW's M); 0: there is none, every vector is looked at."""
    breadth: int
    """Vectors that a search keeps in view (HNSW's efSearch)."""


def choose(size: int) -> DenseRecord:
    """The index for this many vectors."""
    exact = size <= SCANNED_UP_TO
    return DenseRecord(links=0 if exact else LINKS, breadth=0 if exact else SEARCH_BREADTH)


class DenseIndex:
    """Unit vectors of the chunks, searched by cosine."""

    def __init__(self, index: faiss.Index, vectors: Vectors, record: DenseRecord) -> None:
        self._index = index
        self.vectors = vectors
        """All vectors, float32 of shape (size, dimension); mapped, not a copy."""
        self.record = record

    @property
    def size(self) -> int:
        """Number of vectors."""
        return len(self.vectors)

    @property
    def most_at_once(self) -> int:
        """See ``DenseSearch.most_at_once``: all, they are mapped."""
        return self.size

    def cosines(self, query: npt.NDArray[np.float32], first: int, end: int) -> npt.NDArray[np.float32]:
        """Cosine of each of the chunks ``first:end``, in their order."""
        found = np.empty(end - first, dtype=np.float32)
        block, asked = self.vectors[first:end], np.ascontiguousarray(query, dtype=np.float32)
        faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]  # SWIG's
            faiss.swig_ptr(found), faiss.swig_ptr(asked), faiss.swig_ptr(block), len(asked), len(found)
        )  # in this thread alone: numpy's product would wake others and let them spin
        return found

    def within(self, query: npt.NDArray[np.float32], firsts: Numbers, ends: Numbers) -> Vectors:
        """Cosines in the ranges ``firsts[i]:ends[i]``, one range after the other."""
        found = [self.cosines(query, first, end) for first, end in zip(firsts, ends, strict=True)]
        return np.concatenate([np.zeros(0, dtype=np.float32), *found])

    def search(
        self, query: npt.NDArray[np.float32], count: int, among: Numbers | None = None
    ) -> tuple[npt.NDArray[np.float32], Numbers]:
        """Cosines and numbers of the ``count`` nearest chunks, best first, ``among`` these numbers."""
        if not self.record.links:
            return self._faiss(query, count, among)
        if among is not None and len(among) <= PICKED_UP_TO:
            return self._best(query, among, count)
        _, numbers = self._faiss(query, count, among)
        return self._best(query, numbers, count)

    def _faiss(
        self, query: npt.NDArray[np.float32], count: int, among: Numbers | None
    ) -> tuple[npt.NDArray[np.float32], Numbers]:
        chosen: dict[str, Any] = {} if among is None else {"sel": faiss.IDSelectorBatch(among)}
        if self.record.links:
            chosen["efSearch"] = self.record.breadth
        hnsw: Any = faiss.SearchParametersHNSW  # type: ignore[attr-defined]  # SWIG's
        kind: Any = hnsw if self.record.links else faiss.SearchParameters
        parameters = kind(**chosen) if chosen else None
        faiss.omp_set_num_threads(1)  # holds for this thread alone; more would spin for one query
        cosines, numbers = self._index.search(query.reshape(1, -1), min(count, self.size), params=parameters)
        found = numbers[0] >= 0
        return cosines[0][found], numbers[0][found]

    def _best(
        self, query: npt.NDArray[np.float32], numbers: Numbers, count: int
    ) -> tuple[npt.NDArray[np.float32], Numbers]:
        cosines = self.vectors[numbers] @ query
        order = np.argsort(-cosines, kind="stable")[:count]
        return cosines[order], numbers[order]


def write_dense(folder: Path, graph: bool = True) -> DenseRecord:
    """Index the vectors of ``vectors.npy``; an exact index takes them over, and the file goes.

    Without ``graph`` the index is exact however many they are.

    Raises OSError where the disk refuses.
    """
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    vectors = map_column(folder / VECTORS)
    size, dimension = vectors.shape
    record = choose(size) if graph else DenseRecord(links=0, breadth=0)
    index = _graph(vectors, record) if record.links else faiss.IndexFlatIP(dimension)
    for start in range(0, size, BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + BLOCK]))
    try:
        faiss.write_index(index, str(folder / INDEX))
    except RuntimeError as error:
        raise OSError(f"faiss could not write {INDEX}") from error
    if not record.links:
        (folder / VECTORS).unlink()
    return record


def read_dense(folder: Path, record: DenseRecord) -> DenseIndex:
    """Map the index read-only. Raises ValueError where it is of another kind."""
    index: Any
    index = faiss.read_index(str(folder / INDEX), faiss.IO_FLAG_MMAP_IFC)
    if record.links:
        vectors = map_column(folder / VECTORS)
        fits = isinstance(index, faiss.IndexHNSWSQ) and index.ntotal == len(vectors)
    else:
        fits = isinstance(index, faiss.IndexFlat)
        vectors = _flat_vectors(index) if fits else np.zeros((0, 0), dtype=np.float32)
    if not fits:
        raise ValueError(f"{INDEX} holds another kind of index")
    return DenseIndex(index, vectors, record)


def _graph(vectors: Vectors, record: DenseRecord) -> Any:
    size, dimension = vectors.shape
    make: Any = faiss.IndexHNSWSQ  # its types know another constructor
    index = make(dimension, faiss.ScalarQuantizer.QT_8bit, record.links, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_BREADTH
    sample = np.sort(np.random.default_rng(0).choice(size, min(size, TRAINED_ON), replace=False))
    index.train(np.ascontiguousarray(vectors[sample]))
    return index


def _flat_vectors(index: faiss.IndexFlat) -> Vectors:
    flat = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
    return np.asarray(flat, dtype=np.float32).reshape(index.ntotal, index.d)
