"""The HTTP API, field by field, and every way of asking it wrongly."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kitchen import write_cookbook

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.index import current_id

QUERY = "Kilpailijat eivät kerro toisilleen mitään"
RESPONSE = {
    "query_id", "language", "answerable", "took_ms", "recipes", "metrics", "suggestions", "facets"
}  # fmt: skip
RECIPE = {
    "id", "kind", "title", "summary", "url", "owner", "phase", "score", "why", "passages", "language",
    "metrics",
}  # fmt: skip
METRIC = {"id", "title", "summary", "url", "owner", "score", "formula", "unit", "level", "via"}
CARD = {"id", "kind", "title", "summary", "url", "owner", "tags", "phase", "level"}
DOCUMENT = CARD | {
    "body", "html", "problems", "related", "prerequisites", "methods", "metrics", "sources", "updated",
    "formula", "unit", "direction", "data_source", "frequency", "language", "licence",
}  # fmt: skip
PROBLEM = {"type", "title", "status", "detail", "request_id", "errors"}


def post(client, **request):
    return client.post("/api/v1/search", json=request)


def require_problem(response, status):
    """An RFC 9457 problem of this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == PROBLEM
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    assert all(set(error) == {"field", "fault"} for error in problem["errors"])
    return problem


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_search_answers_with_exactly_the_agreed_fields(client, method):
    if method == "POST":
        response = post(client, query=QUERY)
    else:
        response = client.get("/api/v1/search", params={"q": QUERY})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert set(answer) == RESPONSE
    assert answer["language"] == "fi"
    assert answer["answerable"] is True
    assert answer["query_id"]
    assert answer["took_ms"] >= 0
    assert set(answer["facets"]) == {"phase", "kind", "tag", "owner"}
    assert answer["recipes"]
    for recipe in answer["recipes"]:
        assert set(recipe) == RECIPE
        assert 0 <= recipe["score"] <= 1
        assert (recipe["phase"] is None) == (recipe["kind"] == "method")
        for passage in recipe["passages"]:
            assert set(passage) == {"heading", "anchor", "text", "highlights"}
            for start, end in passage["highlights"]:
                assert 0 <= start < end <= len(passage["text"])
    assert answer["metrics"]
    for metric in answer["metrics"]:
        assert set(metric) == METRIC
        assert 0 <= metric["score"] <= 1
    [trust] = [recipe for recipe in answer["recipes"] if recipe["id"] == "luottamus"]
    assert (trust["kind"], trust["phase"], trust["url"]) == ("recipe", "orkestroi", "/reseptit/luottamus")
    assert trust["title"] == "Luottamus kilpailijoiden kesken"
    assert trust["metrics"] == ["jasenmaara"]
    assert answer["metrics"][0]["url"].startswith("/mittarit/")


def test_both_methods_give_the_same_answer(client):
    request = {"query": QUERY, "limit": 3, "language": "fi"}
    filters = {"phase": ["orkestroi", "sitouta"], "kind": ["recipe", "metric"], "owner": ["Vantaa"]}
    posted = post(client, **request, filters=filters).json()
    got = client.get("/api/v1/search", params={"q": QUERY, "limit": 3, "language": "fi", **filters}).json()
    varying = {"query_id", "took_ms"}
    assert {k: v for k, v in posted.items() if k not in varying} == {
        k: v for k, v in got.items() if k not in varying
    }
    assert posted["query_id"] != got["query_id"]
    assert {recipe["phase"] for recipe in posted["recipes"]} == {"orkestroi", "sitouta"}


def test_a_refusal_has_empty_lists(client):
    answer = post(client, query=QUERY, filters={"tag": ["ei-ole"]}).json()
    assert set(answer) == RESPONSE
    assert answer["answerable"] is False
    assert answer["recipes"] == answer["metrics"] == []


