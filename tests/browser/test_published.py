"""A published site in a browser: the search runs there, from a web server and from a disk."""

from __future__ import annotations

import functools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.publish import publish
from cookbook_search.surfaces.strings import read_strings, web_folder

from .axe import violations

QUESTIONS = Path(__file__).parents[2] / "evaluation" / "dev.jsonl"


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a word."""

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def folder(cookbook_index, tmp_path_factory):
    target = tmp_path_factory.mktemp("published") / "site"
    web = web_folder()
    cookbook = Cookbook(Settings(index=cookbook_index))
    with ThreadPoolExecutor(1) as pool:  # Playwright's loop runs in this thread
        pool.submit(publish, cookbook, web, read_strings(web), target).result()
    return target


@pytest.fixture(scope="module")
def address(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/site"
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(new_context, address):
    """A page of the published site; it stands in a folder of its host."""
    return new_context(base_url=address.removesuffix("/site")).new_page()


def ask(page, query):
    page.fill("#q", query)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("start", "query", "title"),
    [
        ("index.html", "Yritykset käyvät kerran eivätkä palaa", "Yritysten sitouttaminen toimintaan"),
        ("sv/kirjasto/index.html", "Konkurrenterna litar inte på varandra", "Förtroende mellan konkurrenter"),
    ],
)
def test_a_question_finds_its_recipe_from_any_page(reader, start, query, title):
    reader.goto(f"/site/{start}")
    ask(reader, query)
    reader.locator(".card.hit").first.wait_for()
    titles = reader.locator(".card.hit h3").all_text_contents()
    assert len(titles) > 1
    reader.locator(".card.hit h3 a").first.click()
    reader.wait_for_url("**/reseptit/**")
    assert reader.locator("h1").text_content() == titles[0]
    if title in titles:
        assert titles.index(title) < 3
    assert reader.locator(".metrics a, aside a").count() > 0


def test_a_question_from_elsewhere_is_answered_by_none(reader):
    reader.goto("/site/index.html")
    ask(reader, "Milloin uimahalli on auki juhannuksena?")
    reader.locator("#results .notice").wait_for()
    assert not reader.locator(".card.hit").count()
    assert reader.locator("#status").text_content() == "Keittokirjasta ei löytynyt vastausta"
    assert reader.locator(".browse").is_visible()


def test_results_and_pages_pass_axe(reader):
    for path in ("index.html?q=Kilpailijat eivät luota", "kirjasto/index.html", "en/index.html"):
        reader.goto(f"/site/{path}")
        if "q=" in path:
            reader.locator(".card.hit").first.wait_for()
        assert violations(reader) == []


def test_it_works_from_a_disk(new_context, folder, faults):
    page = new_context(base_url=folder.as_uri()).new_page()
    page.goto((folder / "index.html").as_uri())
    ask(page, "Raha loppuu keväällä")
    page.locator(".card.hit").first.wait_for()
    assert page.url.startswith("file:")
    # browsers load no module scripts from a disk: pages lose their comforts there, not the search
    assert all("site.js" in fault or "ERR_FAILED" in fault or "file:" in fault for fault in faults), faults
    faults.clear()


def test_the_search_in_the_browser_is_worth_having(reader):
    """Well above chance and below the server's: docs/publishing.md has the figures."""
    reader.goto("/site/index.html")
    queries = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [
        (one["query"], [i for i, grade in one["recipes"].items() if grade == 3])
        for one in queries
        if one["recipes"]
    ]
    needed = [(query, ids) for query, ids in asked if ids]
    found = reader.evaluate(
        """async (queries) => {
          const answers = [];
          for (const query of queries) {
            const { order } = await cookbookSearch(query);
            const told = order.map((at) => cookbookIndex.documents[at]);
            const recipes = told.filter((one) => one.kind !== "metric").slice(0, 5);
            answers.push(recipes.map((one) => one.url.split("/").pop()));
          }
          return answers;
        }""",
        [query for query, _ in needed],
    )
    hits = [bool(set(ids) & set(told)) for (_, ids), told in zip(needed, found, strict=True)]
    assert sum(hits) / len(hits) > 0.7
