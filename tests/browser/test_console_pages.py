"""The editors' console in a browser: accessible, light, and an index published without a reload."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from kitchen import write_cookbook, write_recipe
from playwright.sync_api import Page, expect
from serving import serving

from browser.axe import violations
from browser.conftest import NARROW, PATIENCE
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.evaluate import preview
from cookbook_search.surfaces import staging

TOKEN = "avain-jota-kukaan-ei-arvaa"
PAGES = ("", "/terveys", "/aukot", "/palaute", "/haku?q=Yritykset eivät palaa&sivu=luottamus", "/indeksi")
FIRST_LOAD = 60 * 1024


@pytest.fixture
def corpus(tmp_path):
    return write_cookbook(tmp_path / "corpus")


@pytest.fixture
def desk(tmp_path, corpus) -> Iterator[str]:
    """Address of a server with a small cookbook and editors' pages."""
    settings = Settings(
        corpus=(corpus,), index=tmp_path / "index", database=f"sqlite:///{tmp_path}/state.db",
        editor_token=TOKEN, judged_queries=tmp_path / "none.jsonl",
    )  # fmt: skip
    Cookbook(settings).index()
    with serving(settings) as address:
        yield address


def sign_in(page: Page) -> None:
    page.goto("/kirjaudu")
    page.locator("input[name=token]").fill(TOKEN)
    page.locator("input[name=token]").press("Enter")
    page.wait_for_url("**/toimitus*", timeout=6 * PATIENCE)


def test_every_page_is_accessible_light_and_fits_a_telephone(new_context, desk):
    page = new_context(base_url=desk, viewport=NARROW, color_scheme="dark").new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    sign_in(page)
    for path, language in zip(PAGES, ("fi", "sv", "en") * 2, strict=True):
        sizes.clear()
        page.goto(f"/toimitus{path}{'&' if '?' in path else '?'}lang={language}")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
        assert sum(sizes) < FIRST_LOAD, path


def test_an_index_is_staged_and_published_by_keyboard_without_a_reload(
    new_context, desk, corpus, monkeypatch
):
    seen = threading.Event()

    def in_a_while(*arguments):
        assert seen.wait(60)
        return preview(*arguments)

    monkeypatch.setattr(staging, "preview", in_a_while)
    page = new_context(base_url=desk).new_page()
    sign_in(page)
    page.goto("/toimitus/indeksi")
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    page.get_by_role("button", name="Rakenna uusi ja vertaa").press("Enter")
    page.wait_for_url("**/toimitus/indeksi?tehty=stage", timeout=6 * PATIENCE)
    page.evaluate("window.stayed = true")
    expect(page.get_by_role("heading", name="Uutta hakemistoa rakennetaan")).to_be_visible()
    seen.set()
    expect(page.get_by_role("heading", name="Odottaa julkaisua")).to_be_visible(timeout=6 * PATIENCE)
    expect(page.locator("#status")).to_have_text("Odottaa julkaisua")
    assert page.evaluate("window.stayed") is True
    assert violations(page) == []
    page.locator("#job").get_by_role("button", name="Julkaise", exact=True).press("Enter")
    expect(page.get_by_text("Uusi hakemisto on julkaistu.")).to_be_visible()
    page.get_by_role("button", name="Palaa edelliseen").press("Enter")
    expect(page.get_by_text("Hakemisto on palautettu.")).to_be_visible()
