"""Reading: the library, its map and graph, the page of a recipe; on the screen and on paper."""

from __future__ import annotations

import pytest

from browser.conftest import NARROW, WIDE

RECIPE = "/reseptit/jasenkysely"


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_map_leads_to_each_phase(new_context, viewport):
    page = new_context(viewport=viewport).new_page()
    page.goto("/")
    stops = page.locator(".map a:visible")
    assert stops.count() == 9
    stops.nth(5).click()
    page.wait_for_url("**/kirjasto?phase=rahoita")
    assert page.locator(".shelf-list li").count() > 3
    page.locator("a[rel=next]").click()
    page.wait_for_url("**/kirjasto?phase=kasvata")


def test_the_library_is_browsed_by_topic_and_level(page):
    page.goto("/kirjasto")
    page.locator(".tags summary").click()
    page.locator(".tags .chips a", has_text="Rahoitus").click()
    page.wait_for_url("**/kirjasto?tag=rahoitus")
    assert "Rahoitus" in page.locator(".tag-chosen").text_content()
    page.goto("/kirjasto")
    page.locator(".chain a", has_text="Vaikuttavuus").click()
    assert page.locator("#taso-vaikuttavuus").evaluate(
        "e => e.getBoundingClientRect().top < innerHeight - 100"
    )


def test_the_graph_names_what_belongs_together(page):
    page.goto("/kirjasto/verkko")
    node = page.locator('.node[data-key="Vantaa/luottamusindeksi"]')
    node.hover()
    pointed = page.locator(".ties path.is-pointed").count()
    assert pointed > 1
    node.click()
    named = page.locator(".graph-chosen .chips a")
    assert named.count() == pointed
    assert "valittu=" in page.url
    names = named.all_text_contents()
    page.reload()
    assert sorted(named.all_text_contents()) == sorted(names)
    page.locator(".graph-chosen p a").click()
    page.wait_for_url("**/mittarit/luottamusindeksi")


def test_steps_are_ticked_off_and_remembered(page):
    page.goto(RECIPE)
    steps = page.locator(".step input")
    count = steps.count()
    steps.nth(1).check()
    assert page.locator(".progress").text_content() == f"1/{count} tehty"
    assert page.locator("#status").text_content() == f"1/{count} tehty"
    page.reload()
    assert [box.is_checked() for box in steps.all()] == [n == 1 for n in range(count)]
    page.goto("/reseptit/vuosikello")
    assert not any(box.is_checked() for box in page.locator(".step input").all())
    page.goto(RECIPE)
    steps.nth(1).uncheck()
    assert page.evaluate("localStorage.length") == 0


def test_blocks_headings_and_the_reference_are_copied(new_context, site):
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(RECIPE)
    clipboard = "navigator.clipboard.readText()"
    block = page.locator("figure.copyable").first
    block.get_by_role("button").click()
    page.locator(".copy.is-done").wait_for()
    assert page.evaluate(clipboard) == block.locator("pre").text_content().strip()
    page.locator("#tyovaiheet .anchor").click()
    page.locator(".anchor.is-done").wait_for()
    assert page.evaluate(clipboard) == f"{site}{RECIPE}#tyovaiheet"
    page.locator(".cite button").click()
    page.locator(".cite .copy.is-done").wait_for()
    assert page.evaluate(clipboard) == (
        f"Vantaa (2026): Jäsenkysely ja palaute. Klusterikeittokirja. {site}{RECIPE}"
    )


def test_a_refused_clipboard_leaves_the_text_selected(page):
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto(RECIPE)
    block = page.locator("figure.copyable").first
    block.get_by_role("button").click()
    page.wait_for_function("() => getSelection().toString().length > 20")
    assert "valitse" in page.locator("#status").text_content().lower()


def test_paper_gets_a_code_and_no_controls(page):
    page.goto(RECIPE)
    assert page.locator(".qr").is_hidden()
    page.emulate_media(media="print")
    assert page.locator(".qr svg").is_visible()
    for selector in (
        ".top",
        ".band",
        ".foot",
        ".contents",
        ".copy >> nth=0",
        ".step input >> nth=0",
        ".actions",
    ):
        assert page.locator(selector).is_hidden(), selector


def test_the_reader_goes_from_recipe_to_metric_and_back(page):
    page.goto(RECIPE)
    page.locator("#side-metrics ~ ul a").first.click()
    page.wait_for_url("**/mittarit/*")
    assert page.locator(".big-formula").is_visible()
    assert page.locator(".facts .chain [aria-current]").count() == 1
    page.locator("#side-used_by ~ ul a", has_text="Jäsenkysely").click()
    page.wait_for_url(f"**{RECIPE}")
