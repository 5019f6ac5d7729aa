"""What other sites may do, and what they may not: headers, settings, the components' code and words."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from cookbook_search.config import Settings, read_settings
from cookbook_search.errors import SettingsError
from cookbook_search.surfaces.http.guard import content_policy
from cookbook_search.surfaces.http.pages import shelves
from cookbook_search.surfaces.strings import web_folder

HOST, STRANGER = "https://intra.example.fi", "https://evil.example"
CODE = sorted([web_folder() / "static" / "embed.js", *(web_folder() / "static" / "embed").glob("*.js")])


@pytest.fixture(scope="module")
def embedded(serve, index):
    with serve(Settings(index=index, embed_origins=(HOST,))) as client:
        yield client


def preflight(client, path, origin, method="POST"):
    return client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type",
        },
    )


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/chat", "/api/v1/feedback", "/api/v1/recipes/x"])
def test_a_named_site_may_call_the_public_api(embedded, path):
    answer = preflight(embedded, path, HOST)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == HOST
    assert "access-control-allow-credentials" not in answer.headers
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == {"GET", "POST"}


def test_a_named_site_may_read_answers_and_refusals(embedded):
    for body, status in (({"query": "jäsenet"}, 200), ({"query": ""}, 422)):
        answer = embedded.post("/api/v1/search", json=body, headers={"Origin": HOST})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == HOST
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", ["/", "/reseptit/luottamus", "/readyz", "/api/v1/openapi.json", "/mcp"])
def test_nothing_else_is_open_to_a_named_site(embedded, path):
    assert "access-control-allow-origin" not in embedded.get(path, headers={"Origin": HOST}).headers


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "http://intra.example.fi", f"{HOST}.evil.example", f"{HOST}:8443"]
)
def test_no_other_site_may_call(embedded, origin):
    assert preflight(embedded, "/api/v1/search", origin).status_code == 400
    answer = embedded.post("/api/v1/search", json={"query": "jäsenet"}, headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers


def test_nobody_may_call_without_a_setting(client):
    assert preflight(client, "/api/v1/search", HOST).status_code == 400


def test_the_code_may_be_loaded_anywhere_and_is_asked_for_again(client):
    for path in ("/static/embed.js", "/static/embed/search.js", "/static/embed/words/search/sv.js"):
        answer = client.get(path, headers={"Origin": STRANGER})
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/static/style.css", "/static/search.js", "/api/v1/library"])
def test_nothing_else_may_be_loaded_by_another_site(client, path):
    assert client.get(path).headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(("view", "largest"), [("search", 15 * 1024), ("chat", 20 * 1024)])
def test_the_code_of_an_element_is_light(client, view, largest):
    needed = ["embed.js", f"embed/{view}.js", f"embed/words/{view}/fi.js"]
    for name in needed:
        source = client.get(f"/static/{name}").text
        for imported in re.findall(r'^import .* from "\./(.+?)";', source, flags=re.M):
            path = imported if imported.startswith("embed/") else f"embed/{imported}"
            needed += [path] if path not in needed else []
    compressed = [len(gzip.compress(client.get(f"/static/{name}").content, 5)) for name in needed]

    assert len(needed) > 6
    assert sum(compressed) < largest


def test_the_code_makes_no_markup_of_text():
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setHTML|cssText"
    )

    assert [file.name for file in CODE if forbidden.search(file.read_text(encoding="utf-8"))] == []


def test_the_element_takes_for_an_answer_what_the_page_takes():
    code = (web_folder() / "static" / "embed" / "search.js").read_text(encoding="utf-8")

    assert float(re.search(r"const LIKELY = ([\d.]+);", code)[1]) == shelves.LIKELY


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(
    ("view", "files"),
    [
        ("search", ("search.js", "suggest.js")),
        ("chat", ("chat.js", "turn.js", "conversation.js", "markdown.js")),
    ],
)
def test_the_words_that_a_view_says_are_there(client, language, view, files):
    code = "\n".join(
        file.read_text("utf-8") for file in CODE if file.name in (*files, "element.js", "api.js")
    )
    rooms = "chat|embed|search|suggest|results|metrics|document|empty|error|example"
    said = set(re.findall(rf'"((?:{rooms})\.[A-Za-z.0-9]+)"', code))
    kinds = {
        kind for line in re.findall(r"new Trouble\((.*)", code) for kind in re.findall(r'"([a-z]+)"', line)
    }
    words = client.get(f"/static/embed/words/{view}/{language}.js").text

    assert len(said) > 20
    assert kinds >= {"network", "origin", "policy", "busy", "late", "cut", "starting"}
    wanted = said | {f"trouble.{kind}" for kind in kinds} | {"kind.recipe", "kind.method", "kind.metric"}
    assert [key for key in sorted(wanted) if f'"{key}":' not in words] == []


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://intra.example.fi/", "https://intra.example.fi"),
        ("HTTPS://Intra.Example.fi:443", "https://intra.example.fi"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_read_as_browsers_write_it(given, origin):
    assert read_settings(embed_origins=[given]).embed_origins == (origin,)


@pytest.mark.parametrize(
    "given",
    ["*", "https://*.example.fi", "intra.example.fi", "https://intra.example.fi/sivu", "ftp://example.fi", "https://",
     "null", "https://a.fi; script-src *", "https://a.fi b.fi", "https://user@a.fi"],
)  # fmt: skip
def test_an_origin_that_is_none_is_refused_with_advice(given):
    with pytest.raises(SettingsError, match="write scheme and host"):
        read_settings(embed_origins=[given])


def test_a_policy_names_who_may_show_the_page():
    assert content_policy().endswith("frame-ancestors 'none'")
    assert content_policy(HOST, "https://b.fi").endswith(f"frame-ancestors {HOST} https://b.fi")


def test_a_call_needs_no_origin(client: httpx.Client):
    assert client.post("/api/v1/search", json={"query": "jäsenet"}).status_code == 200
