"""A language model that hangs, breaks off, answers rubbish or is not there: every question is answered."""

from __future__ import annotations

import itertools
import socket
import struct

import httpx
import servers
from serving import serving
from station import PATIENCE, count, searching

from cookbook_search.answer import llm
from cookbook_search.config import Settings

QUESTION = {"messages": [{"role": "user", "content": "Yritykset käyvät kerran eivätkä palaa, mitä teen?"}]}


def hang(talk):
    talk.begin()
    talk.piece("Soita")
    talk.server.left.wait(2)


def say_nothing(talk):
    talk.server.left.wait(2)


def reset(talk):
    talk.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.connection.close()


def break_off(talk):
    talk.begin()
    talk.piece("Soita kymmenelle")


def rubbish(talk):
    talk.begin()
    talk.raw("data: {\x00\ufffd]]\n\ndata: 17\n\nnonsense\n\n" * 50)


def page(talk):
    talk.raw("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")


def no_http(talk):
    talk.raw("\x16\x03\x01 this is not HTTP\r\n\r\n")


def busy(talk):
    talk.fail(503, Retry_After="1")


def endless(talk):
    talk.begin()
    for _ in range(400):
        talk.piece("sanoja joita kukaan ei ole pyytänyt ")


FAULTS = (hang, say_nothing, reset, break_off, rubbish, page, no_http, busy, endless)


def test_every_question_is_answered_whatever_the_model_does(pantry, monkeypatch, tell):
    monkeypatch.setattr(llm, "REST_SECONDS", 0.0)
    times, engines = count(1, 60), []
    with servers.serving() as model:
        settings = Settings(
            index=pantry / "index", rate_limit="0", llm_url=model.url, llm_model="m", llm_retries=0,
            llm_timeout_seconds=0.5, llm_total_seconds=1,
        )  # fmt: skip
        with (
            serving(settings) as address,
            searching(address) as load,
            httpx.Client(base_url=address, timeout=PATIENCE) as client,
        ):
            for _, fault in itertools.product(range(times), FAULTS):
                model.left.clear()
                model.answer = fault
                answer = client.post("/api/v1/chat", json=QUESTION)
                assert answer.status_code == 200, (fault.__name__, answer.text)
                assert answer.json()["citations"], fault.__name__
                engines.append(answer.json()["engine"])
            asked = len(model.asked)
    assert asked
    assert engines.count("extractive") >= len(engines) // 2
    assert load.failures == []
    tell(f"{len(engines)} questions to a model that fails in {len(FAULTS)} ways, all answered with citations")
