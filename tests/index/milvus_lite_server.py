"""A Milvus Lite that listens on a port, and can go and come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milvus_lite.adapter.grpc.server import start_server_in_thread

from cookbook_search.config import MilvusAddress
from cookbook_search.index.milvus.client import Milvus


class Lite:
    """The server; ``port`` stays the same when it comes back."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.port = 0
        self.start()

    def start(self) -> None:
        """Listen; what was stored is there again."""
        self._server, self._database, self.port = start_server_in_thread(str(self._data), port=self.port)

    def stop(self) -> None:
        """Break every connection."""
        self._server.stop(grace=None).wait()
        self._database.close()

    def address(self, name: str) -> str:
        """What COOKBOOK_INDEX says."""
        return f"milvus://127.0.0.1:{self.port}/{name}"

    def client(self, name: str) -> Milvus:
        """What the index itself speaks through."""
        return Milvus(MilvusAddress(f"http://127.0.0.1:{self.port}", name), "", 30)


@contextmanager
def running_lite(data: Path) -> Iterator[Lite]:
    """A server as long as the block runs."""
    lite = Lite(data)
    try:
        yield lite
    finally:
        lite.stop()
