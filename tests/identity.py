"""An identity provider that speaks OpenID Connect, for tests: strict with its client, and at fault when told.

Discovery, keys that rotate, the authorization endpoint, codes that are good once and only with their PKCE
verifier, client authentication, signed ID tokens, the end of its session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "klusterikeittokirja", "Kq8Q~salaisuus.-_"
MAIJA = {"sub": "a1b2", "name": "Maija Meikäläinen", "roles": ["editor"]}


def encoded(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@dataclass
class Asked:
    """What an authorization request asked for."""

    redirect_uri: str
    challenge: str
    nonce: str
    spent: bool = False


@dataclass
class IdentityProvider:
    """Its state; a test changes what it does wrong."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: dict(MAIJA))
    """Of whoever signs in."""
    wrong: dict[str, Any] = field(default_factory=dict)
    """Claims of the ID token that are not as they should be; None leaves one out."""
    algorithm: str = "RS256"
    refuses: str = ""
    """The error that the authorization endpoint answers with."""
    answers: dict[str, str] = field(default_factory=dict)
    """Parameters of its answer that are not as they should be."""
    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    metadata: dict[str, Any] = field(default_factory=dict)
    without_token: bool = False
    keys: list[RSAKey] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)
    """Parameters of the authorization requests."""
    calls: list[str] = field(default_factory=list)
    """Paths that were called."""

    def __post_init__(self) -> None:
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key, and publish it alone."""
        self.keys = [RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})]

    def reset(self) -> None:
        """Right again in all."""
        self.claims, self.wrong, self.algorithm, self.refuses = dict(MAIJA), {}, "RS256", ""
        self.answers, self.metadata, self.without_token = {}, {}, False
        self.methods = ("client_secret_basic", "client_secret_post")
        self.asked.clear()
        self.seen.clear()
        self.calls.clear()

    def id_token(self, asked: Asked) -> str:
        """Signed as the provider is told to."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked.nonce}
        claims |= self.claims | self.wrong
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(claims)}."
        if self.algorithm == "HS256":  # signed with what everybody knows: the public key
            head = encoded({"alg": "HS256", "typ": "JWT", "kid": self.keys[0].kid})
            signed = f"{head}.{encoded(claims)}"
            public = self.keys[0].as_pem(private=False)
            return f"{signed}.{encoded(hmac.digest(public, signed.encode(), 'sha256'))}"
        key = RSAKey.generate_key(2048) if self.algorithm == "forged" else self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": self.keys[0].kid}, claims, key)

    async def discovery(self, _request: Request) -> Response:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": list(self.methods),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(document | self.metadata)

    async def published(self, _request: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.seen.append(query)
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code":
            return JSONResponse({"error": "invalid_request"}, 400)
        if "openid" not in query["scope"].split() or query["code_challenge_method"] != "S256":
            return JSONResponse({"error": "invalid_scope"}, 400)
        answer = {"state": query["state"], "iss": self.issuer}
        if self.refuses:
            answer |= {"error": self.refuses, "error_description": "<b>ei</b>"}
        else:
            answer["code"] = secrets.token_urlsafe(16)
            asked = Asked(query["redirect_uri"], query["code_challenge"], query["nonce"])
            self.asked[answer["code"]] = asked
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer | self.answers)}", 302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.asked.get(str(form.get("code")))
        challenge = encoded(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        if asked is None or asked.spent or asked.challenge != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if asked.redirect_uri != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        asked.spent = True
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        if not self.without_token:
            answer["id_token"] = self.id_token(asked)
        return JSONResponse(answer)

    def _is_client(self, request: Request, form: Any) -> bool:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic" and "client_secret_basic" in self.methods:
            name, _, secret = base64.b64decode(value).decode().partition(":")
            return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
        if scheme or "client_secret_post" not in self.methods:
            return False
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/.well-known/openid-configuration", self.discovery),
            Route("/keys", self.published),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
        ]
        return Starlette(routes=routes)


@contextmanager
def providing() -> Iterator[IdentityProvider]:
    """A running provider on a free port; it ends with the block."""
    provider = IdentityProvider()
    app = provider.app()

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            provider.calls.append(scope["path"])
        await app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(counted, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        provider.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield provider
    finally:
        server.should_exit = True
        thread.join()
