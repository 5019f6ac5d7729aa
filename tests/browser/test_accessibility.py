"""axe-core finds nothing wrong on any page."""

import pytest

from browser.axe import violations

PAGES = {
    "start": "/",
    "results": "/?q=Yritykset käyvät kerran eivätkä palaa",
    "refused": "/?q=Miten paistan lohta uunissa?",
    "library": "/kirjasto",
    "library by tag": "/kirjasto?tag=rahoitus",
    "graph": "/kirjasto/verkko?valittu=Vantaa/jasenkysely",
    "statement": "/saavutettavuus",
    "recipe": "/reseptit/jasenkysely",
    "method": "/menetelmat/retrospektiivi",
    "metric": "/mittarit/suositteluhalukkuus",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_page_breaks_a_rule(page, path):
    page.goto(path)
    assert violations(page) == []


def test_axe_is_awake(page):
    page.goto("/")
    page.evaluate("document.querySelector('#q').labels[0].remove()")
    assert any(fault.startswith("label: #q") for fault in violations(page))
