"""The editors' pages: not reachable without the token, safe against other sites, and useful inside."""

from __future__ import annotations

import re
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import SettingsError
from cookbook_search.parse import read_document
from cookbook_search.surfaces.http.rate import FAILURES
from cookbook_search.types import SearchResult
from cookbook_search.usage import Nearness

TOKEN = "avain-jota-kukaan-ei-arvaa"
PATHS = ("/toimitus", "/toimitus/aukot", "/toimitus/aukot/0123abcd.md")
WORDS = "<b>pysäköintitunnus</b> Matti Virtaselle"


@pytest.fixture(scope="module")
def kept(index, tmp_path_factory) -> Settings:
    """Settings with a token and a database in which one thing was asked three times in vain, another once."""
    url = f"sqlite:///{tmp_path_factory.mktemp('editor')}/state.db"
    settings = Settings(index=index, database=url, editor_token=TOKEN)
    cookbook = Cookbook(settings)
    for words in (WORDS, WORDS, "pysäköintitunnus", "yksittäinen salaisuus"):
        cookbook.usage.record_search(SearchResult(words, "fi", False), "web")
    cookbook.close()
    return settings


@pytest.fixture
def client(serve, kept, monkeypatch):
    monkeypatch.setattr(Cookbook, "_near", lambda *_: Nearness(False, ("luottamus",)))
    with serve(kept) as opened:
        yield opened


def sign_in(client: httpx.Client, token: str = TOKEN, **headers: str) -> httpx.Response:
    return client.post("/kirjaudu", data={"token": token}, headers=headers)


def test_without_a_token_there_are_no_such_pages(serve, index) -> None:
    with serve(Settings(index=index)) as client:
        for path in PATHS:
            assert client.get(path, follow_redirects=True).status_code == 404, path
        for token in ("", TOKEN):
            assert sign_in(client, token).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_without_signing_in_nothing_is_shown(client, path) -> None:
    response = client.get(path)
    assert response.status_code == 303
    assert response.headers["location"] == f"/kirjaudu?to={quote(path, safe='')}&vaatii=editor"
    assert "pysäköinti" not in response.text


def test_signing_in_and_out(client) -> None:
    response = sign_in(client)
    assert (response.status_code, response.headers["location"]) == (303, "/toimitus")
    cookie = response.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "path=/", "max-age=28800"):
        assert part in cookie
    assert TOKEN not in cookie
    assert client.get("/toimitus/aukot").status_code == 200
    assert client.post("/poistu").status_code == 303
    assert client.get("/toimitus/aukot").status_code == 303


def test_the_gaps_are_shown_masked_escaped_and_without_what_one_person_asked(client) -> None:
    sign_in(client)
    response = client.get("/toimitus/aukot?lang=sv")
    assert "Vad som saknas i kokboken" in response.text
    page = client.get("/toimitus/aukot").text
    assert "&lt;b&gt;pysäköintitunnus&lt;/b&gt; [nimi]" in page
    assert "Virtaselle" not in page
    assert "salaisuus" not in page
    assert "Lisäksi 1 kysymystä" in page
    assert "Luottamus kilpailijoiden kesken" in page
    assert response.headers["cache-control"] == "no-store"


def test_a_draft_is_downloaded_and_can_be_read(client, tmp_path) -> None:
    sign_in(client)
    (address,) = re.findall(r'href="(/toimitus/aukot/[0-9a-f]{8}\.md)"', client.get("/toimitus/aukot").text)
    response = client.get(address)
    (name,) = re.findall(r'filename="([a-z0-9-]+\.md)"', response.headers["content-disposition"])
    path = tmp_path / "reseptit" / name
    path.parent.mkdir()
    path.write_text(response.text, encoding="utf-8")
    document, faults = read_document(path, tmp_path)
    assert faults == []
    assert document is not None
    assert "pysäköintitunnus" in document.problems.fi
    assert client.get("/toimitus/aukot/00000000.md").status_code == 303


