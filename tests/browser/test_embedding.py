"""The components on a page of another origin: allowed and refused, among hostile styles, with a dead API."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from socket import create_server

import pytest
from serving import serving

from browser.axe import violations
from browser.conftest import NARROW, PATIENCE
from browser.hosting import HOSTILE_CSS, hosting, send, strict_policy
from cookbook_search.config import Settings

QUERY = "Yritykset käyvät kerran eivätkä palaa"
RECIPE = "Yritysten sitouttaminen toimintaan"
HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=2</script> ää 🎈 lohi'
FOUND = {
    "query_id": "1", "language": "fi", "answerable": True, "took_ms": 1, "suggestions": [HOSTILE],
    "facets": {},
    "recipes": [{
        "id": "x", "kind": "recipe", "title": HOSTILE, "summary": HOSTILE, "url": "javascript:window.hit=3",
        "phase": "sitouta", "score": 0.9, "why": HOSTILE, "metrics": ["m"],
        "passages": [{"heading": HOSTILE, "anchor": "\"><b>", "text": HOSTILE,
                      "highlights": [[HOSTILE.index("lohi"), len(HOSTILE)]]}],
    }],
    "metrics": [{
        "id": "m", "title": HOSTILE, "summary": HOSTILE, "url": "https://evil.example/", "score": 0.9,
        "formula": HOSTILE, "unit": HOSTILE, "level": "tulos", "via": ["x"],
    }],
}  # fmt: skip


@pytest.fixture(scope="module")
def host():
    with hosting() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(cookbook_index, host):
    """A cookbook that this one site may embed."""
    with serving(Settings(index=cookbook_index, embed_origins=(host.address,))) as address:
        yield address


@pytest.fixture
def page(new_context, host):
    return new_context(base_url=host.address).new_page()


def module(site):
    return f'<script type="module" src="{site}/static/embed.js"></script>'


def element(site, name="cookbook-search", attributes=""):
    return (
        f'<main><h1>Intra</h1><{name} {attributes}><a href="{site}/">Avaa</a></{name}></main>{module(site)}'
    )


def search(page, query=QUERY):
    page.get_by_label("Kuvaa pulmasi omin sanoin").fill(query)
    page.get_by_role("button", name="Hae", exact=True).click()


def test_search_on_a_strict_page_among_hostile_styles(page, site, host):
    page.goto(host.show(element(site), policy=strict_policy(site), css=HOSTILE_CSS))
    search(page)

    title = page.get_by_role("link", name=RECIPE).first
    assert title.get_attribute("href").startswith(f"{site}/reseptit/yritysten-sitouttaminen?lang=fi")
    assert page.locator("cookbook-search .why").first.inner_text()
    assert page.locator("cookbook-search mark").count() > 1
    assert page.locator("cookbook-search .metric").count() > 1
    looks = page.locator("cookbook-search .why").first.evaluate("""(e) => {
      const s = getComputedStyle(e);
      return [s.fontSize, s.textTransform, s.letterSpacing, s.textAlign, s.display, s.color];
    }""")
    assert looks == ["16px", "none", "normal", "start", "block", "rgb(21, 39, 45)"]


def test_styles_do_not_leak_out(page, site, host):
    own = '<p class="card labels quiet">Oma</p><button class="strong">Oma</button>'
    look = """(name) => {
      const style = getComputedStyle(document.querySelector(`body > ${name}`));
      return Object.fromEntries(Array.from(style, (property) => [property, style[property]]));
    }"""

    def looks(body):
        page.goto(host.show(body))
        return [page.evaluate(look, name) for name in (".card", "button")]

    before = looks(own)
    page.goto(host.show(own + element(site)))
    page.get_by_label("Kuvaa pulmasi omin sanoin").wait_for()
    assert [page.evaluate(look, name) for name in (".card", "button")] == before


def test_two_components_work_side_by_side(page, site, host):
    body = (
        "<main><h1>Intra</h1>"
        '<cookbook-search lang="fi" phase="rahoita" compact id="a"></cookbook-search>'
        '<cookbook-search lang="sv" id="b"></cookbook-search></main>'
    )
    page.goto(host.show(body + module(site), policy=strict_policy(site)))
    first, second = page.locator("#a"), page.locator("#b")
    first.get_by_role("combobox").fill("mistä saadaan rahaa")
    second.get_by_role("combobox").fill("Företagen kommer en gång och aldrig mer")
    first.get_by_role("combobox").press("Enter")
    second.get_by_role("combobox").press("Enter")

    first.locator(".card").first.wait_for()
    second.locator(".card").first.wait_for()
    assert {name.text_content() for name in first.locator(".phase").all()} == {"Vaihe Rahoita"}
    assert second.get_by_role("heading", name="Så ser du om det fungerade").is_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(new_context, site, host, scheme, viewport):
    options = {"viewport": viewport} if viewport else {}
    page = new_context(base_url=host.address, color_scheme=scheme, **options).new_page()
    page.goto(host.show(element(site), css=":root { color-scheme: light dark }"))
    search(page)
    page.locator("cookbook-search .card").first.wait_for()

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_cookie_is_sent_or_set(page, site, host):
    page.context.add_cookies([{"name": "istunto", "value": "1", "url": site}])
    page.goto(host.show(element(site)))
    with page.expect_request(f"{site}/api/v1/search") as asked:
        search(page)
    page.locator("cookbook-search .card").first.wait_for()

    assert "cookie" not in asked.value.all_headers()
    assert asked.value.response().header_value("access-control-allow-credentials") is None
    assert [cookie["name"] for cookie in page.context.cookies()] == ["istunto"]


def test_the_keyboard_finds_its_way(page, site, host):
    page.goto(host.show(element(site)))
    page.get_by_role("combobox").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type(QUERY)
    page.keyboard.press("Enter")
    page.locator("cookbook-search .card").first.wait_for()

    focused = "document.querySelector('cookbook-search').shadowRoot.activeElement.textContent"
    assert "Löytyi" in page.evaluate(focused)
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == RECIPE


def test_suggestions_are_chosen_with_the_keyboard(page, site, host):
    page.goto(host.show(element(site), policy=strict_policy(site)))
    box = page.get_by_role("combobox", name="Kuvaa pulmasi omin sanoin")
    box.fill("luott")
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert violations(page) == []

    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("cookbook-search [aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id") == "suggestion-0"
    words = chosen.locator("span").first.inner_text()
    page.keyboard.press("Enter")
    page.locator("cookbook-search .card").first.wait_for()
    assert box.input_value() == words
    assert page.get_by_role("option").count() == 0

    box.fill("klust")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("option").count() == 0
    assert box.input_value() == "klust"


def test_a_suggestion_can_be_clicked_and_a_frame_makes_room_for_it(page, site, host):
    page.goto(host.show(framed(site)))
    frame = page.frame_locator("iframe")
    frame.get_by_role("combobox").fill("luott")
    option = frame.get_by_role("option").last
    option.click()
    frame.locator(".card").first.wait_for()
    assert frame.get_by_role("listbox").count() == 0


def test_a_page_in_another_language_or_none(page, site, host):
    page.goto(host.show(element(site), lang="sv-FI"))
    page.get_by_label("Beskriv ditt problem med egna ord").wait_for()
    page.goto(host.show(element(site), lang="de"))
    page.get_by_label("Describe your problem in your own words").wait_for()


def test_attributes_can_change(page, site, host):
    page.goto(host.show(element(site)))
    search(page)
    page.locator("cookbook-search .passages").first.wait_for()
    page.evaluate("""() => {
      const found = document.querySelector("cookbook-search");
      found.lang = "en";
      found.setAttribute("compact", "");
    }""")

    page.get_by_label("Describe your problem in your own words").wait_for()
    page.locator("cookbook-search .card").first.wait_for()
    assert page.get_by_role("combobox").input_value() == QUERY
    assert page.locator("cookbook-search .passages").count() == 0


def test_an_origin_that_is_not_named_is_refused_and_told(new_context, site, faults):
    with hosting() as stranger:
        page = new_context(base_url=stranger.address).new_page()
        page.goto(stranger.show(element(site), policy=strict_policy(site)))
        search(page)

        page.get_by_text("Keittokirjaa ei ole otettu käyttöön tällä sivustolla.").wait_for()
        page.get_by_text("Ylläpitäjälle").click()
        assert page.get_by_text(f"Lisää {stranger.address} keittokirjan asetukseen").is_visible()
        assert page.get_by_role("link", name="Avaa keittokirja").get_attribute("href").startswith(site)
        assert violations(page) == []
    assert any("CORS" in fault for fault in faults)
    faults.clear()


def test_a_policy_that_forbids_the_api_is_told(page, site, host, faults):
    page.goto(
        host.show(
            element(site), policy=f"default-src 'none'; style-src 'self'; img-src data:; script-src {site}"
        )
    )
    search(page)

    page.get_by_text("Tämän sivuston suojausasetukset estävät yhteyden").wait_for()
    page.get_by_text("Ylläpitäjälle").click()
    assert page.get_by_text(f"Lisää {site} sivuston Content-Security-Policy").is_visible()
    assert faults
    faults.clear()


def test_a_dead_api_is_told_and_can_be_tried_again(page, site, host, faults):
    with create_server(("127.0.0.1", 0)) as taken:
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
    page.goto(host.show(element(site, attributes=f'api="{dead}"')))
    search(page)
    page.get_by_text("Yhteys keittokirjaan ei toimi.").wait_for()

    page.evaluate("(site) => document.querySelector('cookbook-search').setAttribute('api', site)", site)
    page.locator("cookbook-search .card").first.wait_for()
    assert page.get_by_role("combobox").input_value() == QUERY
    assert faults
    faults.clear()


def test_an_address_that_is_none_is_told(page, site, host):
    page.goto(host.show(element(site, attributes='api="javascript:alert(1)"')))
    page.get_by_text("Keittokirjan osoite on virheellinen.").wait_for()


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (429, {"Retry-After": "7"}, "Yritä uudelleen 7 sekunnin kuluttua."),
        (503, {}, "Keittokirja on juuri käynnistymässä."),
        (500, {}, "Vika on keittokirjan palvelimessa."),
        (422, {}, "Kysymystä ei voitu lukea."),
        (401, {}, "Keittokirja vaatii tunnistautumisen."),
        (200, {}, "Vastaus katkesi kesken."),
    ],
)
def test_each_refusal_has_its_words(page, site, host, faults, status, headers, said):
    host.pages["/api/v1/search"] = lambda request: send(request, status, "{", headers)
    page.goto(host.show(element(site, attributes=f'api="{host.address}"')))
    search(page)

    page.locator("cookbook-search").get_by_text(said).wait_for()
    assert page.locator("cookbook-search [role=alert]").is_visible()
    assert page.get_by_role("button", name="Yritä uudelleen").is_visible()
    faults.clear()


def test_a_slow_api_says_so_and_a_new_question_wins(page, site, host):
    go_on = threading.Event()

    def slow(request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if b"hidas" in body:
            go_on.wait(PATIENCE / 1000)
        with suppress(OSError):
            send(request, 200, json.dumps(FOUND | {"answerable": b"hidas" not in body}), {})

    host.pages["/api/v1/search"] = slow
    page.clock.install()
    page.goto(host.show(element(site, attributes=f'api="{host.address}"')))
    search(page, "hidas")
    page.locator("cookbook-search .busy").wait_for(state="attached")
    page.clock.run_for(5000)
    page.get_by_text("Haku kestää tavallista kauemmin.").wait_for(state="attached")
    search(page, "nopea")
    page.locator("cookbook-search .card").first.wait_for()
    go_on.set()

    assert page.get_by_text("Tähän keittokirjassa ei ole").count() == 0


def test_hostile_answers_stay_text(page, site, host):
    host.pages["/api/v1/search"] = lambda request: send(request, 200, json.dumps(FOUND), {})
    policy = strict_policy(site).replace("connect-src", "connect-src 'self'")
    page.goto(host.show(element(site, attributes=f'api="{host.address}"'), policy=policy))
    search(page)

    page.locator("cookbook-search .card h3").first.wait_for()
    assert page.locator("cookbook-search .card h3").first.inner_text() == HOSTILE
    assert page.locator("cookbook-search mark").inner_text() == "lohi"
    assert page.locator("cookbook-search img, cookbook-search script").count() == 0
    for link in page.locator("cookbook-search .cookbook a").all():
        assert link.get_attribute("href").startswith(f"{host.address}/")
    assert page.evaluate("window.hit") is None


def test_what_the_page_wrote_stays_where_the_code_does_not_load(page, site, host, faults):
    body = '<main><h1>Intra</h1><cookbook-search><a href="https://keittokirja.example/">Avaa</a></cookbook-search></main>'
    page.goto(host.show(body + f'<script type="module" src="{site}/static/missing.js"></script>'))

    assert page.get_by_role("link", name="Avaa").is_visible()
    page.wait_for_load_state()
    faults.clear()


# Frames

UNSIZED = 154
"""Pixels of a frame that nothing has sized yet: 150 and its border."""


def framed(site, path="/upota/haku"):
    frame = f'<iframe src="{site}{path}?lang=fi" title="Keittokirja" width="100%"></iframe>'
    code = f'<script type="module" src="{site}/static/embed/frame.js"></script>'
    return f"<main><h1>Intra</h1>{frame}</main>{code}"


def height(page, other_than=0, more=0):
    """Height of the frame, once it is another and more than that."""
    return page.locator("iframe").evaluate(
        """(frame, [other, more]) => new Promise((done) => {
          const look = () => {
            const { height } = frame.getBoundingClientRect();
            if (height !== other && height > more) done(height);
            else requestAnimationFrame(look);
          };
          look();
        })""",
        [other_than, more],
    )


@pytest.mark.parametrize("path", ["/upota/haku", "/upota/keskustelu"])
def test_a_frame_takes_the_height_of_its_content(page, site, host, faults, path):
    page.goto(host.show(framed(site, path), policy=strict_policy(site)))
    frame = page.frame_locator("iframe")
    frame.locator(".cookbook form.ask").wait_for()
    before = height(page, other_than=UNSIZED)
    frame.locator(".cookbook :is(input, textarea)").fill(QUERY)
    page.keyboard.press("Enter")
    frame.locator(":is(.card, .actions)").first.wait_for()
    height(page, more=before + 200)

    inside = frame.locator("body").evaluate("(body) => [body.scrollHeight, innerHeight]")
    assert inside[0] <= inside[1]
    assert frame.locator(".cookbook a").first.get_attribute("target") == "_blank"
    assert faults == []
    assert violations(page) == []
    faults.clear()  # axe calls the frame, which lies on another origin


def test_heights_from_elsewhere_are_not_heard(page, site, host):
    page.goto(host.show(framed(site)))
    page.frame_locator("iframe").locator(".cookbook form.ask").wait_for()
    before = height(page, other_than=UNSIZED)
    page.evaluate("postMessage({ type: 'cookbook-height', height: 5000 }, '*')")
    page.evaluate(
        "new Promise((done) => { addEventListener('message', done); postMessage('viimeinen', '*'); })"
    )

    assert height(page) == before


def test_a_frame_is_refused_elsewhere(new_context, site, faults):
    with hosting() as stranger:
        page = new_context(base_url=stranger.address).new_page()
        page.goto(stranger.show(framed(site)))
        page.wait_for_load_state()
        assert page.frame_locator("iframe").locator("form").count() == 0
    assert any("frame-ancestors" in fault for fault in faults)
    faults.clear()


def test_links_of_a_sandboxed_frame_open(page, site, host):
    sandbox = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox"
    page.goto(host.show(framed(site).replace("<iframe", f'<iframe sandbox="{sandbox}"')))
    frame = page.frame_locator("iframe")
    frame.get_by_role("combobox").fill(QUERY)
    page.keyboard.press("Enter")
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name=RECIPE).first.click()

    opened.value.get_by_role("heading", name=RECIPE, level=1).wait_for()


def test_a_frame_shows_the_looks_of_its_address(page, site, host):
    page.goto(f"{site}/upota/haku?lang=sv&brand=%237a1f2b&compact=1")
    page.get_by_role("combobox", name="Beskriv ditt problem med egna ord").wait_for()
    button = page.get_by_role("button", name="Sök")
    assert button.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(122, 31, 43)"


# The configurator


def test_a_choice_shows_in_the_preview_and_in_the_code(page, site):
    page.goto(f"{site}/upota")
    page.locator("#preview .card").first.wait_for()
    page.get_by_label("Väri linkeille ja painikkeille").fill("#7a1f2b")
    page.locator("#result pre", has_text="--cookbook-brand: #7a1f2b").wait_for()
    page.get_by_label("Keskustelu", exact=True).check()
    page.locator("#result pre", has_text="<cookbook-chat>").wait_for()

    button = page.locator("#preview").get_by_role("button", name="Lähetä")
    assert button.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(122, 31, 43)"
    assert "what=chat" in page.url
    assert page.evaluate("document.activeElement.value") == "chat"
    assert violations(page) == []


def test_the_code_can_be_copied_and_works(new_context, site, host):
    page = new_context(base_url=host.address, permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(f"{site}/upota?in=sv&brand=%237a1f2b")
    page.get_by_role("button", name="Kopioi: Sivun HTML").click()
    page.get_by_role("status").filter(has_text="Kopioitu").first.wait_for(state="attached")
    code = page.evaluate("navigator.clipboard.readText()")

    page.goto(host.show(f"<main><h1>Intra</h1>{code}</main>", policy=strict_policy(site)))
    page.get_by_label("Beskriv ditt problem med egna ord").wait_for()


def test_without_a_script_the_form_writes_the_code(new_context, site):
    page = new_context(base_url=site, java_script_enabled=False).new_page()
    page.goto("/upota")
    page.get_by_label("Drupal").check()
    page.get_by_role("button", name="Päivitä koodi").click()
    assert page.get_by_text("attributes: { type: module }").is_visible()
