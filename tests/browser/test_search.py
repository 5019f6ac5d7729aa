"""Searching: suggestions, results, filters, the way back, trouble on the line."""

from __future__ import annotations

import pytest

QUERY = "Miten saan pienet yritykset mukaan?"
TITLE = "Pienten yritysten matala kynnys"


def option(page, n=0):
    return page.locator("[role=option]").nth(n)


def type_into_box(page, text):
    page.locator("#q").click()
    page.keyboard.type(text)
    option(page).wait_for()


def status(page):
    return page.locator("#status").text_content()


def test_suggestions_are_a_combobox(page):
    page.goto("/")
    box = page.locator("#q")
    assert box.get_attribute("role") == "combobox"
    assert box.get_attribute("aria-expanded") == "false"
    type_into_box(page, "yritysten sit")
    assert box.get_attribute("aria-expanded") == "true"
    assert page.locator(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option(page).get_attribute("id")
    assert option(page).get_attribute("aria-selected") == "true"
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "yritysten sit"
    page.keyboard.press("Escape")
    assert box.input_value() == ""


def test_the_number_of_suggestions_is_told(page):
    page.goto("/")
    type_into_box(page, "luottam")
    count = page.locator("[role=option]").count()
    page.wait_for_function(
        "words => document.querySelector('#status').textContent.startsWith(words)", arg=f"{count} ehdotu"
    )


def test_a_title_leads_to_its_page(page):
    page.goto("/?lang=sv")
    type_into_box(page, "förtroendeind")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mittarit/luottamusindeksi?lang=sv")


def test_a_problem_is_searched_with(page):
    page.goto("/")
    type_into_box(page, "yritykset käyvät kerran")
    problem = page.locator('[role=option][data-kind="problem"]').first
    words = problem.locator(".suggest-text").text_content()
    problem.click()
    page.locator("#results:not([hidden])").wait_for()
    assert page.locator("#q").input_value() == words
    assert page.locator(".suggest").is_hidden()


def test_typing_errors_and_missing_dots_are_forgiven(page):
    page.goto("/")
    type_into_box(page, "jasnekysely")
    assert option(page).text_content().startswith("Jäsenkysely")


def test_results_come_without_a_reload_and_have_an_address(page, new_context):
    page.goto("/")
    page.evaluate("window.same = true")
    page.locator("#q").fill(QUERY)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=TITLE).wait_for()
    assert page.evaluate("window.same")
    assert page.locator(".hit mark").count()
    assert page.locator(".found-metrics .metric").count()
    other = new_context().new_page()
    other.goto(page.url)
    assert other.locator(".hit h3").all_text_contents() == page.locator(".hit h3").all_text_contents()
    assert other.title() == page.title()


def test_the_way_back_leads_through_the_searches(page):
    page.goto("/")
    for query in (QUERY, "Kilpailijat eivät luota toisiinsa"):
        page.locator("#q").fill(query)
        page.keyboard.press("Enter")
        page.wait_for_function("q => new URLSearchParams(location.search).get('q') === q", arg=query)
    page.go_back()
    page.get_by_role("heading", name=TITLE).wait_for()
    assert page.locator("#q").input_value() == QUERY
    page.go_back()
    page.get_by_role("heading", name="Mikä pulma on pöydällä?").wait_for()
    assert page.locator("#results").is_hidden()
    page.go_forward()
    page.get_by_role("heading", name=TITLE).wait_for()


def test_filters_narrow_and_count(page):
    page.goto(f"/?q={QUERY}")
    page.locator(".facet summary", has_text="Laji").click()
    choice = page.locator(".facet[open] li a").first
    assert choice.locator("span").first.text_content() == "Reseptit"
    assert int("".join(filter(str.isdigit, choice.locator(".count").inner_text()))) > 0
    choice.click()
    page.locator(".chosen a", has_text="Reseptit").wait_for()
    assert "kind=recipe" in page.url
    assert set(page.locator(".hit .kind").all_text_contents()) == {"Resepti"}
    page.go_back()
    page.locator(".chosen").wait_for(state="detached")


def test_a_misspelt_query_is_read_right_and_said_so(page):
    page.goto("/?q=kilpailjat eivät luota")
    assert page.locator(".meant a").text_content() == "kilpailijat eivät luota"


def test_a_refusal_helps_on(page):
    page.goto("/?q=Miten paistan lohta uunissa?")
    assert page.get_by_role("heading", name="Tähän keittokirjassa ei ole vielä reseptiä").is_visible()
    assert page.locator(".notice .chips a").count() == 3
    assert page.locator(".covers a").count() == 9
    assert "/keskustelu" in page.locator(".notice a").last.get_attribute("href")


def test_a_single_word_leads_to_the_documents_that_have_it(page):
    page.goto("/?q=klusteri")
    assert page.locator(".hit h3 a, .notice .chips a", has_text="Klusteri").count()


def test_recent_searches_stay_in_the_browser_until_cleared(page):
    page.goto(f"/?q={QUERY}")
    page.goto("/kirjasto")
    page.locator("#q").click()
    assert option(page).text_content().strip() == QUERY
    page.keyboard.press("Tab")
    assert page.locator(".suggest button").evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    assert page.locator(".suggest").is_hidden()
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.cookie") == ""


