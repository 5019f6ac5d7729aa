"""Workspaces that installed the app: their tokens, sealed in the database, and installs under way."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import secrets
from collections.abc import Callable
from logging import Logger
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from cookbook_search.errors import SettingsError

if TYPE_CHECKING:
    from cookbook_search.store import Database

log = logging.getLogger(__name__)
STATE_SECONDS = 600
"""How long an install may take in the browser."""


def open_seal(key: str) -> Fernet:
    """The cipher of this key. Raises SettingsError for what is not a Fernet key."""
    try:
        return Fernet(key)
    except ValueError as error:
        raise SettingsError(
            "COOKBOOK_SLACK_TOKEN_KEY is not a Fernet key. Make one with: python -c "
            '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        ) from error


class Installations(AsyncInstallationStore):
    """One bot token a workspace, or an organisation of workspaces."""

    def __init__(self, database: Callable[[], Database], seal: Fernet) -> None:
        """``database`` opens it, or raises StoreError or SettingsError."""
        self._database = database
        self._seal = seal

    @property
    def logger(self) -> Logger:
        """Where the SDK logs."""
        return log

    async def async_save(self, installation: Installation) -> None:
        """Keep a new installation in place of an earlier one. Raises StoreError."""
        await self.async_save_bot(installation.to_bot())

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep a token, new or renewed. Raises StoreError."""
        from cookbook_search.store.slack import save_bot

        place = _place(bot.enterprise_id, bot.team_id, bot.is_enterprise_install)
        fields = {name: value for name, value in vars(bot).items() if name != "custom_values"}
        sealed = self._seal.encrypt(json.dumps(fields).encode()).decode()
        now = dt.datetime.now(dt.UTC)
        await asyncio.to_thread(lambda: save_bot(self._database(), place, sealed, now))

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """The token of a workspace; None where there is none, or none that this key opens."""
        from cookbook_search.store.slack import find_bot

        place = _place(enterprise_id, team_id, is_enterprise_install)
        sealed = await asyncio.to_thread(lambda: find_bot(self._database(), place))
        if sealed is None:
            return None
        try:
            fields: dict[str, Any] = json.loads(self._seal.decrypt(sealed.encode()))
        except InvalidToken:
            log.error("a token cannot be opened with COOKBOOK_SLACK_TOKEN_KEY; install the app again")
            return None
        return Bot(**fields)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget the token of a workspace. Raises StoreError."""
        from cookbook_search.store.slack import delete_bot

        place = _place(enterprise_id, team_id, team_id is None)
        await asyncio.to_thread(lambda: delete_bot(self._database(), place))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Nothing: we ask for no user's token."""


class Authorize(AsyncInstallationStoreAuthorize):
    """Bolt's own, but a database that is away is an error: Slack then comes again.

    Bolt takes any failure to read for a workspace that has not installed the app, and acknowledges.
    """

    async def __call__(self, **asked: Any) -> AuthorizeResult | None:
        """The token of the request's workspace, tried out once. Raises StoreError."""
        await self.installation_store.async_find_bot(
            enterprise_id=asked["enterprise_id"],
            team_id=asked["team_id"],
            is_enterprise_install=asked["context"].is_enterprise_install,
        )
        return await super().__call__(**asked)


class States(AsyncOAuthStateStore):
    """Secrets that tie the end of an install to its beginning, each good once, on any worker."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    @property
    def logger(self) -> Logger:
        """Where the SDK logs."""
        return log

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new one. Raises StoreError."""
        from cookbook_search.store.slack import issue_state

        state, now = secrets.token_urlsafe(32), dt.datetime.now(dt.UTC)
        expires = now + dt.timedelta(seconds=STATE_SECONDS)
        await asyncio.to_thread(lambda: issue_state(self._database(), state, now, expires))
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether it was issued, not long ago, and not used. Raises StoreError."""
        from cookbook_search.store.slack import consume_state

        now = dt.datetime.now(dt.UTC)
        return await asyncio.to_thread(lambda: consume_state(self._database(), state, now))


def _place(enterprise_id: str | None, team_id: str | None, is_enterprise: bool | None) -> tuple[str, str]:
    return enterprise_id or "", "" if is_enterprise else team_id or ""
