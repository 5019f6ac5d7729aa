"""A recipe and a query that mean harm, in a real browser: nothing runs, nothing leaves."""

from __future__ import annotations

import pytest
from hostile import HOSTILE_TEXT, write_hostile
from kitchen import write_cookbook
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

CAUGHT = """() => {
  window.ran = [];
  for (const name of ["alert", "confirm", "prompt"]) window[name] = (what) => window.ran.push(what);
}"""


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    corpus = write_cookbook(folder / "corpus")
    write_hostile(corpus)
    settings = Settings(
        corpus=(corpus,), index=folder / "index", database=f"sqlite:///{folder / 'cookbook.db'}"
    )
    Cookbook(settings).index()
    with serving(settings) as address:
        yield address


@pytest.fixture
def page(new_context, hostile_site):
    page = new_context(base_url=hostile_site).new_page()
    page.add_init_script(f"({CAUGHT})()")
    return page


def shake(page):
    """Point at, focus and click whatever might have a handler."""
    page.evaluate("""() => {
      for (const element of document.querySelectorAll("main *")) {
        for (const kind of ["mouseover", "focus", "load", "error", "toggle"]) {
          element.dispatchEvent(new Event(kind, { bubbles: false }));
        }
      }
    }""")


@pytest.mark.parametrize(
    "path",
    [
        "/reseptit/vihamielinen",
        "/kirjasto?phase=uudista",
        "/kirjasto/verkko?valittu=Vantaa/vihamielinen",
        "/?q=vihamielinen pulma",
        f"/?q={HOSTILE_TEXT}",
        f"/?q=yritys&phase={HOSTILE_TEXT}&lang={HOSTILE_TEXT}",
    ],
)
def test_nothing_runs(page, path):
    page.goto(path, wait_until="networkidle")
    shake(page)
    assert page.evaluate("window.ran") == []
    assert (
        page.locator("main :is(script, iframe, object, embed, style, img, form[action^='http'])").count() == 0
    )


def test_links_of_the_recipe_lead_to_the_web_or_the_site(page):
    page.goto("/reseptit/vihamielinen")
    schemes = page.evaluate("[...document.querySelectorAll('main a')].map((a) => new URL(a.href).protocol)")
    assert set(schemes) <= {"http:", "https:"}
    addresses = page.locator("article a:not(.anchor)").evaluate_all("links => links.map((a) => a.href)")
    assert "https://example.org/hyva" in addresses


def test_suggestions_and_recent_searches_are_text(page):
    page.goto("/")
    page.evaluate("words => localStorage.setItem('recent', JSON.stringify([words, 7, null]))", HOSTILE_TEXT)
    page.locator("#q").click()
    assert page.locator("[role=option]").all_text_contents() == [f"{HOSTILE_TEXT} "]
    page.locator("#q").fill("vihamielinen")
    page.locator("[role=option] mark").first.wait_for()
    assert HOSTILE_TEXT in page.locator("[role=listbox]").text_content()
    assert page.locator(".suggest :is(img, script)").count() == 0
    assert page.evaluate("window.ran") == []


def test_the_block_to_copy_holds_what_is_written(page):
    page.goto("/reseptit/vihamielinen")
    assert "<script>alert(17)</script>" in page.locator("figure.copyable pre").text_content()
