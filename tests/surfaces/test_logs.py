"""The log: a line a request, joined to its response by an id, and nothing in it that is private or secret."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from pathlib import Path

import pytest
from serving import serving

from cookbook_search.config import Settings
from cookbook_search.surfaces.logs import LEAST_SECRET, configure_logging, secrets_of

QUESTION = "Yritykset käyvät kerran eivätkä palaa"
SECRET = "sk-hyvin-salainen-avain"


@pytest.fixture
def written():
    """What is logged in the form of the settings: ``with written(settings) as lines``."""
    names = ("", "uvicorn", "uvicorn.error", "uvicorn.access")
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).level) for name in names}

    @contextlib.contextmanager
    def capture(settings: Settings):
        stream = io.StringIO()
        with contextlib.redirect_stderr(stream):
            configure_logging(settings)
        yield stream

    yield capture
    for name, (handlers, level) in before.items():
        logging.getLogger(name).handlers = handlers
        logging.getLogger(name).setLevel(level)


def requests_of(stream: io.StringIO) -> list[dict]:
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in lines if line["logger"] == "cookbook_search.request"]


def test_a_request_is_one_line_of_json_that_its_response_names(index: Path, serve, written) -> None:
    settings = Settings(index=index, log_format="json")
    with written(settings) as log, serve(settings) as client:
        response = client.get("/api/v1/search", params={"q": QUESTION})
        client.get("/healthz")
        client.get("/ei/ole/tallaista")
    found, missing = requests_of(log)
    assert found["request_id"] == response.headers["x-request-id"]
    assert {"time", "level", "route", "method", "status", "ms", "stages", "language", "answerable"} <= set(
        found
    )
    assert (found["route"], found["status"], found["language"]) == ("/api/v1/search", 200, "fi")
    assert {"read", "candidates", "rank", "judge", "present"} <= set(found["stages"])
    assert sum(found["stages"][name] for name in ("read", "judge", "present")) <= found["ms"]
    assert (missing["route"], missing["status"]) == ("other", 404)
    assert "tallaista" not in log.getvalue()
    assert "palaa" not in log.getvalue()
    assert "127.0.0.1:" not in "".join(map(json.dumps, (found, missing)))


def test_what_was_asked_is_written_only_where_it_is_wanted(index: Path, serve, written) -> None:
    settings = Settings(index=index, log_format="json", log_text=True)
    with written(settings) as log, serve(settings) as client:
        client.get("/api/v1/search", params={"q": QUESTION})
        client.post("/api/v1/chat", json={"messages": [{"role": "user", "content": "Mistä rahaa?"}]})
    assert [line["query"] for line in requests_of(log)] == [QUESTION, "Mistä rahaa?"]


def test_an_id_is_taken_from_a_proxy_alone(index: Path, serve) -> None:
    sent = {"X-Request-Id": "abc-123.def_456"}
    with serve(Settings(index=index)) as client:
        assert client.get("/healthz", headers=sent).headers["x-request-id"] != sent["X-Request-Id"]
    with serve(Settings(index=index, trusted_proxies=("127.0.0.1",))) as client:
        assert client.get("/healthz", headers=sent).headers["x-request-id"] == sent["X-Request-Id"]
        for odd in ("short", "x" * 65, 'a"b<c>d&efgh', "with blank in it"):
            answered = client.get("/healthz", headers={"X-Request-Id": odd}).headers["x-request-id"]
            assert answered != odd


def test_a_failure_is_told_once_with_its_traceback_and_its_id(index: Path, written, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"the key {SECRET} does not fit")

    monkeypatch.setattr("cookbook_search.surfaces.http.api.document_out", broken)
    import httpx

    settings = Settings(index=index, log_format="json", llm_key=SECRET)
    with written(settings) as log, serving(settings) as address:
        response = httpx.get(f"{address}/api/v1/recipes/luottamus")
    assert response.status_code == 500
    assert response.headers["content-security-policy"]
    problem = response.json()
    (line,) = requests_of(log)
    assert line["request_id"] == problem["request_id"] == response.headers["x-request-id"]
    assert line["level"] == "error"
    assert "RuntimeError" in line["error"]
    assert "in broken" in line["error"]
    assert log.getvalue().count("Traceback") == 1
    assert "RuntimeError" not in response.text
    assert SECRET not in log.getvalue()


def test_text_keeps_a_record_on_its_line(written) -> None:
    with written(Settings()) as log:
        logging.getLogger("cookbook_search.any").warning("a\nforged 2026 INFO line\x1b[31m")
        logging.getLogger("cookbook_search.any").info(
            "told", extra={"fields": {"ms": 2, "told": "two words"}}
        )
        logging.getLogger("httpx").info("POST http://llm/v1 q=secret")
    first, second = log.getvalue().splitlines()
    assert first.endswith("warning a\\nforged 2026 INFO line\\x1b[31m")
    assert second.endswith('told ms=2 told="two words"')


def test_every_secret_of_the_settings_is_known() -> None:
    settings = Settings(
        llm_key=SECRET, editor_token="a" * 16, slack_bot_token="xoxb-123456",
        database="postgresql://cookbook:h%C3%A4ms-salaus@db/cookbook",
    )  # fmt: skip
    known = secrets_of(settings)
    assert {SECRET, "a" * 16, "xoxb-123456"} <= set(known)
    assert any("ms-salaus" in value for value in known)
    assert all(len(value) >= LEAST_SECRET for value in known)
