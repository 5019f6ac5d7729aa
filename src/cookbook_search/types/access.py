"""Who asks, and what they may do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Scope(StrEnum):
    """One thing that a caller may do."""

    SEARCH = "search"
    """Read the cookbook: search, library, documents, plans, prints."""
    CHAT = "chat"
    """Ask the assistant."""
    EDITOR = "editor"
    """See what was asked and not found, and work on the cookbook."""
    ADMIN = "admin"
    """See to the running of the service."""


Role = Literal["reader", "editor", "admin"]
ROLES: Mapping[Role, frozenset[Scope]] = {
    "reader": frozenset({Scope.SEARCH, Scope.CHAT}),
    "editor": frozenset({Scope.SEARCH, Scope.CHAT, Scope.EDITOR}),
    "admin": frozenset(Scope),
}
"""What each role carries, the least first."""
Access = Literal["public", "closed"]
OPEN: Mapping[Access, frozenset[Scope]] = {"public": ROLES["reader"], "closed": frozenset()}
"""What anybody may do without saying who they are; never the work of an editor or an admin."""
Way = Literal["anyone", "key", "token", "person"]
"""How a caller was known: not at all, by an API key, by the editors' token, by signing in."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request."""

    scopes: frozenset[Scope]
    way: Way = "anyone"
    id: str = ""
    """Of the key or the session, for limits and logs; never the secret."""
    name: str = ""
    """For people's eyes: a person's name or a key's label."""

    def may(self, *scopes: Scope) -> bool:
        """Whether the caller has one of these."""
        return not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret."""

    id: str
    """The visible part."""
    name: str
    """Whose it is or what for."""
    scopes: frozenset[Scope]
    created_at: dt.datetime
    expires_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None
    """Within an hour."""
    revoked_at: dt.datetime | None = None
    replaced_by: str | None = None
    """Id of the key that took its place."""

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in."""

    subject: str
    """Who, as the identity provider tells apart; ``token`` for the editors' token."""
    name: str
    scopes: frozenset[Scope]
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is remembered of somebody who has gone to the identity provider."""

    nonce: str
    verifier: str
    """PKCE's code verifier (RFC 7636)."""
    wanted: str
    """Path of ours that they were going to."""
