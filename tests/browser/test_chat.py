"""The conversation: on its own page, beside a recipe, on another site; with and without a script."""

from __future__ import annotations

import json
import threading

import pytest

from browser.axe import violations
from browser.conftest import NARROW, PATIENCE
from browser.hosting import hosting, strict_policy

QUESTION = "Yritykset käyvät kerran eivätkä palaa, mitä teen?"
RECIPE = "Yritysten sitouttaminen toimintaan"
HOSTILE = (
    '**lihava** <img src=x onerror="window.hit=1"> [1] [9] [paha](javascript:window.hit=2) '
    "[ulkona](https://evil.example/) [sisällä](/reseptit/x)\n\n- <script>window.hit=3</script>\n- toinen\n\n"
    "```\n<b>koodi</b>\n```\n\n> lainaus"
)


@pytest.fixture
def page(new_context):
    return new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()


def ask(page, question=QUESTION):
    page.locator("cookbook-chat .cookbook textarea").fill(question)
    page.keyboard.press("Enter")


def answered(page, n=1):
    page.locator("cookbook-chat .turn").nth(n - 1).locator(".actions").wait_for()


def told(page):
    return page.locator("cookbook-chat > .cookbook > [role=status]").text_content()


def citation(**fields):
    return {
        "id": "x", "kind": "recipe", "title": "Otsikko", "heading": "Kohta", "anchor": "kohta",
        "url": "/reseptit/x#kohta", "quote": "Lainaus."
    } | fields  # fmt: skip


def answer(text, **fields):
    return {
        "answer": text, "citations": [], "query": "x", "suggestions": [], "refused": False, "notice": "",
        "engine": "extractive", "language": "fi", "conversation_id": None, "answer_id": "0123456789abcdef",
    } | fields  # fmt: skip


def event(name, data):
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


@pytest.fixture
def scripted(site):
    """A site whose chat API says what a test tells it to: ``scripted(steps)`` gives its address.

    A step is bytes to send, or an event to wait for.
    """
    with hosting() as host:
        host.asked = []

        def play(*steps, status=200, headers=None):
            def chat(request):
                host.asked.append(json.loads(request.rfile.read(int(request.headers["Content-Length"]))))
                request.send_response(status)
                for name, value in (headers or {"Content-Type": "text/event-stream"}).items():
                    request.send_header(name, value)
                request.end_headers()
                for step in steps:
                    if isinstance(step, bytes):
                        request.wfile.write(step)
                        request.wfile.flush()
                    else:
                        step.wait(PATIENCE / 1000)

            host.pages["/api/v1/chat"] = chat
            return host

        yield play


def show(page, host, site, attributes=""):
    # The code comes from the real server, the answers from the scripted one.
    body = f'<main><h1>Intra</h1><cookbook-chat api="{host.address}" {attributes}></cookbook-chat></main>'
    policy = strict_policy(site).replace("connect-src", "connect-src 'self'")
    page.goto(host.show(f'{body}<script type="module" src="{site}/static/embed.js"></script>', policy=policy))


@pytest.fixture
def stage(new_context, scripted, site):
    """Show an element with scripted answers: ``stage(steps) -> (page, host)``."""

    def open_stage(*steps, attributes="", **options):
        host = scripted(*steps, **options)
        page = new_context(base_url=host.address).new_page()
        show(page, host, site, attributes)
        return page, host

    return open_stage


def test_a_question_is_answered_with_citations(page):
    page.goto("/keskustelu")
    ask(page)
    answered(page)

    assert page.get_by_text(RECIPE).count() > 0
    assert told(page).startswith("Vastaus on valmis.")
    assert "[1]" not in told(page)
    sources = page.locator("cookbook-chat .sources a")
    assert sources.first.get_attribute("href").split("?")[0].endswith("/reseptit/yritysten-sitouttaminen")


def test_a_citation_opens_its_passage_and_closes_by_keyboard(page):
    page.goto("/keskustelu")
    ask(page)
    answered(page)
    mark = page.get_by_role("button", name="Lähde 2:")
    mark.focus()
    page.keyboard.press("Enter")

    passage = page.get_by_role("complementary", name="Lähde 2:")
    assert passage.locator("blockquote").get_attribute("lang") == "fi"
    assert mark.get_attribute("aria-expanded") == "true"
    assert passage.evaluate("(e) => e.matches(':focus')")
    link = passage.get_by_role("link", name="Lue kohta keittokirjasta")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert passage.count() == 0
    assert mark.evaluate("(e) => e.matches(':focus')")

    page.keyboard.press("Enter")
    link.click()
    page.wait_for_url("**/reseptit/yritysten-sitouttaminen?lang=fi#*")
    assert page.evaluate("document.querySelector(':target') !== null")


