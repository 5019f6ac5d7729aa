"""Who may do what: every route of the application, asked by every kind of caller."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping

import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.http.access import Guarded, Requirement
from cookbook_search.surfaces.http.server import create_app
from cookbook_search.types import OPEN, ROLES, Scope

TOKEN = "avain-jota-kukaan-ei-arvaa"
OPEN_BY_NATURE = {"/static": "files of the interface", "/api/v1/openapi.json": "the API's form, no content"}
"""Not declared where they are made -> why they need no scope."""
SIGNING = {("POST", "/kirjaudu"), ("POST", "/poistu"), ("GET", "/kirjaudu/paluu")}
"""Open to all, and what they answer depends on who asks."""
EDITORS = ("/toimitus", "/api/v1/editor")
"""Below these nothing is for readers."""
VALUES = {"document_id": "ei-ole", "folder": "reseptit", "token": "ei-ole", "gap_id": "0123abcd"}
BODIES: Mapping[str, object] = {
    "/api/v1/search": {"query": "raha"},
    "/api/v1/chat": {"messages": [{"role": "user", "content": "Mistä rahaa?"}]},
    "/api/v1/feedback": {"about": "0123456789abcdef", "kind": "search", "vote": "up"},
}


def routes(settings: Settings) -> Iterator[tuple[str, str, list[Requirement]]]:
    """(method, path, requirements) of every route."""
    app = create_app(settings)
    for route in iter_route_contexts(app.router.routes):
        found = [
            dependency.dependency
            for dependency in getattr(route, "dependencies", None) or ()
            if isinstance(dependency.dependency, Requirement)
        ]
        original = route.original_route
        if isinstance(endpoint := getattr(original, "app", None), Guarded):
            found.append(endpoint.requirement)
        methods = ["GET"] if isinstance(original, Mount) else sorted(route.methods or {"POST"})
        for method in methods:
            if method != "HEAD":
                yield method, route.path, found


WALK = list(
    routes(
        Settings(
            slack_signing_secret="s" * 32, slack_client_id="1", slack_client_secret="s", oidc_client_id="x",
            slack_token_key=Fernet.generate_key().decode(), oidc_issuer="https://id.example",
            editor_token=TOKEN,
        )
    )
)  # fmt: skip
"""Every route that there can be."""


@pytest.mark.parametrize(("method", "path", "found"), WALK, ids=[f"{m} {p}" for m, p, _ in WALK])
def test_a_route_says_what_it_requires(method: str, path: str, found: list[Requirement]) -> None:
    if path in OPEN_BY_NATURE:
        return
    assert found, f"declare requires(...) or OPEN_TO_ALL for {method} {path}"
    if path.startswith(EDITORS):
        needed = {scope for requirement in found for scope in requirement.scopes}
        assert needed
        assert needed <= {Scope.EDITOR, Scope.ADMIN}


def permitted(found: list[Requirement], scopes: frozenset[Scope]) -> bool:
    """Whether a caller with these scopes may pass all of the requirements."""
    return all(not needed.scopes or not scopes.isdisjoint(needed.scopes) for needed in found)


def send(client: httpx.Client, method: str, path: str, **headers: str) -> httpx.Response:
    """Ask a route for what is not there, where that is a choice."""
    address = re.sub(r"{(\w+)}", lambda name: VALUES[name[1]], path)
    body = BODIES.get(path) if method in {"POST", "PUT"} else None
    return client.request(method, address, json=body, headers=headers)


def is_refusal(response: httpx.Response) -> bool:
    """Whether the caller was turned away: told so, or sent to sign in."""
    if response.status_code == 303:
        return response.headers["location"].startswith("/kirjaudu")
    return response.status_code in {401, 403}


def callers(settings: Settings) -> dict[str, tuple[frozenset[Scope], dict[str, str]]]:
    """Who -> their scopes, and the headers that they send."""
    cookbook = Cookbook(settings)
    anyone = OPEN[settings.access]
    found: dict[str, tuple[frozenset[Scope], dict[str, str]]] = {"anonymous": (anyone, {})}
    for scope in Scope:
        _, secret = cookbook.keys.create(f"avain {scope}", {scope}, None)
        found[f"{scope} key"] = (anyone | {scope}, {"authorization": f"Bearer {secret}"})
    for role, scopes in ROLES.items() if settings.oidc_issuer else ():
        ticket = cookbook.sessions.begin("person", role, role, scopes)
        found[role] = (anyone | scopes, {"cookie": f"istunto={ticket}"})
    if settings.editor_token:
        ticket = cookbook.sessions.begin("token", "token", "", ROLES["editor"])
        found["editor by token"] = (anyone | ROLES["editor"], {"cookie": f"istunto={ticket}"})
    cookbook.close()
    return found


@pytest.mark.parametrize("access", ["public", "closed"])
def test_every_route_lets_in_whom_it_should(serve, index, tmp_path, access) -> None:
    database = f"sqlite:///{tmp_path}/state.db"
    settings = Settings(
        index=index, access=access, editor_token=TOKEN, rate_limit="0", key_rate_limit="0", database=database,
        oidc_issuer="http://127.0.0.1:9", oidc_client_id="x",
    )  # fmt: skip
    wrong, asked = [], 0
    every = [route for route in routes(settings) if route[:2] not in SIGNING]
    with serve(settings) as client:
        for who, (scopes, headers) in callers(settings).items():
            for method, path, found in every:
                response = send(client, method, path, **headers)
                asked += 1
                if is_refusal(response) == permitted(found, scopes):
                    wrong.append((who, method, path, response.status_code))
    assert wrong == []
    assert asked > 9 * 50


def test_a_server_starts_without_what_only_signing_in_needs() -> None:
    code = (
        "import sys; from cookbook_search.config import Settings; "
        "from cookbook_search.surfaces.http.server import create_app; "
        "create_app(Settings(editor_token='x' * 16, oidc_issuer='https://id.example', oidc_client_id='x')); "
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"authlib", "joserfc", "cryptography", "sqlalchemy", "alembic", "httpx2", "httpx"}
    assert heavy & set(run.stdout.split()) == set()


def test_mcp_in_a_closed_cookbook_wants_a_key(serve, index, tmp_path) -> None:
    settings = Settings(index=index, access="closed", database=f"sqlite:///{tmp_path}/state.db")
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream"}
    with serve(settings) as client:
        refused = client.post("/mcp", json=call, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer ")
        answer = client.post("/mcp", json=call, headers=headers | callers(settings)["search key"][1])
        assert answer.status_code == 200
        assert "search_cookbook" in answer.text


def test_a_frame_in_a_closed_cookbook_holds_nothing_of_it(serve, index) -> None:
    address = "/upota/haku?tag=rahoitus&owner=Vantaa&lang=sv"
    with serve(Settings(index=index)) as client:
        assert 'tag="rahoitus"' in client.get(address).text
    with serve(Settings(index=index, access="closed")) as client:
        frame = client.get(address)
        assert frame.status_code == 200
        assert "rahoitus" not in frame.text
        assert client.get("/upota").status_code == 303


@pytest.mark.parametrize("path", ["/api/v1/search", "/suunnitelma", "/poistu"])
def test_another_sites_page_does_nothing_with_a_session(serve, index, tmp_path, path) -> None:
    settings = Settings(index=index, editor_token=TOKEN, database=f"sqlite:///{tmp_path}/state.db")
    with serve(settings) as client:
        headers = callers(settings)["editor by token"][1]
        for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
            refused = client.post(path, headers=headers | foreign)
            assert refused.status_code == 403
            assert "another site" in refused.json()["detail"]
        ours = {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        assert client.post(path, json={"query": "raha"}, headers=headers | ours).status_code != 403


def test_what_a_form_sent_after_its_session_had_ended_is_kept(serve, index, tmp_path) -> None:
    settings = Settings(
        index=index, access="closed", editor_token=TOKEN, database=f"sqlite:///{tmp_path}/state.db"
    )
    form = {"cluster": '"><script>vesi</script>', "problems": "yksi\nkaksi", "cities": ""}
    with serve(settings) as client:
        kept = client.post("/suunnitelma?lang=sv", data=form)
        assert kept.status_code == 401
        assert "Det du skickade finns kvar" in kept.text
        assert 'action="/suunnitelma?lang=sv"' in kept.text
        assert "&#34;&gt;&lt;script&gt;vesi" in kept.text
        assert 'name="cities" value=""' in kept.text
        assert kept.headers["cache-control"] == "no-store"
        foreign = client.post("/suunnitelma", data=form, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 303
        assert "vesi" not in foreign.text
        ticket = callers(settings)["editor by token"][1]
        assert client.post("/suunnitelma", data=form, headers=ticket).status_code in {303, 422}
