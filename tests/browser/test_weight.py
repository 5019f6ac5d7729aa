"""Pages are light and stand still while they load."""

from __future__ import annotations

import pytest

FIRST_LOAD = 60 * 1024
"""Bytes of one page with all it needs, compressed, in an empty browser."""
PAGES = {
    "start": "/",
    "results": "/?q=Miten saan pienet yritykset mukaan?",
    "library": "/kirjasto",
    "graph": "/kirjasto/verkko",
    "recipe": "/reseptit/jasenkysely",
    "metric": "/mittarit/luottamusindeksi",
    "statement": "/saavutettavuus",
}
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) sum += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_first_load_is_light(new_context, path):
    context = new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    assert len(received) >= 4
    assert sum(received) < FIRST_LOAD, received


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_nothing_shifts_while_a_page_loads(new_context, path, width):
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    page.goto(path, wait_until="networkidle")
    assert page.evaluate(SHIFTS) == 0


def test_a_second_page_takes_styles_and_scripts_from_the_browser(page):
    page.goto("/", wait_until="networkidle")
    asked = []
    page.on("response", lambda response: asked.append(response) if not response.from_service_worker else None)
    page.goto("/?lang=en", wait_until="networkidle")
    from_server = page.evaluate(
        "performance.getEntriesByType('resource').filter((r) => r.transferSize > 0).map((r) => r.name)"
    )
    assert from_server == []
