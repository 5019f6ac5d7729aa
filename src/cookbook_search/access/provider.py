"""The city's identity provider: OpenID Connect, authorization code with PKCE.

Discovery, the code's exchange and the signature are authlib's and joserfc's; what a token must say is checked
here against what was asked (https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation). Neither
library is imported before somebody signs in.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cookbook_search.config import Settings
from cookbook_search.errors import ProviderAway, SignInFailed
from cookbook_search.types import SignIn
from cookbook_search.types.access import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from authlib.integrations.httpx_client import AsyncOAuth2Client

log = logging.getLogger(__name__)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair, whatever else a provider offers: never ``none``, never a shared secret."""
TIMEOUT_SECONDS = 10.0
METADATA_SECONDS = 3600.0
KEYS_SECONDS = 10.0
"""A token with an unknown key makes us ask for the keys again, but not more often than this."""
LEEWAY_SECONDS = 60
"""Clocks may differ so much."""
_METADATA = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_METHODS = "token_endpoint_auth_methods_supported"
_UNCLEAR = "The identity provider's answer cannot be trusted; sign in again."


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the identity provider knows."""

    subject: str
    name: str
    role: Role | None
    """The most that their claims give; None where they give nothing here."""


@dataclass(slots=True)
class _Known:
    """What the provider told of itself, and when."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    metadata_at: float = float("-inf")
    keys: Mapping[str, Any] = field(default_factory=dict)
    keys_at: float = float("-inf")


class Provider:
    """One identity provider, and the client that we are to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer
        self._known = _Known()
        self._asking = asyncio.Lock()

    async def begin(self, redirect_uri: str, state: str, wanted: str) -> tuple[str, SignIn]:
        """Where to send somebody who signs in, and what to remember of them. Raises ProviderAway."""
        sign_in = SignIn(secrets.token_urlsafe(32), secrets.token_urlsafe(48), wanted)
        async with self._client(redirect_uri) as client:
            metadata = await self._metadata(client)
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state, sign_in.verifier, nonce=sign_in.nonce
            )
        return address, sign_in

    async def finish(self, redirect_uri: str, code: str, sign_in: SignIn) -> Person:
        """Who came back with this code. Raises ProviderAway, SignInFailed."""
        from authlib.common.errors import AuthlibBaseError

        async with self._client(redirect_uri) as client:
            metadata = await self._metadata(client)
            if client.client_secret and "client_secret_post" in metadata.get(_METHODS, ()):
                # the form carries any secret; in HTTP Basic providers differ on how one is encoded
                client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  # a method's name
            try:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=sign_in.verifier,
                )
            except AuthlibBaseError as error:
                log.warning("the identity provider refuses a code: %s", error.error)
                raise SignInFailed(_UNCLEAR) from error
            claims = await self._verified(client, token, sign_in.nonce)
        return self._person(claims)

    async def sign_out_address(self, back: str) -> str | None:
        """Where the provider's own session ends; None where it has no such page. Raises ProviderAway."""
        async with self._client(back) as client:
            address = (await self._metadata(client)).get("end_session_endpoint")
        if not isinstance(address, str):
            return None
        query = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        return f"{address}{'&' if '?' in address else '?'}{query}"

    @asynccontextmanager
    async def _client(self, redirect_uri: str) -> AsyncIterator[AsyncOAuth2Client]:
        """A client of the provider; what goes wrong on the way there becomes ProviderAway."""
        import httpx2
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        settings = self._settings
        client = AsyncOAuth2Client(
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() or None,
            scope=" ".join(("openid", *settings.oidc_scopes)),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
        )
        try:
            async with client:
                yield client
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            log.warning("the identity provider does not answer as it should: %r", error)
            raise ProviderAway("The identity provider does not answer; try again in a moment.") from error

    async def _metadata(self, client: AsyncOAuth2Client) -> Mapping[str, Any]:
        """The discovery document, asked for every hour (OpenID Connect Discovery 1.0)."""
        async with self._asking:
            if time.monotonic() - self._known.metadata_at > METADATA_SECONDS:
                address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
                metadata = await self._json(client, address)
                lacks = [name for name in _METADATA if not isinstance(metadata.get(name), str)]
                if metadata.get("issuer") != self._issuer or lacks:
                    raise ValueError(f"issuer {metadata.get('issuer')!r}, lacking {lacks}")
                self._known.metadata, self._known.metadata_at = metadata, time.monotonic()
            return self._known.metadata

    async def _keys(self, client: AsyncOAuth2Client, *, anew: bool) -> Mapping[str, Any]:
        """The provider's public keys; ``anew`` where a token names one that is not among them."""
        metadata = await self._metadata(client)
        async with self._asking:
            age = time.monotonic() - self._known.keys_at
            if age > METADATA_SECONDS or (anew and age > KEYS_SECONDS):
                self._known.keys = await self._json(client, metadata["jwks_uri"])
                self._known.keys_at = time.monotonic()
            return self._known.keys

    async def _json(self, client: AsyncOAuth2Client, address: str) -> Mapping[str, Any]:
        response = await client.request("GET", address, withhold_token=True)
        response.raise_for_status()
        found = response.json()
        if not isinstance(found, dict):
            raise ValueError(f"{address} holds no object")
        return found

    async def _verified(
        self, client: AsyncOAuth2Client, token: Mapping[str, Any], nonce: str
    ) -> Mapping[str, Any]:
        """The claims of the ID token, once all of it is as it must be. Raises SignInFailed."""
        from joserfc.errors import InvalidKeyIdError, JoseError

        try:
            try:
                return self._claims(token, await self._keys(client, anew=False), nonce)
            except InvalidKeyIdError:
                return self._claims(token, await self._keys(client, anew=True), nonce)
        except (JoseError, KeyError, TypeError) as error:
            log.warning("an ID token is refused: %r", error)
            raise SignInFailed(_UNCLEAR) from error

    def _claims(self, token: Mapping[str, Any], keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """Raises JoseError, KeyError where there is no ID token."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        decoded = jwt.decode(token["id_token"], KeySet.import_key_set(dict(keys)), registry=registry)  # type: ignore[arg-type]  # a dict of JSON
        client_id = self._settings.oidc_client_id
        must = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        asked = {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, must, asked)
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    def _person(self, claims: Mapping[str, Any]) -> Person:
        names = ("name", "preferred_username", "email", "sub")
        name = next(claims[key] for key in names if claims.get(key))
        return Person(str(claims["sub"])[:255], str(name)[:200], self._role(claims))

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        settings = self._settings
        given = _values(claims, settings.oidc_roles_claim)
        wanted: Sequence[tuple[Role, Sequence[str]]] = (
            ("admin", settings.oidc_admins),
            ("editor", settings.oidc_editors),
            ("reader", settings.oidc_readers),
        )
        for role, values in wanted:
            if given.intersection(values):
                return role
        return None if settings.oidc_readers else "reader"


def open_provider(settings: Settings) -> Provider | None:
    """The provider that the settings name; None where they name none."""
    return Provider(settings) if settings.oidc_issuer else None


def _values(claims: Mapping[str, Any], name: str) -> set[str]:
    """The words of a claim, a list or one; ``realm_access.roles`` is a claim within a claim."""
    found: object = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return {found}
    return {value for value in found if isinstance(value, str)} if isinstance(found, list) else set()
