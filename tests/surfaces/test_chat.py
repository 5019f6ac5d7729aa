"""The assistant over HTTP: JSON and Server-Sent Events."""

from __future__ import annotations

import json
import re

import pytest

from cookbook_search.config import Settings

QUESTION = "Yritykset käyvät kerran eivätkä palaa"
RESPONSE = {
    "answer", "citations", "query", "suggestions", "refused", "engine", "language", "notice",
    "conversation_id", "answer_id",
}  # fmt: skip
CITATION = {"id", "kind", "owner", "title", "heading", "anchor", "url", "quote", "language", "guest"}


def asking(*contents, **request):
    roles = ["user", "assistant"] * len(contents)
    messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]
    return {"messages": messages, **request}


def events_of(response):
    """(event, data) of each Server-Sent Event."""
    blocks = [block for block in response.text.split("\n\n") if block.strip()]
    found = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    return [(event["event"], json.loads(event["data"])) for event in found]


def stream(client, body):
    return client.post("/api/v1/chat", json=body, headers={"Accept": "text/event-stream"})


def test_an_answer_has_exactly_the_agreed_fields(client):
    response = client.post("/api/v1/chat", json=asking(QUESTION))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert set(answer) == RESPONSE
    assert not answer["refused"]
    assert answer["engine"] == "extractive"
    assert answer["citations"]
    assert all(set(citation) == CITATION for citation in answer["citations"])
    marks = {int(number) for number in re.findall(r"\[(\d+)\]", answer["answer"])}
    assert marks == set(range(1, len(answer["citations"]) + 1))


def test_every_cited_page_is_there(client):
    for citation in client.post("/api/v1/chat", json=asking(QUESTION)).json()["citations"]:
        path, _, anchor = citation["url"].partition("#")
        page = client.get(path)
        assert page.status_code == 200
        assert not anchor or f'id="{anchor}"' in page.text


def test_a_stream_tells_its_sources_first_and_ends_with_the_whole_answer(client):
    response = stream(client, asking(QUESTION))
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response)
    names = [name for name, _ in events]
    assert names[0] == "sources"
    assert names[-3:] == ["citations", "suggestions", "done"]
    assert set(names[1:-3]) == {"text"}
    done = events[-1][1]
    assert set(done) == RESPONSE
    assert "".join(data["text"] for name, data in events if name == "text") == done["answer"]
    assert events[-3][1]["citations"] == done["citations"]
    assert events[-2][1]["suggestions"] == done["suggestions"]


def test_a_fault_within_a_stream_is_an_event_of_problem_details(client):
    [(name, problem)] = events_of(stream(client, asking("???")))
    assert name == "error"
    assert problem["status"] == 422
    assert problem["detail"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "system", "content": "hei"}]},
        {"messages": [{"role": "user", "content": ""}]},
        asking("hei", "hei"),
        asking("x" * 2001),
        asking(*["hei"] * 43),
        asking("hei", language="de"),
        asking("hei", model="gpt"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_sent(client, body, accept):
    response = client.post("/api/v1/chat", json=body, headers={"Accept": accept})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"]


def test_the_answer_speaks_the_language_asked_for(client):
    answers = {
        language: client.post("/api/v1/chat", json=asking(QUESTION, language=language)).json()
        for language in ("fi", "sv", "en")
    }
    assert [answers[language]["language"] for language in answers] == ["fi", "sv", "en"]
    assert len({answer["answer"].split("**")[0] for answer in answers.values()}) == 3


def test_openapi_tells_of_both_forms(client):
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/chat"]["post"]["responses"]["200"]
    assert set(described["content"]) == {"application/json", "text/event-stream"}


@pytest.mark.parametrize("streamed", [False, True])
def test_a_kept_conversation_needs_only_the_new_question(client, streamed):
    def ask(content, conversation_id):
        body = asking(content, conversation_id=conversation_id)
        return (
            events_of(stream(client, body))[-1][1]
            if streamed
            else client.post("/api/v1/chat", json=body).json()
        )

    first = ask(QUESTION, "new")
    assert first["conversation_id"]
    second = ask("kerro vaihe 2", first["conversation_id"])
    assert second["conversation_id"] == first["conversation_id"]
    assert second["query"].endswith(" kerro vaihe 2")


def test_nothing_is_kept_unless_asked(client):
    assert client.post("/api/v1/chat", json=asking(QUESTION)).json()["conversation_id"] is None


def test_a_conversation_that_has_ended_is_not_found(client):
    body = asking("kerro vaihe 2", conversation_id="x" * 22)
    assert client.post("/api/v1/chat", json=body).status_code == 404
    [(name, problem)] = events_of(stream(client, body))
    assert (name, problem["status"]) == ("error", 404)


def test_a_server_that_keeps_no_conversations_answers_without_an_id(index, serve):
    with serve(Settings(index=index, conversations=0)) as client:
        answer = client.post("/api/v1/chat", json=asking(QUESTION, conversation_id="new")).json()
    assert answer["conversation_id"] is None
