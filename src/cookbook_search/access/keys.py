"""API keys: ``ckb_<id>_<secret>``, of which the id is visible and the rest is kept as a digest alone.

The secret has 256 random bits, so a plain SHA-256 is enough: what makes passwords need a slow hash is that
they can be guessed, and this cannot (NIST SP 800-63B 5.1.1.2 asks for it of memorised secrets). A slow one
would cost every request.
"""

from __future__ import annotations

import datetime as dt
import hmac
import logging
import re
import secrets
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import TYPE_CHECKING

from cookbook_search.access.remembered import Remembered
from cookbook_search.errors import KeyNotFound, StoreError
from cookbook_search.types import ApiKey, Scope

if TYPE_CHECKING:
    from cookbook_search.store import Database

log = logging.getLogger(__name__)
PREFIX = "ckb"
"""Begins every key, so that scanners for leaked secrets know one."""
_FORM = re.compile(rf"^{PREFIX}_(?P<id>[0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}$")
USED_WITHIN = dt.timedelta(hours=1)
"""How exactly the last use is kept."""


class Keys:
    """The API keys of one cookbook; safe to share by threads."""

    def __init__(self, database: Callable[[], Database]) -> None:
        """``database`` opens it, or raises StoreError or SettingsError."""
        self._database = database
        self._remembered = Remembered(self._read)

    def create(
        self, name: str, scopes: Collection[Scope], lifetime: dt.timedelta | None
    ) -> tuple[ApiKey, str]:
        """A new key, and its secret form, which cannot be had again. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import save_key

        now = _now()
        key, secret = _make(name, scopes, now, None if lifetime is None else now + lifetime)
        save_key(self._database(), key, _digest(secret))
        return key, secret

    def rotate(self, key_id: str, grace: dt.timedelta) -> tuple[ApiKey, str]:
        """A new key of the same name, scopes and lifetime; the old one lives on for the grace at most.

        Raises KeyNotFound where no good key has the id or it has been rotated already; StoreError.
        """
        from cookbook_search.store.access import find_key, replace_key

        found = find_key(self._database(), key_id)
        if found is None:
            raise KeyNotFound(f"No key has the id `{key_id}`; `cookbook keys list` shows them.")
        old, now = found[0], _now()
        lifetime = None if old.expires_at is None else old.expires_at - old.created_at
        key, secret = _make(old.name, old.scopes, now, None if lifetime is None else now + lifetime)
        until = min(now + grace, old.expires_at or now + grace)
        if not replace_key(self._database(), key_id, until, key, _digest(secret), now):
            raise KeyNotFound(f"The key `{key_id}` is revoked, expired or rotated already; make a new one.")
        return key, secret

    def revoke(self, key_id: str) -> None:
        """End a key. Raises KeyNotFound, StoreError."""
        from cookbook_search.store.access import revoke_key

        if not revoke_key(self._database(), key_id, _now()):
            raise KeyNotFound(f"No key to revoke has the id `{key_id}`; `cookbook keys list` shows them.")

    def all(self) -> list[ApiKey]:
        """Every key, the oldest first. Raises StoreError."""
        from cookbook_search.store.access import all_keys

        return all_keys(self._database())

    def known(self, secret: str) -> ApiKey | None:
        """The good key that was found a moment ago; never waits."""
        return _good(self._remembered.fresh(_digest(secret)))

    def find(self, secret: str) -> ApiKey | None:
        """The good key of this secret form; None for any other text. Raises StoreError, SettingsError."""
        form = _FORM.match(secret)
        return _good(self._remembered.find(_digest(secret), form["id"])) if form else None

    def _read(self, digest: str, key_id: str) -> ApiKey | None:
        from cookbook_search.store.access import find_key

        found = find_key(self._database(), key_id)
        if found is None or not hmac.compare_digest(found[1], digest):
            return None
        self._touch(found[0])
        return found[0]

    def _touch(self, key: ApiKey) -> None:
        """Remember the use, roughly; a database that cannot be written stops nobody."""
        from cookbook_search.store.access import touch_key

        now = _now()
        if key.is_good(now) and (key.last_used_at is None or now - key.last_used_at >= USED_WITHIN):
            try:
                touch_key(self._database(), key.id, now)
            except StoreError as error:
                log.warning("the last use of key %s is not kept: %s", key.id, error)


def looks_like_a_key(text: str) -> bool:
    """Whether a bearer token means to be one of ours."""
    return text.startswith(f"{PREFIX}_")


def _make(
    name: str, scopes: Collection[Scope], now: dt.datetime, expires_at: dt.datetime | None
) -> tuple[ApiKey, str]:
    key = ApiKey(secrets.token_hex(4), name, frozenset(scopes), now, expires_at)
    return key, f"{PREFIX}_{key.id}_{secrets.token_urlsafe(32)}"


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _good(key: ApiKey | None) -> ApiKey | None:
    return key if key is not None and key.is_good(_now()) else None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
