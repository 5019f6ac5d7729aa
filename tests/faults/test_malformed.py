"""Requests that are none, by the thousand: the server stays well and its memory flat."""

from __future__ import annotations

import gzip
import random
import socket
import threading

import httpx
from raw import connect
from station import PATIENCE, Station, count, searching

THREADS = 4
JSON = b"Content-Type: application/json\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
SEARCH = b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\n" + JSON


def requests(chance: random.Random) -> bytes:
    """One malformed request."""
    noise = chance.randbytes(chance.randint(0, 400))
    big = b"A" * chance.choice((10, 5000, 70_000))
    return chance.choice(
        [
            noise,
            noise + b"\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"\r\n" * 200 + b"GET / HTTP/1.1\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + noise,
            b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /" + noise.replace(b"\n", b"") + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /%ff%fe%00%0d%0aX:y HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /?q=" + big + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + big + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * chance.choice((90, 500)) + b"\r\n",
            b"GET / HTTP/1.1\r\nHost : x\r\n X: y\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX\x00Y: " + noise[:20] + b"\r\n\r\n",
            b"DELETE /" + big + b" HTTP/1.0\r\n\r\n",
            SEARCH + b"Content-Length: -5\r\n\r\n{}",
            SEARCH + b"Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}",
            SEARCH + b"Content-Length: 999999999999\r\n\r\n" + big,
            SEARCH
            + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1\r\nZ\r\n0\r\n\r\n",
            SEARCH + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + noise,
            SEARCH + body(noise),
            SEARCH + body(b'{"query": "' + noise + b'"}'),
            SEARCH + body(b"[" * 20_000),
            SEARCH + body(b'{"query":' + b"1" * 20_000 + b"}"),
            SEARCH + b"Content-Encoding: gzip\r\n" + body(gzip.compress(b"{}")),
            SEARCH + body('{"query": "ä"}'.encode("utf-16")),
            b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n" + JSON + body(noise),
            b"POST /keskustelu HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data\r\n" + body(noise),
            GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=-99999999999\r\nAccept-Encoding: \xff\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + noise.replace(b"\n", b"") + b"\r\n\r\n",
        ]
    )  # fmt: skip


def body(content: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(content), content)


def send_all(address: str, seed: int, number: int, seen: list[bytes]) -> None:
    """Send them one a connection, and leave without manners."""
    chance = random.Random(seed)
    for _ in range(number):
        connection = connect(address)
        try:
            connection.sendall(requests(chance))
            if chance.random() < 0.7:
                connection.shutdown(socket.SHUT_WR)
                seen.append(connection.recv(64)[:12])
        except OSError:
            pass
        finally:
            connection.close()


def malformed(address: str, number: int, seed: int) -> list[bytes]:
    seen: list[bytes] = []
    threads = [
        threading.Thread(target=send_all, args=(address, seed + thread, number // THREADS, seen))
        for thread in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def test_malformed_requests_do_no_harm(pantry, tmp_path, tell):
    number, seed = count(300, 12_000), random.randrange(1 << 30)
    with (
        Station(tmp_path, index=pantry / "index", log_queries=False, cache_size=0) as server,
        httpx.Client(base_url=server.address, timeout=PATIENCE) as client,
        searching(server.address, threads=1) as load,
    ):
        client.post("/mcp", json={})  # its libraries come with the first request
        seen = malformed(server.address, number // 3, seed)
        before, files = server.megabytes, server.files
        seen += malformed(server.address, number - number // 3, seed + THREADS)
        after = server.megabytes
        assert client.get("/readyz").status_code == 200
        assert server.process.poll() is None
    log = server.log.read_text(encoding="utf-8")
    assert "Traceback" not in log, (seed, log[log.index("Traceback") :][:3000])
    assert not [status for status in seen if status.startswith(b"HTTP/1.1 5")], seed
    assert load.failures == []
    assert after < before + count(80, 25), (before, after)
    refused, searches = sum(status.startswith(b"HTTP/1.1 4") for status in seen), load.answered[200]
    tell(
        f"{number} malformed requests, {refused} refused and none 5xx, {searches} searches meanwhile; "
        f"own memory {before:.0f} -> {after:.0f} MiB, {files} open files"
    )
