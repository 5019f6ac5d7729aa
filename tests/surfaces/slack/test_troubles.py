"""What goes wrong: rate limits, refusals, a broken cookbook; the user is told, nothing is sent twice."""

from __future__ import annotations

import logging
import subprocess
import sys
from itertools import pairwise

import httpx
import pytest
from workspace import APP_TOKEN, BOT_TOKEN, SECRET

from cookbook_search.config import Settings
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.http.server import create_app

PROBLEM = "Mistä saamme rahaa kokeiluun?"


def test_a_busy_slack_is_asked_again_when_it_said(slack, http) -> None:
    slack.errors["chat.postMessage"] = ["ratelimited:1", "ratelimited:1"]
    slack.post(http, slack.mention("U1", PROBLEM))
    slack.wait(slack.answers)
    calls = [at for name, _, at in slack.calls if name == "chat.postMessage"]
    assert [after - before >= 1 for before, after in pairwise(calls)] == [True, True]
    assert len(slack.of_bot()) == 1


def test_a_busy_response_url_is_asked_again(slack, http) -> None:
    slack.errors["respond"] = ["ratelimited"]
    slack.post(http, slack.command(PROBLEM))
    (told,) = slack.wait(lambda: slack.responses)
    assert "Hankerahan haku" in str(told)


def test_what_fails_after_the_acknowledgement_is_told(slack, http) -> None:
    slack.errors["chat.postMessage"] = ["fatal_error"]
    asked = slack.mention("U1", PROBLEM)
    assert slack.post(http, asked).status_code == 200
    (told,) = slack.wait(lambda: slack.ephemeral)
    assert (told["user"], told["channel"]) == ("U1", "C1")
    assert "went wrong" in told["text"]


def test_a_revoked_token_ends_in_the_log_and_commands_are_still_answered(slack, http, caplog) -> None:
    slack.post(http, slack.command(PROBLEM))
    slack.wait(lambda: slack.responses)
    slack.tokens.clear()
    with caplog.at_level(logging.ERROR):
        slack.post(http, slack.mention("U1", PROBLEM))
        slack.wait(lambda: "could not be told" in caplog.text)
    assert "token_revoked" in caplog.text
    assert BOT_TOKEN not in caplog.text
    slack.post(http, slack.command(PROBLEM))
    slack.wait(lambda: len(slack.responses) == 2)


def test_a_cookbook_that_cannot_answer_says_so(slack, settings, serve, tmp_path) -> None:
    broken = settings.model_copy(
        update={"index": tmp_path / "none", "database": f"sqlite:///{tmp_path}/state.db"}
    )
    with serve(broken) as client:
        slack.post(client, slack.command(PROBLEM))
        (told,) = slack.wait(lambda: slack.responses)
        slack.post(client, slack.mention("U1", PROBLEM))
        (answer,) = slack.wait(slack.of_bot)
    assert told["text"] == answer["text"]
    assert "does not answer just now" in told["text"]


def test_a_database_that_is_away_lets_slack_come_again(slack, settings, serve, tmp_path) -> None:
    lost = tmp_path / "state"
    lost.write_text("no folder")
    with serve(settings.model_copy(update={"database": f"sqlite:///{lost}/slack.db"})) as client:
        event = slack.mention("U1", PROBLEM)
        assert slack.post(client, event).status_code == 500
        lost.unlink()
        assert slack.post(client, event, retry=1).status_code == 200
        slack.wait(slack.answers)
    assert len(slack.answers()) == 1


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "BOT_TOKEN"),
        ({"slack_bot_token": BOT_TOKEN, "slack_client_id": "1"}, "not both"),
        ({"slack_client_id": "1"}, "CLIENT_SECRET"),
        ({"slack_client_id": "1", "slack_client_secret": "x", "slack_token_key": "short"}, "TOKEN_KEY"),
    ],
)
def test_settings_that_do_not_fit_are_told_at_once(index, given, named) -> None:
    with pytest.raises(SettingsError, match=named):
        create_app(Settings(index=index, slack_signing_secret=SECRET, **given))


def test_without_slack_there_is_no_door(client: httpx.Client) -> None:
    for path in ("/slack/events", "/slack/install", "/slack/oauth_redirect"):
        assert client.post(path, content="{}").status_code in {404, 405}
        assert client.get(path).status_code == 404


def test_a_server_without_slack_does_not_import_it(index) -> None:
    code = (
        "import sys; from cookbook_search.config import Settings; "
        "from cookbook_search.surfaces.http.server import create_app; "
        f"create_app(Settings(index={str(index)!r})); "
        "sys.exit(bool({'slack_bolt', 'slack_sdk', 'aiohttp', 'cryptography'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_one_workspace_has_nothing_to_install(http) -> None:
    assert http.get("/slack/install").status_code == 404
    assert APP_TOKEN not in http.get("/slack/events").text
