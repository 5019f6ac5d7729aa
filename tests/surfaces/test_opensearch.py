"""OpenSearch: the description, the suggestions of browsers, and results as Atom."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from test_pages import Page

from cookbook_search.config import Settings

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
ATOM = "{http://www.w3.org/2005/Atom}"
RELEVANCE = "{http://a9.com/-/opensearch/extensions/relevance/1.0/}"
QUERY = "Yritykset eivät palaa"


def feed(client, **parameters):
    answer = client.get("/haku.atom", params=parameters)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.text)


def link(top, rel):
    return next((found.get("href") for found in top.findall(f"{ATOM}link") if found.get("rel") == rel), None)


def total(top):
    return int(top.findtext(f"{OPENSEARCH}totalResults"))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_pages_lead_to_a_description_whose_addresses_answer(client, language):
    page = Page(client.get(f"/?lang={language}").text)
    (found,) = [link for link in page.all("link") if link.get("rel") == "search"]
    description = client.get(found["href"])
    top = ET.fromstring(description.text)

    assert description.headers["content-type"] == found["type"] == "application/opensearchdescription+xml"
    assert len(top.findtext(f"{OPENSEARCH}ShortName")) <= 16
    assert len(top.findtext(f"{OPENSEARCH}LongName")) <= 48
    assert len(top.findtext(f"{OPENSEARCH}Description")) <= 1024
    addresses = top.findall(f"{OPENSEARCH}Url")
    assert {url.get("rel", "results") for url in addresses} == {"results", "suggestions", "self"}
    for url in addresses:
        address = (
            url.get("template")
            .replace("{searchTerms}", "tuki")
            .replace("{startIndex?}", "")
            .replace("{count?}", "")
        )
        answer = client.get(f"{urlsplit(address).path}?{urlsplit(address).query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(url.get("type"))
    assert client.get(urlsplit(top.findtext(f"{OPENSEARCH}Image")).path).status_code == 200


def test_a_feed_holds_what_the_search_finds(client):
    top = feed(client, q=QUERY, lang="fi")
    entries = top.findall(f"{ATOM}entry")
    found = client.post("/api/v1/search", json={"query": QUERY, "limit": 50}).json()

    assert total(top) == len(found["recipes"]) + len(found["metrics"])
    titles = {entry.findtext(f"{ATOM}title") for entry in entries}
    assert titles <= {hit["title"] for hit in (*found["recipes"], *found["metrics"])}
    scores = [float(entry.findtext(f"{RELEVANCE}score")) for entry in entries]
    assert scores == sorted(scores, reverse=True)
    for entry in entries:
        assert dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        address = link(entry, "alternate")
        assert entry.findtext(f"{ATOM}id") == address
        assert client.get(urlsplit(address).path + "?" + urlsplit(address).query).status_code == 200
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)


def test_a_feed_goes_on_where_it_is_told(client):
    whole = [
        entry.findtext(f"{ATOM}id")
        for entry in feed(client, q=QUERY, lang="fi", count=50).findall(f"{ATOM}entry")
    ]
    top = feed(client, q=QUERY, lang="fi", count=2)
    gathered = []
    while True:
        gathered += [entry.findtext(f"{ATOM}id") for entry in top.findall(f"{ATOM}entry")]
        if not (address := link(top, "next")):
            break
        top = ET.fromstring(client.get(f"/haku.atom?{urlsplit(address).query}").text)

    assert gathered == whole
    assert feed(client, q=QUERY, count=0).findall(f"{ATOM}entry") == []
    assert total(feed(client, q=QUERY, startIndex=9999)) == len(whole)


@pytest.mark.parametrize("query", ["", "   ", "!!!", "paistettu lohi uunissa"])
def test_nothing_found_is_a_feed_without_entries(client, query):
    top = feed(client, q=query)

    assert total(top) == 0
    assert top.findall(f"{ATOM}entry") == []


@pytest.mark.parametrize(
    "query", ["yritys <b>&amp;\"'", "yritys\x00\x0b\x1f", "yritys ]]> <!-- \ufffe", "yritys 🎈"]
)
def test_no_query_breaks_the_feed(client, query):
    assert feed(client, q=query).findtext(f"{ATOM}title").startswith("yritys")


def test_strange_numbers_are_left_out(client):
    for value in ("-1", "x", "1e3", "٣", "9" * 30, ""):
        top = feed(client, q=QUERY, count=value, startIndex=value)
        assert top.findtext(f"{OPENSEARCH}startIndex") == "1"
        assert top.findtext(f"{OPENSEARCH}itemsPerPage") == "10"


def test_a_query_that_is_too_long_is_refused(client):
    assert client.get("/haku.atom", params={"q": "ä" * 2001}).status_code == 422


def test_suggestions_have_the_form_that_browsers_read(client):
    typed, completions, kinds, addresses = client.get("/opensearch/suggestions", params={"q": "luott"}).json()

    assert typed == "luott"
    assert completions
    assert len(completions) == len(kinds) == len(addresses)
    for address in addresses:
        assert client.get(urlsplit(address).path + "?" + urlsplit(address).query).status_code == 200
    assert client.get("/opensearch/suggestions").json() == ["", [], [], []]


def test_without_an_index_clients_are_told(serve, tmp_path):
    with serve(Settings(index=tmp_path)) as client:
        assert client.get("/opensearch.xml").status_code == 200
        for path in ("/haku.atom?q=x", "/opensearch/suggestions?q=x"):
            assert client.get(path).status_code == 503