@pytest.mark.parametrize(
    ("query", "field", "values"),
    [
        ("Mistä saamme rahaa kokeiluun?", "phase", ["rahoita"]),
        ("Miten kysytään syitä puhelimessa?", "kind", ["method"]),
        (QUERY, "kind", ["method", "recipe"]),
    ],
)
def test_filters(client, query, field, values):
    answer = post(client, query=query, limit=50, filters={field: values}).json()
    assert {recipe[field] for recipe in answer["recipes"]} == set(values)
    assert answer["metrics"] == [] or field == "phase"


def test_filters_by_tag_and_owner(client):
    answer = post(client, query="rahaa kokeiluun", filters={"tag": ["rahoitus"], "owner": ["Espoo"]}).json()
    assert [recipe["id"] for recipe in answer["recipes"]] == ["avustushaku"]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_the_limit_is_kept(client, limit):
    answer = post(client, query=QUERY, limit=limit).json()
    assert len(answer["recipes"]) == min(limit, 7)
    assert len(answer["metrics"]) == min(limit, 4)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_language_can_be_forced(client, language):
    answer = post(client, query="Kilpailijat", language=language, filters={"owner": ["Vantaa"]}).json()
    assert answer["language"] == language
    titles = {
        "fi": "Luottamus kilpailijoiden kesken",
        "sv": "Förtroende mellan konkurrenter",
        "en": "Trust among rivals",
    }
    if answer["answerable"]:
        found = {recipe["id"]: recipe["title"] for recipe in answer["recipes"]}
        assert found["luottamus"] == titles[language]


def test_two_thousand_characters_are_answered(client):
    assert post(client, query=("klusteri " * 223)[:2000]).status_code == 200


@pytest.mark.parametrize(
    "request_body",
    [
        {},
        {"query": ""},
        {"query": "x" * 2001},
        {"query": None},
        {"query": 5},
        {"query": ["a"]},
        {"query": "a", "limit": 0},
        {"query": "a", "limit": 51},
        {"query": "a", "limit": "many"},
        {"query": "a", "limit": 1.5},
        {"query": "a", "language": "de"},
        {"query": "a", "language": ""},
        {"query": "a", "unknown": 1},
        {"query": "a", "filters": {"color": ["red"]}},
        {"query": "a", "filters": {"phase": ["lopeta"]}},
        {"query": "a", "filters": {"phase": "rahoita"}},
        {"query": "a", "filters": {"kind": ["chapter"]}},
        {"query": "a", "filters": {"tag": ["x" * 61]}},
        {"query": "a", "filters": {"tag": ["x"] * 21}},
        {"query": "a", "filters": None},
        [],
        "text",
        None,
    ],
    ids=lambda body: json.dumps(body)[:40],
)
def test_a_wrong_request_is_told_which_field_is_wrong(client, request_body):
    problem = require_problem(client.post("/api/v1/search", json=request_body), 422)
    assert problem["errors"]
    assert len(problem["detail"]) < 2000


@pytest.mark.parametrize("query", ["   ", "?!", "💶🎉", "\0\x01", "\u200b"])
def test_a_query_without_a_word_is_a_problem(client, query):
    assert "describe the problem" in require_problem(post(client, query=query), 422)["detail"]
    assert "describe the problem" in require_problem(
        client.get("/api/v1/search", params={"q": query}), 422
    )["detail"]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "", "?q=", "?query=a", "?q=a&limit=0", "?q=a&limit=51", "?q=a&limit=x", "?q=a&unknown=1",
        "?q=a&language=xx", "?q=a&phase=x", "?q=a&kind=x", "?q=" + "x" * 2001,
    ],
    ids=lambda address: address[:20],
)  # fmt: skip
def test_a_wrong_address_is_a_problem(client, address):
    assert require_problem(client.get(f"/api/v1/search{address}"), 422)["errors"]


