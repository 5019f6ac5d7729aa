"""API keys and sessions as JSON; a secret only where a key is made."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import ApiKey, Scope, Session

KeyState = Literal["good", "replaced", "expired", "revoked"]


class KeyOut(Wire):
    """A key without its secret."""

    id: str
    prefix: str = Field(description="How the key begins.")
    name: str
    scopes: list[Scope]
    state: KeyState = Field(
        description="`replaced`: another has taken its place, and it lives on for a while."
    )
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None = Field(description="Within an hour.")
    revoked_at: dt.datetime | None
    replaced_by: str | None


class KeyMade(KeyOut):
    """A new key, whole."""

    key: str


def state_of(key: ApiKey, now: dt.datetime) -> KeyState:
    """How it is with a key now."""
    if key.revoked_at is not None:
        return "revoked"
    if not key.is_good(now):
        return "expired"
    return "replaced" if key.replaced_by else "good"


def key_out(key: ApiKey, now: dt.datetime) -> KeyOut:
    """The key as it is told."""
    return KeyOut(
        id=key.id, prefix=f"ckb_{key.id}", name=key.name, scopes=sorted(key.scopes), state=state_of(key, now),
        created_at=key.created_at, expires_at=key.expires_at, last_used_at=key.last_used_at,
        revoked_at=key.revoked_at, replaced_by=key.replaced_by,
    )  # fmt: skip


def key_made(key: ApiKey, secret: str) -> KeyMade:
    """A new key as it is told this once."""
    return KeyMade(**key_out(key, key.created_at).model_dump(), key=secret)


class SessionOut(Wire):
    """Somebody who is signed in."""

    subject: str = Field(
        description="Who, as the identity provider tells apart; `token`: the editors' token."
    )
    name: str
    scopes: list[Scope]
    expires_at: dt.datetime


def session_out(session: Session) -> SessionOut:
    """The session as it is told."""
    return SessionOut(
        subject=session.subject, name=session.name, scopes=sorted(session.scopes),
        expires_at=session.expires_at,
    )  # fmt: skip
