"""The plan in a browser: made, checked while typing, guarded, read by assistive technology."""

from __future__ import annotations

import pytest

from browser.axe import violations
from browser.conftest import NARROW, WIDE


@pytest.fixture
def planned(page):
    """The page of a new plan."""
    page.goto("/suunnitelma")
    assert violations(page) == []
    page.get_by_label("Mikä klusteri?").fill("Pelialan klusteri")
    page.get_by_label("Missä vaiheessa se on nyt?").select_option("sitouta")
    page.get_by_label("Mitä pulmia on pöydällä?").fill("Yritykset käyvät kerran eivätkä palaa")
    page.get_by_role("button", name="Tee suunnitelma").click()
    page.get_by_role("heading", name="Kalenteri").wait_for()
    return page


def test_a_plan_is_made_and_checked_while_it_is_edited(planned):
    page = planned
    assert violations(page) == []
    assert page.locator(".plan-check.is-wrong").count() == 0
    page.get_by_label("Alkaa viikolla: Yritysten sitouttaminen").fill("90")
    page.get_by_text("yli annetun ajan").first.wait_for()
    assert page.get_by_text("Tallentamattomia muutoksia").is_visible()
    page.get_by_role("button", name="Tallenna").first.click()
    page.get_by_text("Tallennettu.").wait_for()
    assert page.get_by_label("Alkaa viikolla: Yritysten sitouttaminen").input_value() == "90"


def test_a_measurement_is_drawn(planned):
    page = planned
    page.get_by_label("Arvo", exact=True).fill("12,5")
    page.locator(".plan-measure").get_by_role("button", name="Tallenna").click()
    page.locator("svg.chart").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="Sivun raportti päättäjille").click()
    page.get_by_role("heading", name="Seuraavaksi").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_is_wider_than_the_screen(planned, new_context, viewport):
    page = new_context(viewport=viewport, java_script_enabled=False).new_page()
    page.goto(planned.url)
    assert page.locator(".plan-calendar").is_visible()
    page.get_by_label("Tekee (R)").first.fill("Aino")
    page.get_by_role("button", name="Tallenna", exact=True).nth(0).click()
    page.get_by_text("Tallennettu.").wait_for()


def test_it_fits_a_phone(planned):
    planned.set_viewport_size(NARROW)
    assert planned.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
