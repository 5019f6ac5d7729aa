"""API keys over HTTP and on the command line."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.cli import main
from cookbook_search.surfaces.http.rate import FAILURES
from cookbook_search.surfaces.terminal import out
from cookbook_search.types import Scope

SEARCH = "/api/v1/search?q=raha"
CHAT = {"messages": [{"role": "user", "content": "Mistä rahaa?"}]}
WRONG = "ckb_0123abcd_" + "A" * 43


@pytest.fixture
def closed(index, tmp_path) -> Settings:
    return Settings(index=index, access="closed", database=f"sqlite:///{tmp_path}/state.db")


@pytest.fixture
def make(closed):
    """Make a key; its header."""

    def made(*scopes: Scope) -> dict[str, str]:
        cookbook = Cookbook(closed)
        _, secret = cookbook.keys.create("Intranet", scopes, None)
        cookbook.close()
        return {"authorization": f"Bearer {secret}"}

    return made


def test_a_closed_cookbook_tells_what_it_wants(serve, closed) -> None:
    with serve(closed) as client:
        refused = client.get(SEARCH)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Bearer realm="cookbook"'
        assert refused.headers["content-type"] == "application/problem+json"
        assert "`search`" in refused.json()["detail"]
        assert client.get("/?q=raha", headers={"x-fragment": "1"}).status_code == 401
        page = client.get("/reseptit/luottamus?lang=sv")
        assert page.status_code == 303
        assert (
            page.headers["location"]
            == "/kirjaudu?to=%2Freseptit%2Fluottamus%3Flang%3Dsv&vaatii=search&lang=sv"
        )
        assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_a_key_opens_what_it_is_for_and_no_more(serve, closed, make) -> None:
    reads, talks = make(Scope.SEARCH), make(Scope.CHAT)
    with serve(closed) as client:
        assert client.get(SEARCH, headers=reads).status_code == 200
        assert client.get("/reseptit/luottamus", headers=reads).status_code == 200
        refused = client.post("/api/v1/chat", json=CHAT, headers=reads)
        assert refused.status_code == 403
        expected = 'Bearer realm="cookbook", error="insufficient_scope", scope="chat"'
        assert refused.headers["www-authenticate"] == expected
        assert client.post("/api/v1/chat", json=CHAT, headers=talks).status_code == 200
        assert client.get("/kirjasto", headers=talks).status_code == 403


@pytest.mark.parametrize("access", ["public", "closed"])
def test_a_wrong_key_is_told_and_slowed_down(serve, closed, make, access) -> None:
    good = make(Scope.SEARCH)
    with serve(closed.model_copy(update={"access": access})) as client:
        client.get(SEARCH, headers=good)
        for _ in range(FAILURES):
            refused = client.get(SEARCH, headers={"authorization": f"bearer  {WRONG}"})
            assert refused.status_code == 401
            assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        late = client.get(SEARCH, headers={"authorization": f"Bearer {WRONG}"})
        assert late.status_code == 429
        assert late.headers["retry-after"] == "60"
        assert client.get(SEARCH, headers=good).status_code == 200


def test_another_services_token_is_no_key(serve, index) -> None:
    with serve(Settings(index=index)) as client:
        for header in ("Bearer eyJhbGciOi", "Basic dTpw", "Bearer", ""):
            assert client.get(SEARCH, headers={"authorization": header}).status_code == 200


def test_requests_count_for_the_key_and_not_for_the_address(serve, closed, make) -> None:
    one, other = make(Scope.SEARCH), make(Scope.SEARCH)
    settings = closed.model_copy(update={"key_rate_limit": "2/hour", "rate_limit": "1/hour"})
    with serve(settings) as client:
        answers = [client.get(SEARCH, headers=one) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit"] == '"key";r=1;t=0'
        assert answers[0].headers["ratelimit-policy"] == '"key";q=2;w=3600'
        assert "this key" in answers[2].json()["detail"]
        assert client.get(SEARCH, headers=other).status_code == 200
        assert client.get("/saavutettavuus").status_code == 200
        assert client.get("/saavutettavuus").headers["ratelimit-policy"] == '"address";q=1;w=3600'


def test_no_log_and_no_answer_tells_a_key(serve, closed, make, caplog) -> None:
    headers = make(Scope.SEARCH)
    secret = headers["authorization"].split("_", 2)[2]
    with caplog.at_level(logging.DEBUG), serve(closed) as client:
        told = [
            client.get(SEARCH, headers=headers),
            client.post("/api/v1/search", content=b"{", headers=headers),
            client.get("/api/v1/recipes/ei-ole", headers=headers),
            client.get("/toimitus", headers=headers),
            client.get(SEARCH, headers={"authorization": f"{headers['authorization']}x"}),
        ]
    assert [answer.status_code for answer in told] == [200, 422, 404, 403, 401]
    assert not any(secret in answer.text + str(answer.headers) for answer in told)
    assert secret not in caplog.text


def test_a_database_that_is_away_is_told_to_who_is_not_known(serve, closed, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    settings = closed.model_copy(update={"database": f"sqlite:///{tmp_path}/file/state.db"})
    with serve(settings) as client:
        answer = client.get(SEARCH, headers={"authorization": f"Bearer {WRONG}"})
        assert answer.status_code == 503


def test_an_embedding_page_may_send_a_key(serve, closed, make) -> None:
    origin = "https://intra.example.fi"
    with serve(closed.model_copy(update={"embed_origins": (origin,)})) as client:
        asked = {"origin": origin, "access-control-request-method": "POST"}
        asked["access-control-request-headers"] = "authorization,content-type"
        preflight = client.options("/api/v1/search", headers=asked)
        assert preflight.status_code == 200
        assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in preflight.headers
        answer = client.get(SEARCH, headers={"origin": origin} | make(Scope.SEARCH))
        assert answer.headers["access-control-allow-origin"] == origin
        assert client.get(SEARCH, headers={"origin": origin}).status_code == 401


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command about access, `cookbook keys` if none is named; its exit status, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("COOKBOOK_DATABASE", f"sqlite:///{tmp_path}/state.db")

    def command(*arguments: object, name: str = "keys") -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["cookbook", name, *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return command


def test_the_life_of_a_key_on_the_command_line(run) -> None:
    assert "cookbook keys create" in run("list")[1]
    code, out, told = run("create", "--name", "Intranet", "--scope", "search", "--scope", "chat")
    assert code == 0
    assert "not shown again" in told
    key_id = out.split("_")[1]
    code, out, _ = run("list")
    assert f"ckb_{key_id}" in out
    assert "chat search" in out
    code, out, told = run("rotate", f"ckb_{key_id}", "--grace-hours", "24", "--json")
    made = json.loads(out)
    assert made["key"].startswith(made["prefix"] + "_")
    assert "24 hours" in told
    listed = json.loads(run("list", "--json")[1])
    assert [(key["id"], key["state"]) for key in listed] == [(key_id, "replaced"), (made["id"], "good")]
    assert "key" not in listed[0]
    assert run("revoke", key_id)[0] == 0
    assert [key["id"] for key in json.loads(run("list", "--json")[1])] == [made["id"]]
    assert json.loads(run("list", "--all", "--json")[1])[0]["state"] == "revoked"
    assert json.loads(run("revoke", made["id"], "--json")[1]) == {"revoked": made["id"]}


def test_ids_are_whole_on_a_narrow_terminal(run, monkeypatch) -> None:
    monkeypatch.setattr(out, "width", 80)
    made = json.loads(run("create", "--name", "Intranetin etusivun haku", "--scope", "search", "--json")[1])
    listed = run("list")[1]
    assert made["prefix"] in listed
    assert made["expires_at"][:10] in listed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["revoke", "ffffffff"], "cookbook keys list"),
        (["rotate", "ffffffff"], "cookbook keys list"),
        (["create", "--name", " ", "--scope", "search"], "1 to 200 characters"),
        (["create", "--name", "x", "--scope", "kaikki"], "kaikki"),
        (["create", "--name", "x"], "--scope"),
        (["create", "--name", "x", "--scope", "search", "--days", "-1"], "--days"),
    ],
)
def test_wrong_use_is_told(run, arguments, told) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_sessions_are_listed_and_ended(run, tmp_path) -> None:
    assert run("list", name="sessions")[1] == "Nobody is signed in.\n"
    assert run("end", "--all", name="sessions")[0] == 1
    settings = Settings(
        database=f"sqlite:///{tmp_path}/state.db", oidc_issuer="https://id.example", oidc_client_id="x"
    )
    cookbook = Cookbook(settings)
    for who in ("a1", "b2", "b2"):
        cookbook.sessions.begin("person", who, f"[red]{who}", frozenset({Scope.SEARCH}))
    cookbook.close()
    assert "[red]b2" in run("list", name="sessions")[1]
    listed = json.loads(run("list", "--json", name="sessions")[1])
    assert [one["subject"] for one in listed] == ["a1", "b2", "b2"]
    assert json.loads(run("end", "--person", "b2", "--json", name="sessions")[1]) == {"ended": 2}
    code, _, told = run("end", "--all", name="sessions")
    assert (code, told) == (0, "1 session(s) ended\n")
    for wrong in ((), ("--all", "--person", "a1")):
        code, _, told = run("end", *wrong, name="sessions")
        assert code == 2
        assert "--person SUBJECT" in told


def test_the_api_tells_how_a_key_is_sent(serve, index) -> None:
    for access, needed in (("public", [{}, {"key": []}]), ("closed", [{"key": []}])):
        with serve(Settings(index=index, access=access)) as client:
            document = client.get("/api/v1/openapi.json").json()
        assert document["security"] == needed
        assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
        assert {"401", "403", "429"} <= set(document["paths"]["/api/v1/search"]["post"]["responses"])
