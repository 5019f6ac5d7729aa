"""Nobody is kept out: axe-core on every page, language and theme; keyboard, magnification, own colours."""

from __future__ import annotations

import pytest

from browser.axe import violations
from browser.conftest import NARROW

PAGES = {
    "start": "/",
    "results": "/?q=Yritykset käyvät kerran eivätkä palaa",
    "refused": "/?q=Miten paistan lohta uunissa?",
    "library": "/kirjasto",
    "phase": "/kirjasto?phase=sitouta",
    "tag": "/kirjasto?tag=rahoitus",
    "graph": "/kirjasto/verkko?valittu=Vantaa/jasenkysely",
    "statement": "/saavutettavuus",
    "privacy": "/tietosuoja",
    "recipe": "/reseptit/jasenkysely",
    "method": "/menetelmat/retrospektiivi",
    "metric": "/mittarit/suositteluhalukkuus",
    "missing": "/reseptit/puuttuu",
}
KINDS = {
    name: path
    for name, path in PAGES.items()
    if name not in {"library", "tag", "method", "missing", "privacy"}
}
"""Pages that between them show every colour."""
THEMES = ("neutral", "vantaa", "contrast")
WEAR = """([theme]) => new Promise((done) => {
  const worn = document.querySelector('link[href$="theme.css"], link[href*="/themes/"]');
  worn.onload = done;
  worn.href = `/static/themes/${theme}.css`;
})"""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_page_breaks_a_rule_in_any_language(page, path, faults):
    for language in ("fi", "sv", "en"):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert violations(page) == [], language
    if "puuttuu" in path:
        assert len(faults) == 3  # the browser tells of each 404
        faults.clear()


def test_what_opens_breaks_no_rule(page, faults):
    page.goto("/?q=Miten saan pienet yritykset mukaan?")
    page.locator(".facet summary").first.click()
    page.locator(".thumbs").first.get_by_role("button", name="Ei", exact=True).click()
    page.locator(".vote-comment").wait_for()
    assert violations(page) == []
    page.locator("#q").fill("yritysten")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.locator("#q").fill("")
    page.locator(".suggest-foot").wait_for()
    assert violations(page) == []
    page.route("**/?q=Kilpailijat*", lambda route: route.abort())
    page.locator("#q").fill("Kilpailijat")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    faults.clear()
    page.goto("/kirjasto/verkko")
    page.locator('.node[data-key="Vantaa/jasenkysely"]').click()
    assert violations(page) == []


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_every_theme_can_be_read_light_and_dark(page, path):
    page.goto(path)
    for theme in THEMES:
        page.evaluate(WEAR, [theme])
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page, ("color-contrast",)) == [], (theme, scheme)


def test_axe_is_awake(page):
    page.goto("/")
    page.evaluate("document.querySelector('#q').labels[0].remove()")
    assert any(fault.startswith("label: #q") for fault in violations(page))
    page.evaluate("document.body.style.setProperty('--ink', '#aaa')")
    assert violations(page, ("color-contrast",))


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_page_scrolls_sideways_at_400_percent(new_context, path, faults):
    page = new_context(viewport={"width": 320, "height": 256}).new_page()
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if "puuttuu" in path:
        faults.clear()


def test_filters_and_suggestions_fit_a_narrow_screen(new_context):
    page = new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto("/?q=Miten saan pienet yritykset mukaan?")
    for summary in page.locator(".facet summary").all():
        summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("#q").fill("yritysten")
    page.locator("[role=option]").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_search_filter_and_read_with_a_keyboard_alone(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("Miten saan pienet yritykset mukaan?")
    page.keyboard.press("Enter")
    page.locator("#results-title:focus").wait_for()
    for _ in range(20):
        if page.evaluate("document.activeElement.matches('.facet summary')"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    chosen = page.evaluate("document.activeElement.dataset.search")
    page.keyboard.press("Enter")
    page.locator(f'[data-search="{chosen}"][aria-current]:focus').wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".facet[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.hit h3 a')"):
            break
    page.keyboard.press("Enter")
    page.locator("article.prose").wait_for()
    assert "/reseptit/" in page.url or "/menetelmat/" in page.url


def test_focus_is_seen_wherever_it_goes(page):
    page.goto("/reseptit/jasenkysely")
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate("""() => {
          const style = getComputedStyle(document.activeElement);
          return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        }""")
        if not seen:
            unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
    assert unseen == []


def test_targets_are_large_enough(new_context):
    page = new_context(viewport=NARROW).new_page()
    for path in ("/", PAGES["results"], "/reseptit/jasenkysely"):
        page.goto(path)
        assert violations(page, ("target-size",)) == []


def test_nothing_moves_for_those_who_asked_for_stillness(new_context):
    still = "getComputedStyle(document.querySelector('.results > *')).animationName"
    for wish, expected in (("reduce", "none"), ("no-preference", "appear")):
        page = new_context(reduced_motion=wish).new_page()
        page.goto(PAGES["results"])
        assert page.evaluate(still) == expected


def test_forced_colours_keep_the_lines_of_controls(new_context):
    page = new_context(forced_colors="active").new_page()
    page.goto(PAGES["results"])
    for selector in ("#q", ".ask button", ".facet summary", ".hit .chips a"):
        width = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).borderTopWidth")
        assert float(width.removesuffix("px")) >= 1, selector
    page.locator("#q").fill("yritysten")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    chosen, other = (
        page.locator("[role=option]").nth(n).evaluate("e => getComputedStyle(e).backgroundColor")
        for n in (0, 1)
    )
    assert chosen != other
