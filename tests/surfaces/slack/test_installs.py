"""Several workspaces: the install, its token sealed in the database, renewal, and the end of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from workspace import APP_ID, BOT_USER, SECRET

from cookbook_search.config import Settings

PROBLEM = "Mistä saamme rahaa kokeiluun?"
KEY = Fernet.generate_key().decode()


def granted(token: str, team: str, **more: object) -> dict:
    return {
        "ok": True, "access_token": token, "token_type": "bot", "scope": "chat:write",
        "bot_user_id": BOT_USER, "app_id": APP_ID, "team": {"id": team, "name": team}, "enterprise": None,
        "authed_user": {"id": "U1"},
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installs")


@pytest.fixture(scope="module")
def many(index: Path, workspace, state: Path, serve) -> Iterator[httpx.Client]:
    settings = Settings(
        index=index,
        base_url="https://keittokirja.example.fi",
        database=f"sqlite:///{state}/state.db",
        slack_api_url=workspace.api,
        slack_signing_secret=SECRET,
        slack_client_id="1.2",
        slack_client_secret="client-s3cret",
        slack_token_key=KEY,
    )
    with serve(settings) as client:
        yield client


def begin(client: httpx.Client) -> tuple[str, dict[str, str]]:
    """Open the install page: the state that Slack will bring back, and the browser's cookie."""
    page = client.get("/slack/install", follow_redirects=False)
    assert page.status_code == 302
    query = parse_qs(urlsplit(page.headers["location"]).query)
    assert query["redirect_uri"] == ["https://keittokirja.example.fi/slack/oauth_redirect"]
    assert "chat:write" in query["scope"][0]
    cookie = page.headers["set-cookie"].split(";")[0]
    return query["state"][0], {"cookie": cookie}


def install(slack, client: httpx.Client, team: str, token: str, **more: object) -> None:
    """The whole round trip of one workspace."""
    slack.codes["good"] = granted(token, team, **more)
    slack.tokens[token] = team
    given, cookie = begin(client)
    done = client.get("/slack/oauth_redirect", params={"code": "good", "state": given}, headers=cookie)
    assert done.status_code == 200
    assert "asennettu" in done.text


def command(slack, team: str) -> dict:
    return slack.in_team(slack.command(PROBLEM), team)


def asks(slack, client: httpx.Client, team: str) -> str:
    """What a command in this workspace brings: the answer, or the refusal."""
    seen = len(slack.responses)
    slack.post(client, command(slack, team))
    return str(slack.wait(lambda: slack.responses[seen:])[0])


def test_each_workspace_is_answered_with_its_own_token(slack, many, state: Path) -> None:
    install(slack, many, "T10", "xoxb-ten")
    install(slack, many, "T11", "xoxb-eleven")
    for team, token in (("T10", "xoxb-ten"), ("T11", "xoxb-eleven")):
        slack.tokens = {token: team}
        slack.post(many, slack.in_team(slack.mention("U1", PROBLEM), team))
        slack.wait(slack.answers)
        slack.messages.clear()
    assert "asentamaan" in asks(slack, many, "T99")
    files = b"".join(file.read_bytes() for file in state.iterdir())
    assert b"xoxb-" not in files


def test_an_install_begun_elsewhere_or_twice_is_refused(slack, many) -> None:
    slack.codes["good"] = granted("xoxb-bad", "T20")
    given, cookie = begin(many)
    many.cookies.clear()
    finish = {"code": "good", "state": given}
    assert many.get("/slack/oauth_redirect", params=finish).status_code == 400
    forged = {"cookie": "slack-app-oauth-state=made-up"}
    assert (
        many.get("/slack/oauth_redirect", params=finish | {"state": "made-up"}, headers=forged).status_code
        == 401
    )
    slack.tokens["xoxb-bad"] = "T20"
    assert many.get("/slack/oauth_redirect", params=finish, headers=cookie).status_code == 200
    assert many.get("/slack/oauth_redirect", params=finish, headers=cookie).status_code == 401
    given, cookie = begin(many)
    refused = {"error": "access_denied", "state": given}
    assert "ei onnistunut" in many.get("/slack/oauth_redirect", params=refused, headers=cookie).text
    wrong = {"code": "wrong", "state": given}
    assert many.get("/slack/oauth_redirect", params=wrong, headers=cookie).status_code == 401


@pytest.mark.parametrize(
    "kinds", [("app_uninstalled",), ("tokens_revoked",), ("tokens_revoked", "app_uninstalled")]
)
def test_uninstalling_clears_the_token(slack, many, kinds) -> None:
    team = "T3" + str(len(kinds)) + kinds[0][0].upper()
    install(slack, many, team, f"xoxb-{team}")
    assert "Hankerahan haku" in asks(slack, many, team)
    for kind in kinds:
        event = {"type": kind} | (
            {"tokens": {"oauth": [], "bot": [BOT_USER]}} if kind == "tokens_revoked" else {}
        )
        assert slack.post(many, slack.in_team(slack.envelope(event), team)).status_code == 200
    slack.wait(lambda: "asentamaan" in asks(slack, many, team))


def test_a_token_near_its_end_is_renewed_and_kept(slack, many) -> None:
    install(slack, many, "T40", "xoxe.xoxb-old", refresh_token="xoxe-1", expires_in=60)
    slack.refreshes["xoxe-1"] = granted("xoxe.xoxb-new", "T40", refresh_token="xoxe-2", expires_in=43200)
    slack.tokens = {"xoxe.xoxb-new": "T40"}
    for _ in range(2):
        assert "Hankerahan haku" in asks(slack, many, "T40")
    renewals = [call for call in slack.called("oauth.v2.access") if call.get("grant_type") == "refresh_token"]
    assert len(renewals) == 1


def test_a_database_that_is_away_lets_slack_come_again_and_loses_no_event(slack, many, state: Path) -> None:
    install(slack, many, "T60", "xoxb-sixty")
    event = slack.in_team(slack.mention("U1", PROBLEM), "T60")
    with closing(sqlite3.connect(state / "state.db", isolation_level=None)) as database:
        database.execute("ALTER TABLE slack_bots RENAME TO away")
        assert slack.post(many, event).status_code == 500
        database.execute("ALTER TABLE away RENAME TO slack_bots")
    assert slack.post(many, event, retry=1).status_code == 200
    slack.wait(slack.answers)
    assert len(slack.answers()) == 1


def test_an_expired_token_that_is_not_renewed_is_told(slack, many) -> None:
    install(slack, many, "T50", "xoxb-fifty")
    del slack.tokens["xoxb-fifty"]
    assert "asentamaan" in asks(slack, many, "T50")


def test_a_lost_key_is_told_and_breaks_nothing(slack, index, state: Path, serve) -> None:
    settings = Settings(
        index=index,
        database=f"sqlite:///{state}/state.db",
        slack_api_url=slack.api,
        slack_signing_secret=SECRET,
        slack_client_id="1.2",
        slack_client_secret="x",
        slack_token_key=Fernet.generate_key().decode(),
    )
    slack.tokens["xoxb-ten"] = "T10"
    with serve(settings) as client:
        assert "asentamaan" in asks(slack, client, "T10")
