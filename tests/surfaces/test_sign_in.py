"""Signing in with the city's accounts, against a provider that speaks OpenID Connect; what must not work."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider, providing

from cookbook_search.access import provider as providers
from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import SettingsError


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.reset()
    return running


@pytest.fixture(scope="module")
def closed(index, running, tmp_path_factory) -> Settings:
    return Settings(
        index=index, access="closed", rate_limit="0", oidc_issuer=running.issuer, oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET, database=f"sqlite:///{tmp_path_factory.mktemp('signing')}/state.db",
    )  # fmt: skip


@pytest.fixture(scope="module")
def server(serve, closed) -> Iterator[httpx.Client]:
    with serve(closed) as client:
        yield client


@pytest.fixture
def client(server: httpx.Client, provider: IdentityProvider) -> Iterator[httpx.Client]:
    """A browser that nobody has used."""
    with httpx.Client(base_url=server.base_url, timeout=60) as fresh:
        yield fresh


def go(client: httpx.Client, to: str = "/toimitus/aukot") -> str:
    """Begin at our page, go to the provider, and stand before the way back; its address."""
    begun = client.get("/kirjaudu/alku", params={"to": to})
    assert begun.status_code == 303
    there = httpx.get(begun.headers["location"])
    assert there.status_code == 302
    return there.headers["location"]


def come(client: httpx.Client, to: str = "/toimitus/aukot") -> httpx.Response:
    """The whole way."""
    return client.get(go(client, to))


def is_out(client: httpx.Client) -> bool:
    return client.get("/toimitus/aukot").status_code == 303


def test_an_editor_comes_in_reads_and_leaves(client, provider) -> None:
    sent = client.get("/toimitus/aukot")
    page = client.get(sent.headers["location"])
    (address,) = re.findall(r'href="(/kirjaudu/alku[^"]*)"', page.text)
    assert "Kirjaudu kaupungin tunnuksella" in page.text
    begun = client.get(address.replace("&amp;", "&"))
    cookie = begun.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("kirjautuminen=", "httponly", "samesite=lax", "max-age=900"))
    back = httpx.get(begun.headers["location"]).headers["location"]
    response = client.get(back)
    assert (response.status_code, response.headers["location"]) == (303, "/toimitus/aukot")
    cookies = response.headers.get_list("set-cookie")
    assert any(
        cookie.startswith("istunto=person.") and "HttpOnly" in cookie and "SameSite=lax" in cookie
        for cookie in cookies
    )
    asked = provider.seen[0]
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid profile"
    assert len(asked["nonce"]) >= 43
    assert len(asked["state"]) >= 43
    gaps = client.get("/toimitus/aukot")
    assert gaps.status_code == 200
    assert "no-store" in gaps.headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "private, no-cache"
    assert "Maija Meikäläinen" in client.get("/kirjaudu").text
    assert client.get("/?q=raha").status_code == 200
    assert client.post("/api/v1/search", json={"query": "raha"}).status_code == 200
    left = client.post("/poistu")
    assert left.headers["location"] == "/kirjaudu?ulos=1"
    assert "/kirjaudu/loppu" in client.get("/kirjaudu?ulos=1").text
    ended = urlsplit(client.get("/kirjaudu/loppu").headers["location"])
    assert parse_qs(ended.query)["client_id"] == [CLIENT_ID]
    assert parse_qs(ended.query)["post_logout_redirect_uri"] == [
        f"{str(client.base_url).rstrip('/')}/kirjaudu"
    ]
    assert is_out(client)


@pytest.mark.parametrize(
    ("claims", "opens", "editors"),
    [
        ({"roles": ["admin", "muu"]}, 200, 200),
        ({"roles": "editor"}, 200, 200),
        ({"roles": ["muu"]}, 200, 303),
        ({}, 200, 303),
        ({"roles": {"editor": True}}, 200, 303),
    ],
)
def test_claims_become_roles(client, provider, claims, opens, editors) -> None:
    provider.claims = {"sub": "x", "preferred_username": "maija", **claims}
    assert come(client, "/").status_code == 303
    assert client.get("/").status_code == opens
    assert client.get("/toimitus/aukot").status_code == editors


def test_who_lacks_a_role_is_told_and_can_leave(client, provider) -> None:
    provider.claims = {"sub": "x", "name": "<b>Matti</b>"}
    response = come(client)
    page = client.get(client.get(response.headers["location"]).headers["location"])
    assert page.status_code == 403
    assert "Sinulla ei ole oikeutta sivuun" in page.text
    assert "&lt;b&gt;Matti" in page.text
    assert 'action="/poistu"' in page.text


def test_readers_may_be_chosen_and_roles_may_lie_deep(serve, closed, provider) -> None:
    settings = closed.model_copy(
        update={"oidc_readers": ("lukija",), "oidc_roles_claim": "realm_access.roles", "access": "public"}
    )
    with serve(settings) as client:
        provider.claims = {"sub": "x", "realm_access": {"roles": ["muu"]}}
        refused = come(client)
        assert refused.status_code == 403
        assert "ei ole oikeutta keittokirjaan" in refused.text
        provider.claims = {"sub": "x", "realm_access": {"roles": ["editor"]}}
        assert come(client).status_code == 303
        assert client.get("/toimitus/aukot").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "toinen"}, {"nonce": None}, {"aud": "toinen"}, {"aud": ["toinen"]}, {"aud": None},
        {"aud": "toinen", "azp": CLIENT_ID}, {"aud": [CLIENT_ID, "toinen"], "azp": "toinen"},
        {"iss": "https://evil.example"}, {"iss": None}, {"exp": int(time.time()) - 3600}, {"exp": None},
        {"exp": "huomenna"}, {"iat": int(time.time()) + 3600}, {"nbf": int(time.time()) + 3600},
        {"sub": None}, {"at_hash": "AAAA"},
    ],
    ids="-".join,
)  # fmt: skip
def test_a_token_that_says_something_else_is_refused(client, provider, wrong) -> None:
    provider.wrong = wrong
    response = come(client)
    assert response.status_code == 403
    assert "Kirjautumista ei voitu varmistaa" in response.text
    assert "istunto" not in response.headers.get("set-cookie", "")
    assert is_out(client)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "forged"])
def test_a_token_that_is_not_signed_with_the_providers_key_is_refused(client, provider, algorithm) -> None:
    provider.algorithm = algorithm
    assert come(client).status_code == 403
    assert is_out(client)


def test_an_answer_without_a_token_is_refused(client, provider) -> None:
    provider.without_token = True
    assert come(client).status_code == 403
    assert is_out(client)


@pytest.mark.parametrize(
    "answers",
    [{"state": "toinen"}, {"state": ""}, {"iss": "https://evil.example"}, {"code": "keksitty"}, {"code": ""}],
    ids=str,
)
def test_an_answer_that_is_not_to_what_was_asked_is_refused(client, provider, answers) -> None:
    provider.answers = answers
    assert come(client).status_code == 403
    assert is_out(client)


def test_an_answer_is_good_in_the_browser_that_asked(client) -> None:
    address = go(client)
    with httpx.Client(base_url=client.base_url) as other:
        refused = other.get(address)
        assert refused.status_code == 403
        assert "toisessa selaimessa" in refused.text
        assert is_out(other)
        go(other)
        assert other.get(address).status_code == 403
    assert client.get(address).status_code == 303


def test_an_answer_is_good_once(client, provider) -> None:
    address = go(client)
    kept = dict(client.cookies)
    assert client.get(address).status_code == 303
    client.cookies.clear()
    again = client.get(address, headers={"cookie": f"kirjautuminen={kept['kirjautuminen']}"})
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    assert provider.calls.count("/token") == 1


def test_a_code_that_was_spent_is_refused(client, provider) -> None:
    address = go(client)
    for asked in provider.asked.values():
        asked.spent = True
    assert client.get(address).status_code == 403
    assert is_out(client)


def test_who_is_not_let_in_there_is_told_so(client, provider) -> None:
    provider.refuses = "access_denied"
    response = come(client)
    assert response.status_code == 403
    assert "keskeytyi" in response.text
    assert "<b>ei</b>" not in response.text


def test_new_keys_of_the_provider_are_fetched_but_not_in_a_flood(client, provider, monkeypatch) -> None:
    assert come(client).status_code == 303
    provider.rotate()
    monkeypatch.setattr(providers, "KEYS_SECONDS", 0.0)
    assert come(client).status_code == 303
    monkeypatch.setattr(providers, "KEYS_SECONDS", 10.0)
    fetched = provider.calls.count("/keys")
    provider.rotate()
    assert come(client).status_code == 403
    assert come(client).status_code == 403
    assert provider.calls.count("/keys") == fetched
    monkeypatch.setattr(providers, "KEYS_SECONDS", 0.0)
    assert come(client).status_code == 303


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_the_provider_gets_our_secret_as_it_wants_it(serve, closed, provider, method) -> None:
    provider.methods = (method,)
    with serve(closed) as client:
        assert come(client).status_code == 303
        assert not is_out(client)


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://evil.example"}, {"jwks_uri": None}, {"token_endpoint": 7}], ids=str
)
def test_a_provider_that_is_not_itself_is_not_asked(serve, closed, provider, metadata) -> None:
    provider.metadata = metadata
    with serve(closed) as client:
        response = client.get("/kirjaudu/alku")
        assert response.status_code == 503
        assert "ei vastaa juuri nyt" in response.text
        provider.metadata = {}
        assert come(client).status_code == 303


def test_a_provider_that_is_down_is_told_and_editors_come_in_by_the_token(serve, closed) -> None:
    settings = closed.model_copy(update={"oidc_issuer": "http://127.0.0.1:9/"})
    with serve(settings) as client:
        response = client.get("/kirjaudu/alku")
        assert response.status_code == 503
        assert "ei vastaa juuri nyt" in response.text
        assert "set-cookie" not in response.headers
        assert client.get("/kirjaudu/loppu").status_code == 503


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/x\r\ny", ""]
)
def test_nobody_is_sent_on_to_another_site(client, to) -> None:
    response = come(client, to)
    assert response.headers["location"] == "/toimitus"


def test_another_browser_session_of_the_same_person_is_another_session(client, server) -> None:
    come(client)
    with httpx.Client(base_url=client.base_url) as other:
        come(other)
        client.post("/poistu")
        assert is_out(client)
        assert not is_out(other)


def test_over_https_the_cookies_are_secure_and_of_this_host_alone(serve, closed, provider) -> None:
    settings = closed.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    forwarded = {"x-forwarded-proto": "https"}
    with serve(settings) as client:
        begun = client.get("/kirjaudu/alku", headers=forwarded)
        cookie = begun.headers["set-cookie"]
        assert cookie.startswith("__Host-kirjautuminen=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert provider.seen == []
        asked = parse_qs(urlsplit(begun.headers["location"]).query)
        assert asked["redirect_uri"] == [f"https://{client.base_url.netloc.decode()}/kirjaudu/paluu"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"oidc_issuer": "https://id.example"}, "COOKBOOK_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "x"}, "COOKBOOK_OIDC_ISSUER"),
    ],
)
def test_settings_that_do_not_fit_are_told(values, told) -> None:
    with pytest.raises(SettingsError, match=told):
        read_settings(**values)


def test_the_privacy_page_tells_of_sessions(client, server) -> None:
    page = client.get("/tietosuoja?lang=en").text
    assert "You sign in, but your questions are not connected to you" in page
    assert "at most 8 hours" in page
    assert "/kirjaudu?lang=en" in page