@pytest.mark.parametrize(
    "body",
    [
        '{"query": "yritykset eivät"}'.encode("latin-1"),
        b"\xff\xfe\xfa",
        b"{",
        b"",
        b"{'query': 'a'}",
        b'{"query": "a",}',
        b'{"query": "\\ud800"}',
        b"[" * 30000,
        b'{"query": "a", "limit": 1e999}',
        b'{"query": "a", "limit": ' + b"9" * 5000 + b"}",
        b'{"query": "a", "limit": NaN}',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_not_json_in_utf_8_is_a_problem(client, body):
    response = client.post("/api/v1/search", content=body, headers={"Content-Type": "application/json"})
    require_problem(response, response.status_code)
    assert response.status_code in {400, 422}


def test_a_form_is_not_searched_with(client):
    response = client.post("/api/v1/search", data={"query": "a"})
    require_problem(response, 422)


def test_a_latin_1_address_does_not_break_the_search(client):
    response = client.get("/api/v1/search?q=yritykset%20eiv%E4t%20palaa")
    assert response.status_code == 200


@pytest.mark.parametrize("streamed", [False, True])
def test_a_huge_body_is_refused(client, streamed):
    body = b'{"query": "' + b"a" * 70000 + b'"}'
    content = (body[at : at + 1000] for at in range(0, len(body), 1000)) if streamed else body
    problem = require_problem(client.post("/api/v1/search", content=content), 413)
    assert "65536 bytes" in problem["detail"]


def test_a_streamed_body_within_the_limit_is_read(client):
    body = json.dumps({"query": QUERY}).encode()
    response = client.post(
        "/api/v1/search",
        content=(body[at : at + 7] for at in range(0, len(body), 7)),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/api/v1/nothing",
        "/api/v2/search",
        "/static/none.css",
        "/static/%2e%2e/strings/fi/site.json",
    ],
)
def test_an_unknown_path_is_a_problem(client, path):
    require_problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/api/v1/library", "GET"), ("PUT", "/healthz", "GET"), ("POST", "/", "GET")],
)
def test_a_wrong_method_is_a_problem_that_tells_the_right_one(client, method, path, allowed):
    response = client.request(method, path)
    require_problem(response, 405)
    assert allowed in response.headers["allow"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("recipes/luottamus", "recipe"),
        ("methods/puhelinkierros", "method"),
        ("metrics/jasenmaara", "metric"),
    ],
)
def test_documents(client, path, kind):
    document = client.get(f"/api/v1/{path}").json()
    assert set(document) == DOCUMENT
    assert document["kind"] == kind
    assert document["id"] == path.partition("/")[2]
    assert document["body"].startswith("## ")
    assert document["html"].startswith("<h2 id=")
    assert document["updated"] == "2026-11-24"
    assert document["sources"][0]["url"] == "https://example.org/a"
    assert (document["phase"] is None) == (kind != "recipe")
    assert (document["level"] is None) == (kind != "metric")
    assert (document["formula"] is None) == (kind != "metric")


def test_a_document_in_another_language(client):
    document = client.get("/api/v1/metrics/jasenmaara", params={"language": "sv"}).json()
    assert document["title"] == "Antal medlemmar"
    assert document["data_source"] == "Egen tabell"


def test_the_owner_decides_between_documents_of_one_id(client):
    assert client.get("/api/v1/recipes/avustushaku").json()["owner"] == "Vantaa"
    espoo = client.get("/api/v1/recipes/avustushaku", params={"owner": "Espoo"}).json()
    assert espoo["owner"] == "Espoo"
    require_problem(client.get("/api/v1/recipes/avustushaku", params={"owner": "Turku"}), 404)


@pytest.mark.parametrize(
    "path", ["recipes/none", "methods/luottamus", "metrics/luottamus", "recipes/jasenmaara", "recipes/%00"]
)
def test_a_document_that_is_not_there_is_a_problem(client, path):
    require_problem(client.get(f"/api/v1/{path}"), 404)


def test_a_language_that_is_not_ours_is_a_problem(client):
    require_problem(client.get("/api/v1/recipes/luottamus", params={"language": "de"}), 422)


def test_the_library(client):
    library = client.get("/api/v1/library", params={"language": "en"}).json()
    assert set(library) == {"documents", "tags", "cookbooks"}
    assert all(set(card) == CARD for card in library["documents"])
    assert len(library["documents"]) == 11
    assert library["tags"]["rahoitus"] == "Funding"
    assert "Trust among rivals" in {card["title"] for card in library["documents"]}


