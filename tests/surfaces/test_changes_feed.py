"""The feeds of changes: Atom that parses, JSON Feed, the same things in both."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from kitchen import write_cookbook, write_guest
from test_pages import Page

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

ATOM = "{http://www.w3.org/2005/Atom}"


def atom(client, **parameters):
    answer = client.get("/muutokset.atom", params=parameters)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.text)


def items(client, **parameters):
    answer = client.get("/muutokset.json", params=parameters)
    assert answer.headers["content-type"] == "application/feed+json"
    return answer.json()["items"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_both_feeds_tell_the_same_and_lead_to_pages(client, language):
    feed = atom(client, lang=language)
    entries = feed.findall(f"{ATOM}entry")
    told = items(client, lang=language)
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [item["title"] for item in told]
    assert len(told) == len({item["id"] for item in told}) > 5
    for name in ("id", "title", "updated"):
        assert all(entry.findtext(f"{ATOM}{name}") for entry in (feed, *entries))
    assert [item["date_modified"] for item in told] == sorted(
        (item["date_modified"] for item in told), reverse=True
    )
    assert client.get(told[0]["url"]).status_code == 200
    assert feed.find(f"{ATOM}link[@rel='license']").get("href").startswith("https://creativecommons.org/")


def test_one_city_can_be_followed_alone(client):
    owners = {item["authors"][0]["name"] for item in items(client)}
    assert {"Vantaa", "Espoo"} <= owners
    assert {item["authors"][0]["name"] for item in items(client, owner="Espoo")} == {"Espoo"}
    assert items(client, owner="Atlantis") == []
    assert atom(client, owner="Atlantis").findtext(f"{ATOM}updated")


def test_the_library_leads_to_both(client):
    page = Page(client.get("/kirjasto").text)
    kinds = {
        link["type"]: link["href"]
        for link in page.all("link")
        if link.get("rel") == "alternate" and "type" in link
    }
    assert kinds == {
        "application/atom+xml": "/muutokset.atom", "application/feed+json": "/muutokset.json",
    }  # fmt: skip


def test_a_change_and_a_removal_are_told(tmp_path, serve):
    corpora = (write_cookbook(tmp_path / "vantaa"), write_guest(tmp_path / "espoo"))
    settings = Settings(corpus=corpora, index=tmp_path / "index")
    cookbook = Cookbook(settings)
    cookbook.index()
    recipe = corpora[0] / "reseptit" / "avustushaku.md"
    recipe.write_text(
        recipe.read_text(encoding="utf-8").replace("Kirjoita budjetti", "Laadi budjetti"), encoding="utf-8"
    )
    for guest in (corpora[1] / "reseptit").glob("*.md"):
        guest.unlink()
    Cookbook(Settings(corpus=corpora, index=tmp_path / "index")).index()
    with serve(settings) as client:
        first, second = items(client)[:2]
        assert {first["_cookbook"]["what"], second["_cookbook"]["what"]} == {"changed", "removed"}
        changed, removed = sorted((first, second), key=lambda item: item["_cookbook"]["what"])
        assert changed["title"] == "Muuttunut: Hankerahan haku"
        assert changed["content_text"].startswith("Muuttuneet osat: Työvaiheet. ")
        assert removed["title"].startswith("Poistettu: ")
        assert "url" not in removed


def test_without_an_index_the_feeds_say_so(tmp_path, serve):
    with serve(Settings(index=tmp_path / "none")) as client:
        for name in ("atom", "json"):
            answer = client.get(f"/muutokset.{name}")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
