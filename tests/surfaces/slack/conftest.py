"""A cookbook in a workspace: the local Slack, and our server that it calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from workspace import BOT_TOKEN, SECRET, SITE, Slack

from cookbook_search.config import Settings


@pytest.fixture(scope="session")
def workspace() -> Iterator[Slack]:
    with Slack() as running:
        yield running


@pytest.fixture
def slack(workspace: Slack) -> Iterator[Slack]:
    """An empty workspace; whatever was sent to it kept Slack's limits."""
    workspace.reset()
    yield workspace
    assert workspace.faults == []


@pytest.fixture(scope="session")
def settings(index: Path, workspace: Slack, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        index=index,
        base_url=SITE,
        database=f"sqlite:///{tmp_path_factory.mktemp('slack')}/slack.db",
        slack_api_url=workspace.api,
        slack_bot_token=BOT_TOKEN,
        slack_signing_secret=SECRET,
    )


@pytest.fixture(scope="session")
def http(settings: Settings, serve) -> Iterator[httpx.Client]:
    """A client of our server, which many tests share."""
    with serve(settings) as client:
        yield client
