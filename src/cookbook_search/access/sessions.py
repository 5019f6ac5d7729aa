"""Sessions of people who signed in: a random secret in their cookie, the rest in the database.

Nothing stands in the cookie that could be read or altered, so there is nothing to sign; what is deleted in
the database has ended, whatever cookies say.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from cookbook_search.access.remembered import Remembered
from cookbook_search.config import Settings
from cookbook_search.types import Caller, Scope, Session, SignIn, Way

if TYPE_CHECKING:
    from cookbook_search.store import Database


SIGN_IN_TIME = dt.timedelta(minutes=15)
"""How long somebody may be at the identity provider."""


class Sessions:
    """The sessions of one cookbook; safe to share by threads."""

    def __init__(
        self, database: Callable[[], Database], lifetime: dt.timedelta, marks: Mapping[Way, str]
    ) -> None:
        """``marks``: the ways of signing in, each with what must stay the same for its sessions to hold.

        A way that is not there, or whose mark is another by now, has no sessions.
        """
        self.lifetime = lifetime
        self._database = database
        self._marks = {way: mark for way, mark in marks.items() if mark}
        self._remembered = Remembered(self._read)

    def begin(self, way: Way, subject: str, name: str, scopes: frozenset[Scope]) -> str:
        """A new session; what to put in the cookie. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import save_session

        assert way in self._marks
        ticket = f"{way}.{secrets.token_urlsafe(32)}"
        session = Session(subject, name, scopes, _now() + self.lifetime)
        save_session(self._database(), self._digest(ticket), session)
        return ticket

    def known(self, ticket: str) -> Caller | None:
        """Whose cookie this was a moment ago; never waits."""
        return self._caller(ticket, self._remembered.fresh(self._digest(ticket)))

    def begin_sign_in(self, secret: str, sign_in: SignIn) -> None:
        """Remember somebody who goes to the provider, under the secret that their browser keeps.

        Raises StoreError, SettingsError.
        """
        from cookbook_search.store.access import begin_sign_in

        now, digest = _now(), sha256(secret.encode()).hexdigest()
        begin_sign_in(self._database(), digest, sign_in, now, now + SIGN_IN_TIME)

    def finish_sign_in(self, secret: str) -> SignIn | None:
        """Who comes back with the secret in time; each of them once. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import finish_sign_in

        return finish_sign_in(self._database(), sha256(secret.encode()).hexdigest(), _now())

    def find(self, ticket: str) -> Caller | None:
        """Whose cookie this is. Raises StoreError, SettingsError."""
        digest = self._digest(ticket)
        return self._caller(ticket, self._remembered.find(digest, digest)) if digest else None

    def end(self, ticket: str) -> None:
        """End a session. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import end_session

        digest = self._digest(ticket)
        self._remembered.forget(digest)
        if digest:
            end_session(self._database(), digest)

    def all(self) -> list[Session]:
        """The sessions that have not run out, by person. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import all_sessions

        return all_sessions(self._database(), _now())

    def end_all(self, subject: str | None = None) -> int:
        """End every session, or one person's; how many. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import end_sessions

        return end_sessions(self._database(), subject)

    def purge(self) -> int:
        """Delete what has run out; how many sessions. Raises StoreError, SettingsError."""
        from cookbook_search.store.access import purge

        return purge(self._database(), _now())

    def _read(self, digest: str, _name: str) -> Session | None:
        from cookbook_search.store.access import find_session

        return find_session(self._database(), digest)

    def _caller(self, ticket: str, session: Session | None) -> Caller | None:
        if session is None or session.expires_at <= _now():
            return None
        way: Way = "token" if ticket.startswith("token.") else "person"
        return Caller(session.scopes, way, self._digest(ticket)[:12], session.name)

    def _digest(self, ticket: str) -> str:
        """Under which the session is kept; empty for what is no ticket of ours."""
        way, _, secret = ticket.partition(".")
        mark = next((mark for known, mark in self._marks.items() if known == way), "")
        if not mark or not secret:
            return ""
        return hmac.new(secret.encode(), f"{way}\0{mark}".encode(), sha256).hexdigest()


def open_sessions(settings: Settings, database: Callable[[], Database]) -> Sessions:
    """The sessions that the settings allow."""
    roles = (settings.oidc_roles_claim, settings.oidc_admins, settings.oidc_editors, settings.oidc_readers)
    marks: Mapping[Way, str] = {
        "token": settings.editor_token.get_secret_value(),
        "person": settings.oidc_issuer and repr((settings.oidc_issuer, settings.oidc_client_id, *roles)),
    }
    return Sessions(database, dt.timedelta(hours=settings.session_hours), marks)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
