"""HTTP mode end to end: what Slack sends, signed, and what it gets back."""

from __future__ import annotations

import time

import pytest

PROBLEM = "Mistä saamme rahaa kokeiluun?"


def test_a_command_shows_recipes_and_metrics_to_the_asker_alone(slack, http) -> None:
    assert slack.post(http, slack.command(PROBLEM)).text == ""
    (message,) = slack.wait(lambda: slack.responses)
    assert message["response_type"] == "ephemeral"
    text = str(message["blocks"])
    assert "<https://keittokirja.example.fi/reseptit/avustushaku|Hankerahan haku>" in text
    assert "Saatu ulkopuolinen raha" in text
    actions = [e["action_id"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert {"steps", "metrics", "share", "chat", "vote:up", "vote:down"} <= set(actions)


def test_a_mention_is_answered_in_its_thread_and_nowhere_else(slack, http) -> None:
    asked = slack.mention("U1", PROBLEM)
    assert slack.post(http, asked).status_code == 200
    (answer,) = slack.wait(slack.answers)
    assert answer["thread_ts"] == asked["event"]["ts"]
    assert "Hankerahan haku" in answer["text"]
    assert [m for m in slack.messages["C1"] if "thread_ts" not in m] == slack.messages["C1"][:1]


@pytest.mark.parametrize("how", [{"secret": "another"}, {"at": time.time() - 301}])
def test_a_request_that_slack_did_not_sign_now_is_refused(slack, http, how) -> None:
    assert slack.post(http, slack.mention("U1", PROBLEM), **how).status_code == 401
    assert slack.post(http, slack.mention("U1", PROBLEM)).status_code == 200
    slack.wait(slack.answers)
    assert len(slack.answers()) == 1


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"a": "\xff"}', b""])
@pytest.mark.parametrize("at", ["yesterday", "0"])
def test_what_cannot_be_read_is_refused_before_anything_else(slack, http, content, at) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": "v0=",
    }
    assert http.post("/slack/events", content=content, headers=headers).status_code in {400, 401}


def test_a_replayed_request_does_nothing(slack, http) -> None:
    request = slack.signed(slack.mention("U1", PROBLEM))
    for _ in range(3):
        assert http.post("/slack/events", **request).status_code == 200
    command = slack.signed(slack.command(PROBLEM))
    for _ in range(3):
        assert http.post("/slack/events", **command).status_code == 200
    slack.wait(lambda: slack.answers() and slack.responses)
    assert (len(slack.answers()), len(slack.responses)) == (1, 1)