def test_health_and_readiness(client, index):
    health = client.get("/healthz")
    assert (health.status_code, health.text) == (200, "ok")
    ready = client.get("/readyz")
    assert (ready.status_code, ready.text) == (200, current_id(index))


def test_the_description_of_the_api_has_examples_and_every_path(client):
    description = client.get("/api/v1/openapi.json").json()
    assert set(description["paths"]) >= {
        "/api/v1/search", "/api/v1/recipes/{document_id}", "/api/v1/methods/{document_id}",
        "/api/v1/metrics/{document_id}", "/api/v1/library", "/healthz", "/readyz",
    }  # fmt: skip
    schemas = description["components"]["schemas"]
    assert schemas["SearchRequest"]["examples"][0]["query"]
    assert set(schemas["SearchResponse"]["properties"]) == RESPONSE
    assert set(schemas["RecipeHit"]["properties"]) == RECIPE
    assert set(schemas["MetricHitOut"]["properties"]) == METRIC


def wait_for(client, path, status):
    deadline = time.monotonic() + 60
    while (response := client.get(path)).status_code != status:
        assert time.monotonic() < deadline, response.text
        time.sleep(0.02)
    return response


def test_the_server_waits_for_a_first_snapshot_and_follows_the_next(tmp_path, serve):
    corpus = write_cookbook(tmp_path / "corpus")
    settings = Settings(corpus=(corpus,), index=tmp_path / "index", reload_seconds=0.02)
    with serve(settings) as client:
        assert client.get("/healthz").status_code == 200
        response = client.get("/readyz")
        require_problem(response, 503)
        assert response.headers["retry-after"] == "5"
        require_problem(post(client, query=QUERY), 503)
        require_problem(client.get("/api/v1/library"), 503)
        first = Cookbook(settings).index()
        assert wait_for(client, "/readyz", 200).text == first.id
        assert post(client, query=QUERY).status_code == 200

        (corpus / "reseptit" / "luottamus.md").unlink()
        second = Cookbook(settings).index()
        wait_for(client, "/api/v1/recipes/luottamus", 404)
        assert client.get("/readyz").text == second.id

        for content in (b"x\0y", b"\xff", b"..", b"nothing"):
            (tmp_path / "index" / "CURRENT").write_bytes(content)
            time.sleep(0.1)
            assert client.get("/readyz").text == second.id
            assert post(client, query=QUERY).status_code == 200
        (corpus / "reseptit" / "avustushaku.md").unlink()
        third = Cookbook(settings).index()
        wait_for(client, "/api/v1/recipes/avustushaku", 404)
        assert client.get("/readyz").text == third.id


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {"query": st.text(max_size=60)},
        optional={"limit": json_values, "language": json_values, "filters": json_values, "more": json_values},
    )
)
def test_no_request_is_an_error_of_the_server(client, body):
    response = client.post("/api/v1/search", json=body)
    assert response.status_code in {200, 422}
    if response.status_code == 200:
        assert set(response.json()) == RESPONSE
    else:
        require_problem(response, 422)


def test_suggestions_say_where_they_lead(client):
    answer = client.get("/api/v1/suggest", params={"q": "yrit", "language": "fi"}).json()
    assert answer["query"] == "yrit"
    first = answer["suggestions"][0]
    assert client.get(first["url"]).status_code == 200
    assert first["kind"] in {"recipe", "method", "metric", "problem"}
    assert all(0 <= start < end <= len(first["text"]) for start, end in first["highlights"])


@pytest.mark.parametrize(
    "parameters", [{}, {"q": ""}, {"q": "x" * 201}, {"q": "x", "limit": 0}, {"q": "x", "y": 1}]
)
def test_a_wrong_suggestion_request_is_a_problem(client, parameters):
    response = client.get("/api/v1/suggest", params=parameters)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
