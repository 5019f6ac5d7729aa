"""Socket Mode end to end, over WebSockets of the local Slack."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from workspace import APP_TOKEN, BOT_TOKEN

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.slack.socket import run
from cookbook_search.surfaces.strings import read_strings, web_folder

PROBLEM = "Mistä saamme rahaa kokeiluun?"


def settings_of(index: Path, slack, folder: Path, **more: object) -> Settings:
    given = {"slack_app_token": APP_TOKEN, "slack_bot_token": BOT_TOKEN, "slack_api_url": slack.api} | more
    return Settings(index=index, database=f"sqlite:///{folder}/socket.db", **given)


@pytest.fixture
def connected(slack, index: Path, tmp_path: Path) -> Iterator[None]:
    """The bot in a thread of its own, connected."""
    cookbook = Cookbook(settings_of(index, slack, tmp_path))
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    slack.sockets.clear()
    work = run(cookbook, read_strings(web_folder()), stop, ping_seconds=1.0)
    thread = threading.Thread(target=loop.run_until_complete, args=(work,))
    thread.start()
    slack.wait(lambda: slack.sockets)
    yield
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    assert not thread.is_alive()
    loop.close()


def test_events_commands_and_clicks_come_over_the_socket(slack, connected) -> None:
    sent = [
        slack.send(slack.mention("U1", PROBLEM)),
        slack.send(slack.command(PROBLEM), "slash_commands"),
        slack.send(slack.shortcut(PROBLEM), "interactive"),
    ]
    slack.wait(lambda: slack.answers() and len(slack.responses) == 2)
    slack.wait(lambda: all(slack.acks[envelope] == 1 for envelope in sent))


def test_a_lost_connection_is_made_again_and_nothing_is_answered_twice(slack, connected) -> None:
    asked = slack.mention("U1", PROBLEM)
    slack.send(asked)
    slack.wait(slack.answers)
    for lose in (slack.cut, slack.disconnect):
        sockets = len(slack.sockets)
        lose()
        slack.wait(lambda sockets=sockets: len(slack.sockets) > sockets)
        again = slack.send(asked | {"retry_attempt": 1})
        slack.wait(lambda again=again: slack.acks[again])
    slack.send(slack.mention("U1", PROBLEM))
    slack.wait(lambda: len(slack.answers()) == 2)


def test_two_hundred_events_over_the_socket_with_a_cut_in_between(slack, connected) -> None:
    events = [slack.mention(f"U{n}", f"{PROBLEM} ({n})", channel=f"C{n % 20}") for n in range(200)]
    sent = {slack.send(event): event for event in events[:100]}
    sockets = len(slack.sockets)
    slack.cut()
    slack.wait(lambda: len(slack.sockets) > sockets)
    sent |= {slack.send(event): event for event in events[100:]}
    # like Slack, send again over the new connection what was not acknowledged on the old one
    lost = [event for envelope, event in sent.items() if not slack.acks[envelope]]
    again = [slack.send(event) for event in lost]
    slack.wait(lambda: all(slack.acks[envelope] for envelope in again))
    slack.wait(lambda: sum(len(slack.answers(f"C{n}")) for n in range(20)) >= 200)
    answered = [answer["thread_ts"] for n in range(20) for answer in slack.answers(f"C{n}")]
    assert sorted(answered) == sorted(event["event"]["ts"] for event in events)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"slack_app_token": "xoxb-mixed-up"}, "xapp-"),
        ({"slack_app_token": "xapp-wrong"}, "invalid_auth"),
        ({"slack_bot_token": "xoxb-gone"}, "token_revoked"),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, "not reached"),
    ],
)
def test_what_cannot_work_is_said_at_once(slack, index, tmp_path, given, named) -> None:
    cookbook = Cookbook(settings_of(index, slack, tmp_path, **given))
    with pytest.raises(SettingsError, match=named):
        asyncio.run(run(cookbook, read_strings(web_folder()), asyncio.Event()))


def test_the_command_runs_until_it_is_asked_to_stop(slack, index, tmp_path) -> None:
    slack.sockets.clear()
    code = (
        "import sys; sys.argv = ['cookbook', 'slack']; from cookbook_search.surfaces.cli import main; main()"
    )
    environment = {
        "COOKBOOK_INDEX": str(index),
        "COOKBOOK_DATABASE": f"sqlite:///{tmp_path}/run.db",
        "COOKBOOK_SLACK_API_URL": slack.api,
        "COOKBOOK_SLACK_APP_TOKEN": APP_TOKEN,
        "COOKBOOK_SLACK_BOT_TOKEN": BOT_TOKEN,
    }
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE) as process:
        slack.wait(lambda: slack.sockets)
        slack.send(slack.mention("U1", PROBLEM))
        slack.wait(slack.answers)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    assert b"connected to Slack" in said
    assert BOT_TOKEN.encode() not in said
