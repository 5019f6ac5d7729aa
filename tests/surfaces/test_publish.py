"""A published site: every link leads to a file, nothing needs the server, nothing hostile wakes up."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from test_pages import Page
from typer.testing import CliRunner

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import PublishError
from cookbook_search.surfaces.cli import app
from cookbook_search.surfaces.publish import publish
from cookbook_search.surfaces.publish.addresses import file_of, link_from, public_address
from cookbook_search.surfaces.publish.markup import exchange_addresses
from cookbook_search.surfaces.publish.site import MARK
from cookbook_search.surfaces.strings import read_strings, web_folder

URL = "https://keittokirja.example"
SERVER_ONLY = ("/keskustelu", "/suunnitelma", "/tulosta", "/api/", "/upota", "/toimitus", "/tietosuoja")


def published(index: Path, folder: Path, **settings: object) -> Path:
    web = web_folder()
    publish(Cookbook(Settings(index=index, **settings)), web, read_strings(web), folder)
    return folder


@pytest.fixture(scope="session")
def site(index, tmp_path_factory) -> Path:
    return published(index, tmp_path_factory.mktemp("published") / "site", base_url=URL)


@pytest.fixture(scope="session")
def nameless(index, tmp_path_factory) -> Path:
    """A site that does not know its address."""
    return published(index, tmp_path_factory.mktemp("published") / "nameless")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def links(page: Path) -> list[str]:
    read = Page(page.read_text(encoding="utf-8"))
    return [
        value
        for tag, name in (
            ("a", "href"),
            ("link", "href"),
            ("script", "src"),
            ("img", "src"),
            ("form", "action"),
        )
        for found in read.all(tag)
        if (value := found.get(name))
    ]


def test_every_link_of_every_page_leads_to_a_file(site):
    assert len(pages(site)) > 60
    for page in pages(site):
        for link in links(page):
            if link.startswith(URL):
                path = urlsplit(link).path.lstrip("/")
                target = site / (path + ("index.html" if path.endswith("/") or not path else ""))
            elif urlsplit(link).scheme:
                continue
            else:
                path = unquote(urlsplit(urljoin(f"http://x/{page.relative_to(site)}", link)).path)
                target = site / path.lstrip("/")
            assert target.is_file(), f"{page.relative_to(site)} leads to {link}"


def test_nothing_leads_to_what_only_the_server_does(site, nameless):
    for page in (*pages(site), *pages(nameless)):
        for link in links(page):
            assert not any(name in link for name in SERVER_ONLY), f"{page}: {link}"


def test_the_languages_lead_to_one_another(site):
    page = Page((site / "sv" / "reseptit" / "luottamus" / "index.html").read_text(encoding="utf-8"))
    assert page.all("html")[0]["lang"] == "sv"
    alternates = {link["hreflang"]: link["href"] for link in page.all("link") if "hreflang" in link}
    assert alternates == {
        "fi": f"{URL}/reseptit/luottamus/", "sv": f"{URL}/sv/reseptit/luottamus/",
        "en": f"{URL}/en/reseptit/luottamus/",
    }  # fmt: skip


def test_a_site_without_an_address_claims_none(nameless):
    for page in pages(nameless):
        text = page.read_text(encoding="utf-8")
        assert "site.invalid" not in text
        assert 'rel="canonical"' not in text
    assert not (nameless / "sitemap.xml").exists()


def test_scripts_and_styles_are_files_and_their_imports_too(site):
    scripts = list((site / "static").rglob("*.js"))
    assert {"site.js", "document.js", "graph.js", "published.js"} <= {script.name for script in scripts}
    for script in scripts:
        for name in re.findall(r'from "(\./[^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"


def test_two_cities_with_one_id_have_a_page_each(site):
    folders = [path.parent for path in site.glob("reseptit/*/kaupunki/*/index.html")]
    assert {folder.name for folder in folders} == {"espoo"}  # a guest's address names its city, ours does not
    for folder, owner in ((folders[0], "Espoo"), (folders[0].parent.parent, "Vantaa")):
        assert owner in (folder / "index.html").read_text(encoding="utf-8")


def test_the_data_is_that_of_the_api_with_public_addresses(site, client):
    for language in ("fi", "sv", "en"):
        library = json.loads((site / "data" / language / "library.json").read_text(encoding="utf-8"))
        served = client.get("/api/v1/library", params={"language": language}).json()
        assert library["tags"] == served["tags"]
        assert [one["id"] for one in library["documents"]] == [one["id"] for one in served["documents"]]
        assert all(one["url"].startswith(f"{URL}/") for one in library["documents"])
    recipe = json.loads((site / "data" / "sv" / "recipes" / "luottamus.json").read_text(encoding="utf-8"))
    assert recipe["title"] == "Förtroende mellan konkurrenter"
    assert recipe["url"] == f"{URL}/sv/reseptit/luottamus/"


def test_the_feeds_name_published_pages(site):
    feed = ET.parse(site / "sv" / "muutokset.atom").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    addresses = [entry.find(f"{atom}link").get("href") for entry in feed.findall(f"{atom}entry")]
    assert f"{URL}/sv/reseptit/luottamus/" in addresses
    items = json.loads((site / "muutokset.json").read_text(encoding="utf-8"))["items"]
    assert f"{URL}/reseptit/luottamus/" in [item["url"] for item in items]


def test_the_sitemap_lists_every_page_once(site):
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = [found.text for found in ET.parse(site / "sitemap.xml").getroot().iter(f"{space}loc")]
    assert len(listed) == len(set(listed)) == len(pages(site))


def test_the_structured_data_and_the_qr_code_name_the_published_page(site):
    text = (site / "sv" / "reseptit" / "luottamus" / "index.html").read_text(encoding="utf-8")
    described = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])
    assert described["url"] == described["@id"] == f"{URL}/sv/reseptit/luottamus/"
    assert "<svg" in text


def test_a_hostile_recipe_stays_harmless(site):
    text = (site / "reseptit" / "vihamielinen" / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not [tag for tag in ("iframe", "object", "embed", "style") if page.all(tag)]
    assert all(
        "src" in script or script.get("type") == "application/ld+json" for script in page.all("script")
    )
    assert not any(link.lower().startswith(("javascript:", "vbscript:", "data:")) for link in links(
        site / "reseptit" / "vihamielinen" / "index.html"
    ))  # fmt: skip
    assert "Content-Security-Policy" in text


def test_publishing_again_replaces_the_site_whole(index, tmp_path):
    folder = published(index, tmp_path / "site")
    (folder / "vanha.html").write_text("vanha", encoding="utf-8")
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    published(index, folder)
    second = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert Path("vanha.html") not in second
    assert {name: content for name, content in first.items() if name.name != "vanha.html"} == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_a_folder_that_holds_something_else_is_left_alone(index, tmp_path):
    (tmp_path / "tärkeä.txt").write_text("älä koske", encoding="utf-8")
    with pytest.raises(PublishError, match="holds something else"):
        published(index, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tärkeä.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_so(index, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PublishError, match="cannot be written"):
        published(index, tmp_path / "site")


def test_a_failure_midway_leaves_the_old_site(index, tmp_path, monkeypatch):
    folder = published(index, tmp_path / "site")
    before = (folder / MARK).read_bytes()
    monkeypatch.setattr(
        "cookbook_search.surfaces.publish.site.search_script",
        lambda *_: (_ for _ in ()).throw(OSError("full")),
    )
    with pytest.raises(PublishError, match="full"):
        published(index, folder)
    assert (folder / MARK).read_bytes() == before
    assert (folder / "haku.js").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_the_command_writes_and_tells(index, tmp_path):
    folder = tmp_path / "site"
    ran = CliRunner().invoke(
        app, ["export", "site", "--index", str(index), "--out", str(folder), "--url", URL, "--json"]
    )
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["pages"] == len(pages(folder))
    assert told["files"] == sum(path.is_file() for path in folder.rglob("*"))
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/?q=raha", "index.html"),
        ("/?lang=sv", "sv/index.html"),
        ("/kirjasto?phase=sitouta&lang=en", "en/kirjasto/vaihe/sitouta/index.html"),
        ("/kirjasto?owner=Espoo&tag=verkostot", "kirjasto/aihe/verkostot/kaupunki/espoo/index.html"),
        ("/reseptit/x?owner=Mäntsälä#osa", "reseptit/x/kaupunki/mantsala/index.html"),
        ("/static/0123456789/site.js", "static/0123456789/site.js"),
        ("/api/v1/recipes/x?language=sv", "data/sv/recipes/x.json"),
        ("/muutokset.json?lang=sv", "sv/muutokset.json"),
        ("/keskustelu", None),
        ("/reseptit/../../etc/passwd", None),
        ("/saavutettavuus?x=1", "saavutettavuus/index.html"),
    ],
)
def test_an_address_of_the_server_has_its_file(address, file):
    assert file_of(address, "fi", "fi") == file


def test_links_are_relative_and_keep_query_and_fragment():
    page = "sv/reseptit/x/index.html"
    assert link_from(page, "/mittarit/y?lang=sv#lahteet", "sv", "fi") == "../../mittarit/y/index.html#lahteet"
    assert link_from(page, "/?q=a+b&lang=sv", "sv", "fi") == "../../index.html?q=a+b"
    assert link_from(page, "/mittarit/y", "sv", "fi") == "../../mittarit/y/index.html"
    assert public_address(URL, "/mittarit/y?lang=en", "sv", "fi") == f"{URL}/en/mittarit/y/"


def test_only_addresses_are_exchanged_and_text_never():
    html = (
        '<!doctype html><p>href="/a" &amp; &#228;</p><a href="/b" data-x="&quot;/c">t</a>'
        '<br/><script>"/d"</script>'
    )
    assert exchange_addresses(html, lambda _tag, value: f"x{value}") == html.replace(
        '<a href="/b"', '<a href="x/b"'
    )
