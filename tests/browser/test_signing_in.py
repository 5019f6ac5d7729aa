"""A closed cookbook in a real browser: signing in and out, searching by a session, embedding by a key."""

from __future__ import annotations

import pytest
from identity import CLIENT_ID, CLIENT_SECRET, providing
from kitchen import write_cookbook
from serving import serving

from browser.axe import violations
from browser.conftest import NARROW
from browser.hosting import hosting, strict_policy
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.types import Scope

QUERY = "Yritykset käyvät kerran eivätkä palaa"
TOKEN = "avain-jota-kukaan-ei-arvaa"


@pytest.fixture(scope="module")
def provider():
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def host():
    with hosting() as opened:
        yield opened


@pytest.fixture(scope="module")
def closed(tmp_path_factory, provider, host):
    folder = tmp_path_factory.mktemp("closed")
    settings = Settings(
        corpus=(write_cookbook(folder / "corpus"),), index=folder / "index", access="closed",
        database=f"sqlite:///{folder}/state.db", editor_token=TOKEN, oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET, embed_origins=(host.address,),
    )  # fmt: skip
    Cookbook(settings).index()
    return settings


@pytest.fixture(scope="module")
def site(closed):
    with serving(closed) as address:
        yield address


def test_in_by_the_citys_account_and_out_again(page, provider, faults):
    page.goto("/keskustelu")
    page.get_by_role("link", name="Kirjaudu kaupungin tunnuksella").click()
    page.wait_for_url("**/keskustelu")
    page.locator("cookbook-chat .cookbook textarea").fill(QUERY)
    page.keyboard.press("Enter")
    page.locator("cookbook-chat .turn .actions").wait_for()
    page.goto(f"/?q={QUERY}")
    assert page.get_by_role("link", name="Yritykset palaavat").count()
    page.get_by_role("link", name="Kirjautuminen").click()
    assert page.get_by_text("Olet kirjautunut: Maija Meikäläinen.").count()
    assert violations(page) == []
    page.get_by_role("button", name="Kirjaudu ulos").click()
    page.get_by_role("link", name="Kirjaudu ulos myös kaupungin tunnuksesta").wait_for()
    assert violations(page) == []
    page.goto("/")
    assert page.url.endswith("/kirjaudu?to=%2F&vaatii=search")
    assert all(fault.startswith(f"request to another origin: {provider.issuer}") for fault in faults)
    faults.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_keeps_nobody_out(new_context, scheme, faults):
    page = new_context(color_scheme=scheme, viewport=NARROW).new_page()
    for language in ("fi", "sv", "en"):
        page.goto(f"/kirjaudu?lang={language}")
        assert violations(page) == [], language
        page.locator("#token").fill("väärä")
        page.locator("#token").press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.locator("#token").get_attribute("aria-invalid") == "true"
        assert violations(page) == [], language
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all("403" in fault for fault in faults)
    faults.clear()


def test_an_embedded_search_asks_for_a_sign_in_or_brings_a_key(new_context, closed, site, host, faults):
    page = new_context(base_url=host.address).new_page()
    module = f'<script type="module" src="{site}/static/embed.js"></script>'

    def search(attributes):
        body = f'<main><h1>Intra</h1><cookbook-search lang="fi" {attributes}></cookbook-search></main>'
        page.goto(host.show(body + module, policy=strict_policy(site)))
        page.get_by_label("Kuvaa pulmasi omin sanoin").fill(QUERY)
        page.get_by_role("button", name="Hae", exact=True).click()

    search("")
    page.get_by_text("Keittokirja vaatii tunnistautumisen").wait_for()
    cookbook = Cookbook(closed)
    _, key = cookbook.keys.create("Intranet", {Scope.SEARCH}, None)
    cookbook.close()
    search(f'key="{key}"')
    page.get_by_role("link", name="Yritykset palaavat").first.wait_for()
    page.goto(host.show(f'<iframe src="{site}/upota/haku?lang=fi" title="Keittokirja"></iframe>'))
    frame = page.frame_locator("iframe")
    frame.locator(".cookbook :is(input, textarea)").fill(QUERY)
    page.keyboard.press("Enter")
    frame.get_by_text("Keittokirja vaatii tunnistautumisen").wait_for()
    faults[:] = [fault for fault in faults if "401" not in fault and site not in fault]