@pytest.mark.parametrize("token", ["", "väärä", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
def test_a_wrong_token_is_refused(client, token) -> None:
    response = sign_in(client, token)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers
    assert 'role="alert"' in response.text
    assert client.get("/toimitus/aukot").status_code == 303


@pytest.mark.parametrize(
    "cookie", ["", "x", "token.", "token.abc", "person.abc", ".", "token.äö", "token.1.2"]
)
def test_a_forged_cookie_does_not_open(client, cookie) -> None:
    response = client.get("/toimitus/aukot", headers={"cookie": f"istunto={cookie}".encode()})
    assert response.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
    ids=lambda headers: next(iter(headers.values())),
)
def test_another_site_can_neither_sign_in_nor_out(client, headers) -> None:
    assert sign_in(client, **headers).status_code == 403
    sign_in(client)
    assert client.post("/poistu", headers=headers).status_code == 403
    assert client.get("/toimitus/aukot").status_code == 200


def test_a_database_that_is_away_is_told_on_the_page(serve, index, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(index=index, database=f"sqlite:///{tmp_path}/file/state.db", editor_token=TOKEN)
    with serve(settings) as client:
        response = sign_in(client)
        assert response.status_code == 503
        assert "Tietokanta ei vastaa" in response.text


def test_another_token_ends_the_sessions_of_the_old_one(serve, kept) -> None:
    with serve(kept) as client:
        sign_in(client)
        assert client.get("/toimitus/aukot").status_code == 200
        (ticket,) = client.cookies.values()
    changed = kept.model_copy(update={"editor_token": SecretStr(TOKEN + "2")})
    with serve(changed) as client:
        assert client.get("/toimitus/aukot", headers={"cookie": f"istunto={ticket}"}).status_code == 303


def test_a_session_that_was_signed_out_stays_out_wherever_its_cookie_went(client) -> None:
    sign_in(client)
    (ticket,) = client.cookies.values()
    client.post("/poistu")
    assert client.get("/toimitus/aukot", headers={"cookie": f"istunto={ticket}"}).status_code == 303


def test_guessing_is_slowed_down(client) -> None:
    assert {sign_in(client, "arvaus").status_code for _ in range(FAILURES)} == {403}
    assert sign_in(client).status_code == 429


def test_a_short_token_is_refused_without_repeating_it(monkeypatch) -> None:
    monkeypatch.setenv("COOKBOOK_EDITOR_TOKEN", "salasana1")
    with pytest.raises(SettingsError, match="at least 16 characters") as told:
        read_settings()
    assert "salasana1" not in str(told.value)


@pytest.mark.parametrize(("language", "days"), [("fi", "30 päivän"), ("sv", "30 dagar"), ("en", "30 days")])
def test_the_privacy_page_says_what_is_so(serve, index, language, days) -> None:
    settings = Settings(index=index, retention_days=30, privacy_contact="tietosuoja@kaupunki.example")
    with serve(settings) as client:
        page = client.get("/tietosuoja", params={"lang": language}).text
    assert days in page
    assert 'href="mailto:tietosuoja@kaupunki.example"' in page


def test_the_privacy_page_follows_the_settings(serve, index) -> None:
    llm = {"llm_url": "http://127.0.0.1:1/v1", "llm_model": "small"}
    settings = Settings(index=index, log_queries=False, conversations=0, **llm)
    with serve(settings) as client:
        page = client.get("/tietosuoja", params={"lang": "en"}).text
    assert "worded by a language model" in page
    assert "outside the EU" not in page
    assert "minutes of silence" not in page
    assert "Questions are not kept at all" in page
    assert "The text of your question" not in page
    assert "has not set a contact address" in page
    assert "Slack" not in page
    with serve(Settings(index=index, slack_app_token="xapp-1")) as client:
        assert "asked in Slack" in client.get("/tietosuoja", params={"lang": "en"}).text
