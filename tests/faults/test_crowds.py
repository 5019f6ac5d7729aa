"""Connections that say nothing and connections that say it slowly, many at once: search still answers."""

from __future__ import annotations

import resource
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from raw import connect
from serving import serving
from station import PATIENCE, Station, count, wait_for

from cookbook_search.config import Settings

SLOW = (
    b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
)


class Crowd:
    """Idle and slow connections; each that the server closes is opened again."""

    def __init__(self, address: str, idle: int, slow: int) -> None:
        self._address = address
        self._slow: list[socket.socket] = []
        self._all = selectors.DefaultSelector()
        self.closed = 0
        """By the server."""
        for _ in range(idle):
            self._open(slow=False, turn=0)
        for turn in range(slow):
            self._open(slow=True, turn=turn)

    @property
    def size(self) -> int:
        return len(self._all.get_map())

    def _open(self, slow: bool, turn: int) -> None:
        connection = connect(self._address)
        if slow:
            connection.sendall(SLOW if turn % 2 else SLOW[:40])
            self._slow.append(connection)
        connection.setblocking(False)
        self._all.register(connection, selectors.EVENT_READ, (slow, turn))

    def keep_on(self, stop: threading.Event) -> None:
        """Drip a byte a connection, see which are closed, and open others for them."""
        while not stop.wait(0.2):
            for connection in self._slow:
                try:
                    connection.send(b" ")
                except OSError:
                    continue  # the selector tells
            for key, _ in self._all.select(0):
                self._read(key)

    def _read(self, key: selectors.SelectorKey) -> None:
        connection = key.fileobj
        assert isinstance(connection, socket.socket)
        try:
            if connection.recv(65536):
                return
        except OSError:
            pass
        self.closed += 1
        self._all.unregister(connection)
        if connection in self._slow:
            self._slow.remove(connection)
        connection.close()
        self._open(*key.data)

    def leave(self) -> None:
        for key in list(self._all.get_map().values()):
            key.fileobj.close()
        self._all.close()


@contextmanager
def crowded(address: str, idle: int, slow: int) -> Iterator[Crowd]:
    """The crowd, as long as the block runs."""
    crowd, stop = Crowd(address, idle, slow), threading.Event()
    thread = threading.Thread(target=crowd.keep_on, args=(stop,))
    thread.start()
    try:
        yield crowd
    finally:
        stop.set()
        thread.join()
        crowd.leave()


def search_times(client: httpx.Client, number: int) -> list[float]:
    times = []
    for turn in range(number):
        begun = time.monotonic()
        answer = client.post(
            "/api/v1/search", json={"query": f"Yritykset käyvät kerran eivätkä palaa {turn}"}
        )
        times.append(time.monotonic() - begun)
        assert answer.status_code == 200
        assert answer.json()["recipes"]
    return sorted(times)


def test_search_answers_in_a_crowd_of_idle_and_slow_connections(pantry, tmp_path, tell):
    idle, slow, searches = count(150, 1000), count(75, 500), count(60, 2000)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wait = 3 if idle > 500 else 1
    with (
        Station(
            tmp_path, index=pantry / "index", header_seconds=wait, body_seconds=wait, log_queries=False
        ) as server,
        httpx.Client(base_url=server.address, timeout=PATIENCE) as client,
    ):
        search_times(client, 20)
        alone, before = search_times(client, searches), server.megabytes
        with crowded(server.address, idle, slow) as crowd:
            assert crowd.size == idle + slow
            among, during = search_times(client, searches), server.megabytes
            assert client.get("/healthz").text == "ok"
            wait_for(lambda: crowd.closed >= idle + slow)
            closed = crowd.closed
        wait_for(lambda: server.files < idle)
        assert client.get("/readyz").status_code == 200
    assert "Traceback" not in server.log.read_text(encoding="utf-8")
    half, most = searches // 2, int(searches * 0.99)
    memory = f"own memory {before:.0f} -> {during:.0f} MiB"
    tell(
        f"{idle} idle and {slow} slow connections, {closed} cut off and opened again; {searches} searches: "
        f"median {alone[half] * 1000:.0f} ms alone, {among[half] * 1000:.0f} ms in the crowd, p99 "
        f"{alone[most] * 1000:.0f} and {among[most] * 1000:.0f} ms; {memory}"
    )


def test_more_connections_than_are_kept_close_the_idle_ones(pantry):
    settings = Settings(index=pantry / "index", max_connections=150)
    with serving(settings) as address, crowded(address, settings.max_connections, 20) as crowd:
        wait_for(lambda: crowd.closed > settings.max_connections)
        for _ in range(10):  # a connection each: one that is kept may be closed for another's sake
            assert httpx.get(f"{address}/?q=rahaa", timeout=PATIENCE).status_code == 200
