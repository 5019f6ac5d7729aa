"""The manifest asks for what the program uses, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cookbook_search.config import Settings
from cookbook_search.surfaces.slack.application import SCOPES
from cookbook_search.surfaces.slack.commands import SHORTCUT

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def manifest() -> dict:
    return yaml.safe_load((DOCS / "slack-manifest.yaml").read_text(encoding="utf-8"))


def test_the_scopes_are_those_that_installs_ask_for(manifest) -> None:
    assert sorted(manifest["oauth_config"]["scopes"]["bot"]) == sorted(SCOPES)
    told = (DOCS / "slack.md").read_text(encoding="utf-8")
    assert [scope for scope in SCOPES if f"`{scope}`" not in told] == []


def test_the_names_are_those_that_the_program_listens_for(manifest) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == Settings.model_fields["slack_command"].default
    (shortcut,) = manifest["features"]["shortcuts"]
    assert (shortcut["callback_id"], shortcut["name"]) == (SHORTCUT, "Etsi resepti tähän")
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == {
        "app_home_opened", "app_mention", "app_uninstalled", "link_shared", "message.channels",
        "message.groups", "message.im", "tokens_revoked",
    }  # fmt: skip


def test_the_manifest_keeps_slacks_limits(manifest) -> None:
    about = manifest["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 174 <= len(about["long_description"]) <= 4000
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80
    (shortcut,) = manifest["features"]["shortcuts"]
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
