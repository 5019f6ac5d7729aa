"""Arrays that grow on disk: ``.npy`` files written block by block, so that a build need not hold them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt


class ColumnFile:
    """One array; the header, whose length numpy keeps fixed for growing arrays, is written last."""

    def __init__(self, path: Path, dtype: npt.DTypeLike, width: int | None = None) -> None:
        """An array of shape (rows,), or (rows, ``width``)."""
        self._file = path.open("wb")
        self._dtype = np.dtype(dtype)
        self._row_shape = () if width is None else (width,)
        self._rows = 0
        self._write_header()

    def append(self, rows: npt.ArrayLike) -> None:
        """Write more rows."""
        block = np.ascontiguousarray(rows, dtype=self._dtype).reshape(-1, *self._row_shape)
        self._file.write(block.tobytes())
        self._rows += len(block)

    def close(self) -> None:
        """Write the number of rows into the header."""
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def __enter__(self) -> ColumnFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()

    def _write_header(self) -> None:
        header = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._rows, *self._row_shape),
        }
        np.lib.format.write_array_header_1_0(self._file, header)


def map_column(path: Path) -> npt.NDArray[Any]:
    """Memory-map an array read-only."""
    mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return mapped