def test_the_passage_stands_beside_the_answer_or_under_its_line(new_context):
    def box(viewport):
        page = new_context(viewport=viewport).new_page()
        page.goto("/keskustelu")
        ask(page)
        answered(page)
        page.get_by_role("button", name="Lähde 2:").click()
        mark = page.get_by_role("button", name="Lähde 2:").bounding_box()
        passage = page.locator("cookbook-chat .passage").bounding_box()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        return mark, passage, page.locator("cookbook-chat .body").bounding_box()

    mark, passage, body = box({"width": 1280, "height": 900})
    assert passage["x"] > body["x"] + body["width"]
    assert passage["y"] < mark["y"] + mark["height"]
    mark, passage, body = box(NARROW)
    assert passage["y"] >= mark["y"] + mark["height"]
    assert passage["x"] + passage["width"] <= body["x"] + body["width"] + 1


def test_the_conversation_goes_on_survives_a_reload_and_starts_over(page):
    page.goto("/keskustelu")
    ask(page)
    answered(page)
    chip = page.locator("cookbook-chat .next button").first
    words = chip.inner_text()
    with page.expect_request("**/api/v1/chat") as sent:
        chip.click()
    answered(page, 2)

    messages = sent.value.post_data_json["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[0]["content"] == QUESTION
    assert messages[2]["content"] == words
    assert page.locator("cookbook-chat .next").count() == 1
    page.reload()
    answered(page, 2)
    assert page.locator("cookbook-chat .question").first.inner_text().endswith(QUESTION)
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []

    page.get_by_role("button", name="Aloita alusta").click()
    assert page.locator("cookbook-chat .turn").count() == 0
    assert page.evaluate("sessionStorage.length") == 0
    assert told(page) == "Keskustelu tyhjennettiin."
    assert page.get_by_text("Voit kysyä esimerkiksi näin").is_visible()


def test_copy_takes_the_sources_along(page):
    page.goto("/keskustelu")
    ask(page)
    answered(page)
    page.get_by_role("button", name="Kopioi vastaus").click()
    page.get_by_text("Kopioitu").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert "**" not in copied
    assert f"[1] {RECIPE}: http" in copied


def test_a_vote_and_a_comment_get_through(page):
    page.goto("/keskustelu")
    ask(page)
    answered(page)
    with page.expect_response("**/api/v1/feedback") as voted:
        page.get_by_role("button", name="Vastaus ei auttanut").click()
    assert voted.value.status == 200
    page.get_by_label("Mikä vastauksessa auttoi").fill("Liian pitkä")
    with page.expect_response("**/api/v1/feedback") as commented:
        page.get_by_role("button", name="Lähetä palaute").click()

    assert commented.value.status == 200
    assert commented.value.request.post_data_json["comment"] == "Liian pitkä"
    assert commented.value.request.post_data_json["vote"] == "down"
    page.get_by_text("Kiitos palautteesta.").wait_for()
    assert page.get_by_role("button", name="Vastaus ei auttanut").get_attribute("aria-pressed") == "true"


def test_a_refusal_offers_the_nearest_topics(page):
    page.goto("/keskustelu")
    ask(page, "Miten paistan lohta uunissa?")
    answered(page)

    assert page.get_by_text("Lähimmät aiheet").is_visible()
    assert page.locator("cookbook-chat .mark").count() == 0


def test_a_question_in_the_address_is_asked_once(page):
    page.goto(f"/keskustelu?q={QUESTION}")
    answered(page)
    page.reload()
    answered(page)
    assert page.locator("cookbook-chat .turn").count() == 1


def test_a_recipe_in_context(page):
    page.goto("/keskustelu?resepti=jasenkysely")
    page.get_by_role("link", name="Jäsenkysely ja palaute").wait_for()
    with page.expect_request("**/api/v1/chat") as sent:
        page.locator("cookbook-chat .intro button").first.click()
    answered(page)

    messages = sent.value.post_data_json["messages"]
    assert "Jäsenkysely ja palaute" in messages[0]["content"]
    assert messages[1]["role"] == "assistant"


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, NARROW], ids=["wide", "narrow"])
def test_a_recipe_is_asked_about_beside_itself(new_context, viewport):
    page = new_context(viewport=viewport).new_page()
    page.goto("/reseptit/jasenkysely")
    link = page.get_by_role("link", name="Kysy tästä reseptistä")
    link.click()
    panel = page.get_by_role("dialog", name="Kysy keittokirjalta")
    panel.get_by_text("Mitä reseptissä").wait_for()

    box = panel.locator("textarea")
    assert box.evaluate("(e) => e.matches(':focus')")
    box.fill("Mistä aloitan?")
    page.keyboard.press("Enter")
    panel.locator(".actions").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.url.endswith("/reseptit/jasenkysely")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert link.evaluate("(e) => e.matches(':focus')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_axe_finds_nothing(new_context, scheme, viewport, language):
    page = new_context(color_scheme=scheme, viewport=viewport).new_page()
    page.goto(f"/keskustelu?lang={language}&q={QUESTION}")
    answered(page)
    page.locator("cookbook-chat button.mark").first.click()

    assert violations(page) == []


def test_the_keyboard_alone_goes_through_a_conversation(page):
    page.goto("/keskustelu")
    page.locator("cookbook-chat .intro button").first.wait_for()
    page.locator("#main").focus()
    focused = """() => {
      const inside = document.querySelector("cookbook-chat").shadowRoot.activeElement;
      return inside ? inside.ariaLabel ?? inside.textContent : "";
    }"""

    def tab_to(words):
        for _ in range(60):
            page.keyboard.press("Tab")
            if words in page.evaluate(focused):
                return
        raise AssertionError(f"no Tab leads to {words}")

    tab_to(QUESTION)  # the first example
    page.keyboard.press("Enter")
    answered(page)
    assert QUESTION in page.evaluate(focused)
    tab_to("Lähde 1:")
    page.keyboard.press("Enter")
    assert page.locator("cookbook-chat .passage").is_visible()
    tab_to("Sulje lähde")
    page.keyboard.press("Enter")
    assert "Lähde 1:" in page.evaluate(focused)
    tab_to("Vastaus auttoi")
    page.keyboard.press("Space")
    page.get_by_label("Mikä vastauksessa auttoi").wait_for()
    tab_to("Ei nyt")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "Vastaus auttoi"
    tab_to("Aloita alusta")
    page.keyboard.press("Enter")
    assert page.locator("cookbook-chat .turn").count() == 0


@pytest.mark.parametrize(
    "path", [f"/keskustelu?q={QUESTION}", "/upota", "/upota/haku?query=x", "/upota/keskustelu"]
)
def test_at_four_times_the_size_nothing_is_cut(new_context, path):
    page = new_context(viewport={"width": 320, "height": 256}).new_page()
    page.goto(path)
    if "?q=" in path:
        answered(page)
        page.locator("cookbook-chat button.mark").first.click()
    page.locator(".cookbook form").first.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator(".cookbook .write").evaluate_all(
        "(forms) => forms.every((form) => getComputedStyle(form).position === 'static')"
    )


def test_nothing_moves_when_the_script_takes_over(page):
    page.add_init_script("""
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    """)
    page.goto("/keskustelu")
    page.get_by_text("Voit kysyä esimerkiksi näin").wait_for()
    assert page.evaluate("window.shift") < 0.1


def test_without_a_script_the_form_carries_the_conversation(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/keskustelu?resepti=jasenkysely&lang=fi")
    assert page.get_by_role("link", name="Kysy reseptistä Jäsenkysely ja palaute").is_visible()
    page.goto("/keskustelu?lang=fi")
    page.get_by_label("Kerro tilanteesi tai kysy").fill(QUESTION)
    page.get_by_role("button", name="Lähetä").click()

    assert page.locator(".turn").count() == 1
    mark = page.locator(".turn-answer a.mark").first
    assert page.locator(mark.get_attribute("href")).locator("blockquote").is_visible()
    page.locator(".turns-chip").first.click()
    assert page.locator(".turn").count() == 2
    assert page.locator(".turn-question").first.inner_text().endswith(QUESTION)
    assert page.url.endswith("?lang=fi")
    page.get_by_role("link", name="Aloita alusta").click()
    assert page.locator(".turn").count() == 0


# Scripted answers


def test_words_come_as_they_are_made_and_can_be_stopped(stage):
    go_on = threading.Event()
    page, _ = stage(
        event("sources", {"query": "x", "language": "fi", "citations": [citation()]}),
        event("text", {"text": "Ensimmäinen **osa** [1]"}),
        go_on,
    )
    ask(page)
    page.get_by_text("Ensimmäinen osa").wait_for()

    assert "osa" not in told(page)
    assert page.locator("cookbook-chat .body strong").inner_text() == "osa"
    page.get_by_role("button", name="Pysäytä").click()
    page.locator("cookbook-chat .more").get_by_text("Vastaus pysäytettiin.").wait_for()
    go_on.set()
    assert told(page) == "Vastaus pysäytettiin."
    assert page.get_by_text("Ensimmäinen osa").is_visible()
    assert page.get_by_role("button", name="Lähetä", exact=True).is_visible()


def test_stopped_answers_come_back_as_they_were(stage):
    go_on = threading.Event()
    page, host = stage(event("text", {"text": "Puolikas"}), go_on)
    for question in ("yksi", "kaksi"):
        ask(page, question)
        page.locator("cookbook-chat .turn").last.get_by_text("Puolikas").wait_for()
        page.get_by_role("button", name="Pysäytä").click()
        page.get_by_role("button", name="Lähetä", exact=True).wait_for()
    go_on.set()
    page.reload()
    page.locator("cookbook-chat .turn").last.get_by_text("Vastaus pysäytettiin.").wait_for()

    assert page.get_by_text("Puolikas").count() == 2
    assert page.get_by_text("false").count() == 0
    assert page.get_by_role("button", name="Yritä uudelleen").count() == 1
    assert [message["content"] for message in host.asked[1]["messages"]] == ["yksi", "Puolikas", "kaksi"]


def test_the_whole_answer_holds_where_it_differs_from_its_pieces(stage):
    page, _ = stage(
        event("text", {"text": "Väite ilman lähdettä. "}),
        event(
            "done",
            answer("Tarkistettu väite. [1]", citations=[citation()], notice="Kielimalli ei vastannut."),
        ),
    )
    ask(page)
    answered(page)

    assert page.get_by_text("Väite ilman lähdettä").count() == 0
    assert page.get_by_text("Kielimalli ei vastannut.").is_visible()


def test_a_slow_answer_is_told(stage):
    go_on = threading.Event()
    page, _ = stage(event("sources", {"query": "x", "language": "fi", "citations": []}), go_on)
    page.clock.install()
    page.reload()
    ask(page)
    page.get_by_text("Etsitään keittokirjasta…").first.wait_for()
    page.clock.run_for(9000)
    page.locator("cookbook-chat .body").get_by_text("Vastaus viipyy.").wait_for()
    page.clock.run_for(30_000)
    page.get_by_text("Keittokirja ei vastannut ajoissa.").wait_for()
    go_on.set()


def test_an_answer_that_breaks_off_can_be_asked_again(stage, scripted):
    page, host = stage(event("text", {"text": "Alku"}))
    ask(page)
    page.get_by_text("Vastaus katkesi kesken.").wait_for()
    scripted(event("done", answer("Koko vastaus.")))
    page.get_by_role("button", name="Yritä uudelleen").click()
    answered(page)

    assert page.get_by_text("Koko vastaus.", exact=True).is_visible()
    assert page.get_by_text("Alku").count() == 0
    assert [len(request["messages"]) for request in host.asked] == [1, 1]


@pytest.mark.parametrize(
    ("steps", "options", "said"),
    [
        ([], {"status": 429, "headers": {"Retry-After": "9"}}, "Yritä uudelleen 9 sekunnin kuluttua."),
        ([], {"status": 503, "headers": {"X": "1"}}, "Keittokirja on juuri käynnistymässä."),
        (
            [event("error", {"status": 503, "detail": "No index."})],
            {},
            "Keittokirja on juuri käynnistymässä.",
        ),
        ([event("error", {"status": 500, "detail": "Oops."})], {}, "Vika on keittokirjan palvelimessa."),
        ([b"data: {\n\n"], {}, "Vastaus katkesi kesken."),
    ],
    ids=["busy", "starting", "starting-event", "fault-event", "malformed"],
)
def test_each_fault_has_its_words(stage, faults, steps, options, said):
    page, _ = stage(*steps, **options)
    ask(page)
    page.locator("cookbook-chat").get_by_text(said).wait_for()

    assert page.get_by_role("button", name="Lähetä", exact=True).is_enabled()
    assert violations(page) == []
    faults.clear()


def test_hostile_answers_stay_text(stage):
    hostile = "<img src=x onerror='window.hit=4'>"
    page, host = stage(
        event("sources", {"query": "x", "language": "fi", "citations": [citation(title=hostile)]}),
        event("text", {"text": HOSTILE}),
        event("done", answer(
            HOSTILE, query=hostile, suggestions=[hostile], notice=hostile,
            citations=[citation(title=hostile, heading=hostile, quote=hostile, url="javascript:hit=5")],
        )),
    )  # fmt: skip
    ask(page, hostile)
    answered(page)
    page.locator("cookbook-chat button.mark").click()

    body = page.locator("cookbook-chat .body")
    assert "<img src=x onerror=" in body.inner_text()
    assert "[9]" in body.inner_text()
    assert body.locator("li").count() == 2
    assert body.locator("pre").inner_text() == "<b>koodi</b>"
    assert page.locator("cookbook-chat .cookbook :is(img, script)").count() == 0
    links = [link.get_attribute("href") for link in page.locator("cookbook-chat .cookbook a").all()]
    assert links
    assert [link for link in links if not link.startswith(f"{host.address}/")] == []
    assert page.evaluate("window.hit") is None


def test_what_is_kept_is_read_with_care(stage):
    page, _ = stage(event("done", answer("Hei.")))
    page.evaluate("""() => {
      for (const key of ["0", "kesken"]) sessionStorage.setItem(`cookbook-chat:${key}`, "{ei json");
    }""")
    page.reload()
    ask(page)
    answered(page)
    assert page.get_by_text("Hei.", exact=True).is_visible()
