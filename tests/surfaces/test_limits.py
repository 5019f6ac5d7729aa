"""What a client may say, for how long, and how many at once."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest
from raw import connect, drip, everything
from serving import serving
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from cookbook_search.config import Settings
from cookbook_search.surfaces.http.admission import Admission
from cookbook_search.surfaces.http.guard import MAX_HEADERS, Guard

SHORT = {"header_seconds": 0.3, "body_seconds": 0.3, "send_seconds": 0.3}
POST = (
    b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
)
END = b"\r\nConnection: close\r\n\r\n"
BIG, PIECE = 32 << 20, 1 << 16
GONE = threading.Event()
"""The long answer has ended, heard or not."""


@pytest.fixture(scope="module")
def hurried(index, tmp_path_factory):
    """A server that gives clients a third of a second."""
    with serving(Settings(index=index, **SHORT)) as address:
        yield address


async def short(_request):
    return PlainTextResponse("ok")


async def big(_request):
    return StreamingResponse(pieces())


async def pieces():
    GONE.clear()
    try:
        for _ in range(BIG // PIECE):
            yield b"x" * PIECE
    finally:
        GONE.set()


PLAIN = Starlette(routes=[Route("/", short), Route("/big", big)])
"""An application that needs no cookbook: a short answer and one of 32 MiB."""


@pytest.fixture(scope="module")
def hurried_plain():
    with serving(Settings(**SHORT), PLAIN) as address:
        yield address


@pytest.fixture(scope="module")
def plain():
    """A server that gives clients time, and 20 connections."""
    with serving(Settings(max_connections=20), PLAIN) as address:
        yield address


@pytest.fixture(scope="module")
def cookbook_address(client):
    return str(client.base_url)


def status_of(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def problem_of(response: bytes) -> dict[str, object]:
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return json.loads(body)


@pytest.mark.parametrize("piece", [b"x", b"X: y\r\n"])
def test_headers_that_trickle_are_cut_off(hurried, piece):
    connection = connect(hurried)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    said = drip(connection, piece)
    assert not said or (status_of(said), problem_of(said)["status"]) == (408, 408)


def test_headers_that_stop_are_told_so(hurried):
    connection = connect(hurried)
    connection.sendall(b"GET / HTTP/1.1\r\nHost:")
    assert "headers did not come in time" in problem_of(everything(connection))["detail"]


def test_a_connection_that_says_nothing_is_closed(hurried):
    assert everything(connect(hurried)) == b""


def test_empty_lines_are_no_request(hurried):
    drip(connect(hurried), b"\r\n")


def test_a_kept_connection_is_given_no_more_time_than_a_new_one(hurried_plain):
    connection = connect(hurried_plain)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n")
    said = drip(connection, b"x")
    assert not said or status_of(said) in {200, 408}  # 408 where the first was late on a busy machine


@pytest.mark.parametrize("pieces", [b"", b" "])
def test_a_body_that_does_not_come_is_told_so(hurried, pieces):
    connection = connect(hurried)
    connection.sendall(POST)
    said = drip(connection, pieces) if pieces else everything(connection)
    assert status_of(said) == 408
    assert "body did not come in time" in problem_of(said)["detail"]
    assert b"content-security-policy" in said.lower()


def test_a_body_that_nobody_reads_does_not_hold_the_connection(hurried):
    connection = connect(hurried)
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    assert status_of(drip(connection, b"x")) == 200


def test_a_client_that_does_not_listen_is_cut_off(hurried_plain):
    connection = connect(hurried_plain, receive_buffer=4096)
    connection.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
    assert GONE.wait(60)
    assert len(everything(connection)) < BIG


def test_a_client_that_listens_slowly_gets_everything(plain):
    connection = connect(plain, receive_buffer=65536)
    connection.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert len(everything(connection)) > BIG


def test_a_second_request_may_wait_for_the_first(cookbook_address):
    connection = connect(cookbook_address)
    end = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2 + end)
    assert everything(connection).count(b" 200 OK") == 3


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000,
        b"GET /" + b"y" * 40_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 8000,
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000 + END,
        b"GET /?" + b"y" * 40_000 + b" HTTP/1.1\r\nHost: x" + END,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * MAX_HEADERS + b"X: y" + END,
    ],
)
def test_too_large_a_head_is_refused_whole_or_not(cookbook_address, head):
    connection = connect(cookbook_address)
    connection.sendall(head)
    assert status_of(everything(connection)) == 431


def test_the_longest_question_fits_into_an_address(client):
    assert client.get("/api/v1/search", params={"q": "🍲" * 1999 + "a"}).status_code in {200, 422}
    assert client.get("/api/v1/search", params={"q": "ä" * 2000}).status_code == 200


def test_what_is_no_http_is_a_problem_too(cookbook_address):
    connection = connect(cookbook_address)
    connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01")
    said = everything(connection)
    assert (status_of(said), problem_of(said)["title"]) == (400, "Bad Request")


def test_one_connection_too_many_closes_the_one_that_waited_longest(plain):
    idle = [connect(plain) for _ in range(20)]
    with httpx.Client(base_url=plain) as late:
        assert late.get("/").text == "ok"
        assert everything(idle[0]) == b""
        idle[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert everything(idle[-1]).endswith(b"ok")
    for connection in idle:
        connection.close()


def test_a_body_that_breaks_off_reaches_nothing():
    reached = []

    async def app(scope, receive, send):
        reached.append(scope)

    messages = [
        {"type": "http.request", "body": b'{"a": 1}', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive():
        return messages.pop(0)

    async def send(_message):
        raise AssertionError("nobody is there to hear it")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
    }
    asyncio.run(Guard(app, 1000, 4096, 5, 0)(scope, receive, send))
    assert reached == []


class Kitchen:
    """An application whose requests end when they are told to."""

    def __init__(self):
        self.begun = 0
        self.done = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.begun += 1
        await self.done.wait()
        await PlainTextResponse("ok")(scope, receive, send)


def admitted(kitchen, **limits):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Admission(kitchen, **limits)), base_url="http://test"
    )


def test_one_request_too_many_is_told_to_come_back_and_health_always_answers():
    async def run():
        kitchen = Kitchen()
        async with admitted(kitchen, most=4, seconds=60) as client, asyncio.TaskGroup() as group:
            chats = [group.create_task(client.post("/api/v1/chat")) for _ in range(2)]
            while kitchen.begun < 2:
                await asyncio.sleep(0)
            assert (await client.post("/keskustelu")).status_code == 503
            searches = [group.create_task(client.get("/api/v1/search")) for _ in range(2)]
            while kitchen.begun < 4:
                await asyncio.sleep(0)
            refused = await client.get("/api/v1/search")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            health = [group.create_task(client.get(path)) for path in ("/healthz", "/readyz", "/metrics")]
            while kitchen.begun < 7:
                await asyncio.sleep(0)
            kitchen.done.set()
        assert [task.result().status_code for task in (*chats, *searches, *health)] == [200] * 7
        assert (await client_again(kitchen)).status_code == 200

    async def client_again(kitchen):
        async with admitted(kitchen, most=1, seconds=60) as client:
            await client.get("/")
            return await client.get("/")

    asyncio.run(run())


def test_an_answer_that_takes_too_long_is_given_up_and_its_thread_keeps_its_place():
    release = threading.Event()

    async def app(scope, receive, send):
        from starlette.concurrency import run_in_threadpool

        await run_in_threadpool(release.wait, 60)
        await PlainTextResponse("late")(scope, receive, send)

    async def run():
        wrapped = Admission(app, most=1, seconds=0.05)
        sent: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        scope = {"type": "http", "method": "GET", "path": "/"}
        slow = asyncio.create_task(wrapped(scope, lambda: None, sent.put))
        assert (await sent.get())["status"] == 503
        await sent.get()
        assert not slow.done()
        await wrapped(scope, lambda: None, sent.put)
        assert (await sent.get())["status"] == 503
        release.set()
        await slow
        assert sent.qsize() == 1
        assert wrapped._inside == 0

    asyncio.run(run())


def test_an_answer_that_has_begun_may_take_its_time():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"ok"})

    async def run():
        async with admitted(app, most=1, seconds=0.05) as client:
            assert (await client.get("/")).text == "ok"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("trusted", "seconds", "sent"), [(True, 60, "max-age=60"), (False, 60, None), (True, 0, None)]
)
def test_https_is_remembered_where_it_is_served(index, trusted, seconds, sent):
    settings = Settings(index=index, hsts_seconds=seconds, trusted_proxies=("127.0.0.1",) if trusted else ())
    with serving(settings) as address:
        secure = httpx.get(f"{address}/", headers={"X-Forwarded-Proto": "https"})
        assert secure.headers.get("strict-transport-security") == sent
        assert "strict-transport-security" not in httpx.get(f"{address}/").headers


def test_browsers_are_told_what_pages_need_not(client):
    headers = client.get("/").headers
    assert headers["referrer-policy"] == "same-origin"
    features = dict(part.split("=") for part in headers["permissions-policy"].split(", "))
    assert set(features.values()) == {"()"}
    assert {"camera", "microphone", "geolocation", "payment", "usb"} <= set(features)
