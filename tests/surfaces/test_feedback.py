"""Votes and recorded questions over HTTP: acknowledged only when stored, and never in the way of a search."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, select

from cookbook_search.config import Settings
from cookbook_search.store import open_database
from cookbook_search.store.usage import feedback, queries
from cookbook_search.usage import log

QUERY = "Kilpailijat eivät kerro toisilleen mitään, soita 040 123 4567"
NONSENSE = "qqxyzw wzyxqq"
KEY = "0123456789abcdef"


@pytest.fixture
def kept(serve, index, tmp_path):
    """A server with a database of its own, and what the database holds once the server has stopped."""
    url = f"sqlite:///{tmp_path}/state.db"

    def run(use, **settings):
        with serve(Settings(index=index, database=url, **settings)) as client:
            use(client)
        database = open_database(url)
        with database.begin() as connection:
            rows = [list(connection.execute(select(table)).mappings()) for table in (queries, feedback)]
        database.close()
        return rows

    return run


def ask(client: httpx.Client, words: str, **more: object) -> dict:
    response = client.post("/api/v1/search", json={"query": words, **more})
    assert response.status_code == 200
    return response.json()


def test_a_search_is_kept_masked_under_the_key_it_was_given(kept) -> None:
    keys: list[str] = []
    asked, _ = kept(lambda client: keys.append(ask(client, QUERY)["query_id"]))
    (row,) = asked
    assert (row["id"], row["surface"], row["kind"], row["language"]) == (keys[0], "api", "search", "fi")
    assert row["text"] == "Kilpailijat eivät kerro toisilleen mitään, soita [puhelin]"
    assert row["answered"] is True
    assert "luottamus" in row["found"]
    assert 0 <= row["score"] <= 1


def test_pages_and_chats_are_kept_with_their_surface_and_kind(kept) -> None:
    def use(client: httpx.Client) -> None:
        assert client.get("/", params={"q": QUERY}).status_code == 200
        assert client.get("/", params={"q": QUERY, "more": "1"}).status_code == 200
        turn = {"messages": [{"role": "user", "content": QUERY}]}
        assert client.post("/api/v1/chat", json=turn).json()["answer_id"]
        streamed = client.post("/api/v1/chat", json=turn, headers={"accept": "text/event-stream"})
        assert '"answer_id":"' in streamed.text

    asked, _ = kept(use)
    assert sorted((row["surface"], row["kind"]) for row in asked) == [
        ("api", "chat"), ("api", "chat"), ("web", "search")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fetch_site", "surface"), [("cross-site", "embed"), ("same-site", "embed"), ("same-origin", "web")]
)
def test_a_browser_says_whose_page_a_question_was_asked_on(kept, fetch_site, surface) -> None:
    def use(client: httpx.Client) -> None:
        client.headers["sec-fetch-site"] = fetch_site
        ask(client, QUERY)
        turn = {"messages": [{"role": "user", "content": QUERY}]}
        assert client.post("/api/v1/chat", json=turn, headers={"accept": "text/event-stream"}).text

    asked, _ = kept(use)
    assert [row["surface"] for row in asked] == [surface, surface]


def test_an_empty_answer_because_of_a_filter_is_no_gap(kept) -> None:
    asked, _ = kept(lambda client: ask(client, QUERY, filters={"tag": ["ei-ole"]}))
    assert asked == []


def test_nothing_is_kept_when_logging_is_off_but_votes_are(kept) -> None:
    def use(client: httpx.Client) -> None:
        key = ask(client, QUERY)["query_id"]
        assert client.post("/api/v1/feedback", json={"query_id": key, "vote": "up"}).status_code == 200

    asked, votes = kept(use, log_queries=False)
    assert asked == []
    assert [row["vote"] for row in votes] == ["up"]


def test_a_vote_is_stored_when_it_is_acknowledged(serve, index, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    with serve(Settings(index=index, database=url)) as client:
        body = {"answer_id": KEY, "target": "luottamus", "vote": "down", "comment": "Kysy Matti Virtaselta"}
        response = client.post("/api/v1/feedback", json=body)
        assert (response.status_code, response.json()) == (200, {"stored": True})
        database = open_database(url)  # beside the running server
        with database.begin() as connection:
            (row,) = connection.execute(select(feedback)).mappings()
        database.close()
    assert (row["about"], row["kind"], row["target"], row["vote"]) == (KEY, "chat", "luottamus", "down")
    assert row["comment"] == "Kysy [nimi]"


def test_many_vote_at_once(kept) -> None:
    def use(client: httpx.Client) -> None:
        def vote(number: int) -> int:
            body = {"query_id": f"{number:016x}", "vote": "up"}
            return client.post("/api/v1/feedback", json=body).status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(vote, range(60))) == {200}

    _, votes = kept(use)
    assert len(votes) == 60


def test_without_a_database_searches_go_on_and_votes_say_that_they_were_not_stored(
    serve, index, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with serve(Settings(index=index, database=f"sqlite:///{tmp_path}/file/state.db")) as client:
        assert ask(client, QUERY)["answerable"] is True
        response = client.post("/api/v1/feedback", json={"query_id": KEY, "vote": "up"})
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert response.headers["content-type"] == "application/problem+json"


def test_a_database_server_that_stops_costs_no_search_and_gets_what_waited(
    serve, index, postgresql, monkeypatch
) -> None:
    """Searches go on, votes are refused, and the questions asked meanwhile are stored afterwards."""
    monkeypatch.setattr(log, "RETRY_SECONDS", 0.05)
    vote = {"query_id": KEY, "vote": "up"}
    with serve(Settings(index=index, database=postgresql.url)) as client:
        first = ask(client, QUERY)["query_id"]
        assert client.post("/api/v1/feedback", json=vote).status_code == 200
        postgresql.stop()
        try:
            meanwhile = [ask(client, QUERY)["query_id"] for _ in range(5)]
            assert client.post("/api/v1/feedback", json=vote | {"vote": "down"}).status_code == 503
        finally:
            postgresql.start()
        assert client.post("/api/v1/feedback", json=vote | {"vote": "down"}).status_code == 200
    database = open_database(postgresql.url)
    with database.begin() as connection:
        stored = set(connection.execute(select(queries.c.id)).scalars())
        votes = connection.execute(select(feedback.c.about, feedback.c.vote)).all()
        connection.execute(delete(queries))
        connection.execute(delete(feedback))
    database.close()
    assert {first, *meanwhile} <= stored
    assert votes == [(KEY, "down")]


@pytest.mark.parametrize(
    "body",
    [
        {"vote": "up"},
        {"query_id": KEY, "answer_id": KEY, "vote": "up"},
        {"query_id": "x", "vote": "up"},
        {"query_id": KEY, "vote": "sideways"},
        {"query_id": KEY, "vote": "up", "target": "../etc"},
        {"query_id": KEY, "vote": "up", "comment": "x" * 1001},
        {"query_id": KEY, "vote": "up", "user": "matti"},
    ],
    ids=lambda body: " ".join(body)[:40],
)
def test_a_wrong_vote_is_refused_with_its_reason(client, body) -> None:
    response = client.post("/api/v1/feedback", json=body)
    assert response.status_code == 422
    assert response.json()["errors"]
