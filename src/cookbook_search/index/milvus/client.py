"""The one place that speaks to Milvus: connection, time limits, errors.

Only calls that the manuals of Milvus and of Milvus Lite both describe are made.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cookbook_search.config import MilvusAddress
from cookbook_search.errors import IndexUnreachable, NoSnapshot, SettingsError

try:
    import grpc
    from pymilvus import DataType, MilvusClient, MilvusException
except ImportError as error:
    raise SettingsError(
        "An index on Milvus needs pymilvus; run pip install 'cookbook-search[milvus]'."
    ) from error

MOST = 16_384
"""Results of one search at most: Milvus's limit."""
MOST_BYTES = 65_535
"""Longest VARCHAR of Milvus."""
BUILD_SECONDS = 3600.0
"""Longest wait for what a build asks: an index of many vectors takes its time."""
NOT_FOUND = (100, 1600)
"""Codes of Milvus: there is no such collection, no such alias."""
NOT_CONNECTED = 2
"""Code of pymilvus: nobody answers at the address."""
NOT_LOADED = 101
"""Code of Milvus: the collection is not in memory, as after a restart of Milvus Lite."""
RECONNECT = {"grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 1000}
"""So that searches go on soon after Milvus is back; gRPC would wait up to two minutes."""
T = TypeVar("T")
Row = dict[str, Any]
Query = npt.NDArray[np.float32] | Mapping[int, float]


class Milvus:
    """A connection, made when first used and made anew where it broke."""

    def __init__(self, address: MilvusAddress, token: str, seconds: float) -> None:
        """``seconds``: longest wait for an answer to a server's question."""
        self.address = address
        self.seconds = seconds
        self._token = token
        self._lock = threading.Lock()
        self._client: MilvusClient | None = None
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs each error, also expected ones

    def served(self, alias: str) -> str:
        """Name of the collection behind an alias. Raises NoSnapshot, IndexUnreachable."""
        found = self._ask(lambda client: client.describe_alias(alias, timeout=self.seconds))
        return str(found["collection_name"])

    def collections(self) -> list[str]:
        """Names of all collections, aliases not among them."""
        return list(self._ask(lambda client: client.list_collections(timeout=self.seconds)))

    def create(self, name: str, fields: Callable[[Any], None]) -> None:
        """A new collection; ``fields`` adds them to the schema it gets."""
        with self._telling():
            schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.INT64, is_primary=True)
            fields(schema)
            self._open().create_collection(name, schema=schema, timeout=BUILD_SECONDS)

    def insert(self, name: str, rows: Sequence[Row]) -> None:
        """Add rows to a collection."""
        with self._telling():
            self._open().insert(name, list(rows), timeout=BUILD_SECONDS)

    def finish(self, name: str, indexes: Mapping[str, Mapping[str, Any]], expected: int) -> None:
        """Store, index and load a collection; raises IndexUnreachable unless all its rows are there."""
        with self._telling():
            client = self._open()
            client.flush(name, timeout=BUILD_SECONDS)
            parameters = client.prepare_index_params()
            for field, index in indexes.items():
                parameters.add_index(field, **index)
            client.create_index(name, parameters, timeout=BUILD_SECONDS)
            client.load_collection(name, timeout=BUILD_SECONDS)
        held = self.count(name)
        if held != expected:
            raise IndexUnreachable(f"Milvus holds {held} of {expected} rows of {name}; build again.")

    def count(self, name: str) -> int:
        """Rows of a collection."""
        asked = {"output_fields": ["count(*)"], "consistency_level": "Strong", "timeout": BUILD_SECONDS}
        counted = self._loaded(name, lambda client: client.query(name, filter="", **asked))
        return int(counted[0]["count(*)"])

    def point(self, alias: str, name: str) -> None:
        """Let the alias name this collection from now on."""
        with self._telling():
            client = self._open()
            try:
                client.alter_alias(name, alias, timeout=self.seconds)
            except MilvusException as error:
                if error.code not in NOT_FOUND:
                    raise
                client.create_alias(name, alias, timeout=self.seconds)

    def drop(self, name: str) -> None:
        """Remove a collection."""
        with self._telling():
            self._open().drop_collection(name, timeout=BUILD_SECONDS)

    def search(
        self, name: str, field: str, asked: Query, count: int, where: str = "", breadth: int = 0
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Inner products and ids of the ``count`` best rows, best first, ``where`` this holds.

        ``breadth``: vectors that a graph keeps in view; 0: there is none.
        """
        parameters: dict[str, Any] = {"metric_type": "IP"}
        if breadth:
            parameters["params"] = {"ef": max(breadth, count)}
        found = self._loaded(
            name,
            lambda client: client.search(
                name,
                data=[asked],
                anns_field=field,
                limit=count,
                filter=where,
                search_params=parameters,
                timeout=self.seconds,
            ),
        )
        hits = found[0]  # its rows are dicts, and slow: the columns lie beside them
        return np.asarray(hits.distances, dtype=np.float32), np.asarray(hits.ids, dtype=np.int64)

    def read(self, name: str, where: str, fields: Sequence[str]) -> list[Row]:
        """Fields of the rows ``where`` this holds."""
        asked = {"filter": where, "output_fields": list(fields), "timeout": self.seconds}
        return list(self._loaded(name, lambda client: client.query(name, **asked)))

    def _loaded(self, name: str, call: Callable[[MilvusClient], T]) -> T:
        """What a call returns that needs the collection in memory; it is loaded where it is not."""

        def loaded(client: MilvusClient) -> T:
            try:
                return call(client)
            except MilvusException as error:
                if error.code != NOT_LOADED:
                    raise
            client.load_collection(name, timeout=self.seconds)
            return call(client)

        return self._ask(loaded)

    def _ask(self, call: Callable[[MilvusClient], T]) -> T:
        """What a call returns that changes nothing; made again where the connection had broken meanwhile."""
        with self._telling():
            try:
                return call(self._open())
            except (MilvusException, grpc.RpcError) as error:
                if not _is_broken(error):
                    raise
            return call(self._open())

    def _open(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                uri, timeout = self.address.uri, self.seconds
                self._client = MilvusClient(
                    uri=uri, token=self._token, timeout=timeout, grpc_options=RECONNECT
                )
            return self._client

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors of Milvus as ours."""
        try:
            yield
        except MilvusException as error:
            if error.code in NOT_FOUND:
                raise NoSnapshot(
                    f"There is no index {self.address} ({error.message}); run `cookbook index`."
                ) from error
            raise IndexUnreachable(
                f"The index {self.address} does not answer ({error.message}); try again soon."
            ) from error
        except grpc.RpcError as error:
            raise IndexUnreachable(
                f"The index {self.address} does not answer ({_code(error)}); try again soon."
            ) from error


def _is_broken(error: Exception) -> bool:
    """Whether nobody answered, so that another connection may help."""
    if isinstance(error, MilvusException):
        return bool(error.code == NOT_CONNECTED)
    return _code(error) == "UNAVAILABLE"


def _code(error: Exception) -> str:
    code = getattr(error, "code", None)
    return str(code().name) if callable(code) else type(error).__name__


def vector_field(schema: Any, name: str, dimension: int) -> None:
    """Add a field of dense vectors."""
    schema.add_field(name, DataType.FLOAT_VECTOR, dim=dimension)


def sparse_field(schema: Any, name: str) -> None:
    """Add a field of sparse vectors."""
    schema.add_field(name, DataType.SPARSE_FLOAT_VECTOR)


def number_field(schema: Any, name: str) -> None:
    """Add a field of whole numbers."""
    schema.add_field(name, DataType.INT64)


def text_field(schema: Any, name: str) -> None:
    """Add a field of texts of at most ``MOST_BYTES``."""
    schema.add_field(name, DataType.VARCHAR, max_length=MOST_BYTES)