def test_keys_lead_to_the_box(page):
    page.goto("/reseptit/jasenkysely")
    for keys in ("/", "Control+k"):
        page.locator("h1").click()
        page.keyboard.press(keys)
        assert page.evaluate("document.activeElement.id") == "q"
        assert page.locator("#q").input_value() == ""
        page.evaluate("document.activeElement.blur()")
    page.locator("#shortcut").uncheck()
    page.keyboard.press("/")
    page.reload()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"


def test_everything_is_there_without_a_script(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    assert page.locator("#q").get_attribute("role") is None
    page.locator("#q").fill(QUERY)
    page.get_by_role("button", name="Hae reseptit").click()
    page.locator(".hit h3").first.wait_for()
    page.locator(".facet summary", has_text="Vaihe").click()
    page.locator(".facet[open] li a").first.click()
    page.locator(".chosen a").first.wait_for()
    assert page.locator(".thumbs").first.is_hidden()
    page.locator(".hit h3 a").first.click()
    assert page.locator("article.prose h2").count() > 3
    assert page.locator(".step").first.evaluate("e => getComputedStyle(e).paddingLeft") == "0px"
    page.get_by_role("link", name="Kirjasto").first.click()
    page.locator(".map a:visible").nth(2).click()
    assert page.locator("h1").inner_text().split() == ["3", "Sitouta"]
    page.goto("/kirjasto/verkko")
    page.locator('.node[data-key="Vantaa/jasenkysely"]').click()
    assert page.locator(".graph-chosen b").text_content() == "Jäsenkysely ja palaute liittyy näihin"


def test_a_slow_server_is_waited_for_without_a_jump(page):
    page.goto(f"/?q={QUERY}")
    top = page.locator(".hit").first.bounding_box()
    held = []
    page.route("**/?q=Kilpailijat*", lambda route: held.append(route))  # noqa: PLW0108  # a list's method has no signature to look at
    page.locator("#q").fill("Kilpailijat eivät luota toisiinsa")
    page.evaluate("document.querySelector('form.ask').requestSubmit()")
    page.locator("main[data-busy]").wait_for()
    assert status(page) == "Haetaan…"
    assert page.locator("#results").get_attribute("aria-busy") == "true"
    assert page.locator(".hit").first.bounding_box() == top
    held[0].continue_()
    page.locator("main:not([data-busy])").wait_for()
    page.get_by_role("heading", name="Luottamuksen rakentaminen").wait_for()


@pytest.mark.parametrize("failure", ["connection", "proxy"])
def test_a_dead_server_is_told_and_can_be_tried_again(page, faults, failure):
    page.goto(f"/?q={QUERY}")

    def dead(route):
        if failure == "connection":
            route.abort("connectionrefused")
        else:
            route.fulfill(status=502, body="<h1>Bad Gateway</h1>", content_type="text/html")

    page.route("**/?q=Kilpailijat*", dead)
    page.locator("#q").fill("Kilpailijat eivät luota toisiinsa")
    page.keyboard.press("Enter")
    notice = page.get_by_role("alert")
    notice.wait_for()
    assert "Kirjoittamasi on tallessa" in notice.text_content()
    assert page.locator("#q").input_value() == "Kilpailijat eivät luota toisiinsa"
    page.unroute("**/?q=Kilpailijat*")
    notice.get_by_role("button").click()
    page.get_by_role("heading", name="Luottamuksen rakentaminen").wait_for()
    assert page.get_by_role("alert").count() == 0
    assert faults
    faults.clear()


def test_dead_suggestions_leave_the_box_working(page, faults):
    page.route("**/api/v1/suggest*", lambda route: route.abort())
    page.goto("/")
    page.locator("#q").fill(QUERY)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=TITLE).wait_for()
    faults.clear()


def test_a_vote_is_stored_and_a_no_may_say_why(page):
    page.goto(f"/?q={QUERY}")
    thumbs = page.locator(".thumbs").first
    with page.expect_response("**/api/v1/feedback") as answer:
        thumbs.get_by_role("button", name="Ei", exact=True).click()
    assert answer.value.status == 200
    assert thumbs.get_by_role("button", name="Ei", exact=True).get_attribute("aria-pressed") == "true"
    thumbs.locator("textarea").fill("Puuttui hinta")
    with page.expect_response("**/api/v1/feedback") as answer:
        thumbs.get_by_role("button", name="Lähetä").click()
    assert answer.value.request.post_data_json["comment"] == "Puuttui hinta"
    assert answer.value.status == 200
    assert thumbs.locator(".told").text_content() == "Kiitos palautteesta."


def test_a_vote_that_is_not_stored_is_told(page, faults):
    page.goto(f"/?q={QUERY}")
    page.route("**/api/v1/feedback", lambda route: route.abort())
    thumbs = page.locator(".thumbs").first
    thumbs.get_by_role("button", name="Kyllä").click()
    page.wait_for_function("() => document.querySelector('.told').textContent.includes('ei tallentunut')")
    assert thumbs.get_by_role("button", name="Kyllä").get_attribute("aria-pressed") == "false"
    faults.clear()
