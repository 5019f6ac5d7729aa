"""Vectors in FAISS: exact inner product, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from cookbook_search.embed import Vectors


class DenseIndex:
    """Unit vectors of the chunks, searched by cosine."""

    def __init__(self, index: faiss.IndexFlat) -> None:
        self._index = index

    @property
    def size(self) -> int:
        """Number of vectors."""
        return int(self._index.ntotal)

    @property
    def vectors(self) -> Vectors:
        """All vectors, float32 of shape (size, dimension); a view, not a copy."""
        flat = faiss.rev_swig_ptr(self._index.get_xb(), self.size * self._index.d)
        return np.asarray(flat, dtype=np.float32).reshape(self.size, self._index.d)

    def search(
        self, query: npt.NDArray[np.float32], count: int, among: npt.NDArray[np.int64] | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Cosines and numbers of the ``count`` nearest chunks, best first, chosen ``among`` these."""
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(among)
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # SWIG hides it
        cosines, numbers = self._index.search(query.reshape(1, -1), min(count, self.size), params=parameters)
        found = numbers[0] >= 0
        return cosines[0][found], numbers[0][found]


def write_dense(vectors: Vectors, path: Path) -> None:
    """Write the index of these unit vectors. Raises OSError where the disk refuses."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"faiss could not write {path.name}") from error


def read_dense(path: Path) -> DenseIndex:
    """Map the index read-only."""
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    if not isinstance(index, faiss.IndexFlat):
        raise ValueError(f"{path.name} holds another kind of index")
    return DenseIndex(index)
