"""The pages: three languages, nothing hostile gets through, and they follow the index."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from hostile import HOSTILE_TEXT
from hypothesis import given
from hypothesis import strategies as st

from cookbook_search.config import Settings
from cookbook_search.errors import SettingsError
from cookbook_search.parse import document_paths, read_document
from cookbook_search.surfaces.http.pages.excerpt import marked
from cookbook_search.surfaces.http.server import create_app
from cookbook_search.surfaces.render import page_of, to_html
from cookbook_search.surfaces.strings import choose_language, read_strings, web_folder
from cookbook_search.types import Passage

QUERY = "Kilpailijat eivät kerro toisilleen mitään"
TITLES = {
    "fi": "Luottamus kilpailijoiden kesken",
    "sv": "Förtroende mellan konkurrenter",
    "en": "Trust among rivals",
}
PAGES = [
    "/",
    f"/?q={QUERY}",
    "/kirjasto",
    "/kirjasto?tag=rahoitus",
    "/kirjasto/verkko",
    "/saavutettavuus",
    "/reseptit/luottamus",
    "/menetelmat/puhelinkierros",
    "/mittarit/jasenmaara",
]
HOSTILE_QUERIES = [
    "<script>alert(1)</script> yritys",
    '"><img src=x onerror=alert(1)> yritys',
    "' onfocus=alert(1) autofocus yritys",
    "javascript:alert(1)",
    "{{ 7 * 7 }} yritys {% raw %}",
    "{n} {max} {0} yritys",
    "</title></textarea><svg/onload=alert(1)> yritys",
]


class Page(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.text = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data):
        if self._inside == "script" and not self._is_data():
            assert not data.strip(), f"script in the page: {data}"
        self.text.append(data)

    def handle_endtag(self, tag):
        self._inside = ""

    def _is_data(self):
        return self.elements[-1][1].get("type") in {"application/ld+json", "application/json"}

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def require_harmless(html):
    """No element, attribute or address of the page can run anything."""
    page = Page(html)
    for tag, attributes in page.elements:
        assert tag not in {"iframe", "object", "embed", "base", "style", "applet", "frame", "marquee"}
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name, value)
            assert name not in {"style", "srcdoc", "formaction", "autofocus"}, (tag, name, value)
            if name in {"href", "src", "action"}:
                parts = urlsplit((value or "").strip())
                assert parts.scheme in {"", "http", "https", "mailto", "tel"}, (tag, value)
    for attributes in page.all("script"):
        assert attributes == {"type": "application/ld+json"} or attributes["src"].startswith("/static/")
    for attributes in page.all("img"):
        assert attributes["src"].startswith("/static/")
    return page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_speaks_three_languages(client, path, language):
    response = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == language
    page = require_harmless(response.text)
    assert page.all("html") == [{"lang": language}]
    strings = read_strings(web_folder())[language]
    assert strings["site.name"] in "".join(page.text)
    [chosen] = [a for a in page.all("a") if a.get("aria-current") == "true" and "hreflang" in a]
    assert chosen["hreflang"] == language


def test_pages_name_documents_in_the_language_of_the_reader(client):
    for language, title in TITLES.items():
        page = client.get(f"/reseptit/luottamus?lang={language}")
        assert f"<h1>{title}</h1>" in page.text
        assert title in client.get(f"/kirjasto?lang={language}").text
        assert title in client.get(f"/kirjasto/verkko?lang={language}").text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("sv", "sv"),
        ("en-GB,en;q=0.9", "en"),
        ("de,sv;q=0.5,en;q=0.4", "sv"),
        ("sv;q=0.2,en;q=0.8", "en"),
        ("de", "fi"),
        ("", "fi"),
        ("sv;q=0,de", "fi"),
        ("en;q=x,sv", "sv"),
        (",;,;q=", "fi"),
    ],
)
def test_the_browser_chooses_the_language(client, header, language):
    response = client.get("/", headers={"Accept-Language": header})
    assert response.headers["content-language"] == language
    assert "Accept-Language" in response.headers["vary"]
    assert client.get("/?lang=en", headers={"Accept-Language": header}).headers["content-language"] == "en"


def test_an_unknown_lang_is_passed_over(client):
    response = client.get("/?lang=xx", headers={"Accept-Language": "sv"})
    assert response.status_code == 200
    assert response.headers["content-language"] == "sv"


def test_the_default_language_is_a_setting(index, serve):
    with serve(Settings(index=index, language="sv")) as client:
        assert client.get("/", headers={"Accept-Language": "de"}).headers["content-language"] == "sv"


@given(asked=st.none() | st.text(max_size=5), header=st.text(max_size=40))
def test_any_header_gives_a_language(asked, header):
    assert choose_language(asked, header, "fi") in {"fi", "sv", "en"}


def test_the_three_languages_have_the_same_strings():
    strings = read_strings(web_folder())
    assert set(strings["fi"]) == set(strings["sv"]) == set(strings["en"])
    for key, text in strings["fi"].items():
        fields = set(re.findall(r"{(\w+)[^}]*}", text))
        for language in ("sv", "en"):
            assert strings[language][key], key
            assert set(re.findall(r"{(\w+)[^}]*}", strings[language][key])) == fields, key


def test_the_search_page_shows_hits_with_their_passages(client):
    page = require_harmless(client.get("/", params={"q": QUERY}).text)
    addresses = [urlsplit(a["href"]).path for a in page.all("a") if "href" in a]
    assert "/reseptit/luottamus" in addresses
    assert "/mittarit/jasenmaara" in addresses
    [box] = [a for a in page.all("input") if a.get("name") == "q"]
    assert box["value"] == QUERY
    assert page.all("mark")


def test_the_library_lists_everything(client):
    page = Page(client.get("/kirjasto").text)
    addresses = {urlsplit(a["href"]).path for a in page.all("a") if "href" in a}
    assert {"/reseptit/luottamus", "/menetelmat/puhelinkierros", "/mittarit/jasenmaara"} <= addresses


def test_a_chosen_language_stays_in_the_links(client):
    page = Page(client.get("/kirjasto?lang=en").text)
    [link] = [a["href"] for a in page.all("a") if urlsplit(a.get("href", "")).path == "/reseptit/luottamus"]
    assert parse_qs(urlsplit(link).query) == {"lang": ["en"]}
    [hidden] = [a for a in page.all("input") if a.get("name") == "lang"]
    assert hidden["value"] == "en"


def test_the_fragment_header_gives_the_results_alone(client):
    whole = client.get("/", params={"q": QUERY})
    fragment = client.get("/", params={"q": QUERY}, headers={"X-Fragment": "1"})
    assert fragment.status_code == 200
    assert "<html" in whole.text
    assert "<html" not in fragment.text
    assert "/reseptit/luottamus" in fragment.text
    assert "x-fragment" in fragment.headers["vary"].lower()


def test_a_phase_narrows_the_page(client):
    page = Page(client.get("/", params={"q": "Mistä saamme rahaa kokeiluun?", "phase": "rahoita"}).text)
    recipes = {
        urlsplit(a["href"]).path
        for a in page.all("a")
        if urlsplit(a.get("href", "")).path.startswith("/reseptit/")
    }
    assert recipes == {"/reseptit/avustushaku"}
    assert client.get("/", params={"q": QUERY, "phase": "<script>"}).status_code == 200


def test_filters_count_what_they_would_leave(client):
    query = "Mistä saamme rahaa kokeiluun?"
    page = Page(client.get("/", params={"q": query}).text)
    links = [a["href"] for a in page.all("a") if "=" in (a.get("data-search") or "")]
    assert links
    for link in links:
        narrowed = Page(client.get(link).text)
        [on] = [a for a in narrowed.all("a") if a.get("aria-current") == "true" and "data-search" in a]
        assert parse_qs(urlsplit(on["href"]).query) == {"q": [query]}


def test_two_cities_can_be_told_apart(client):
    page = client.get("/", params={"q": "Mistä saamme rahaa kokeiluun?", "owner": "Espoo"}).text
    assert 'class="owner">Espoo' in page
    links = [a["href"] for a in Page(page).all("a") if a.get("href", "").startswith("/reseptit/")]
    [address] = {link.partition("#")[0] for link in links}
    assert address == "/reseptit/avustushaku?owner=Espoo"
    assert ">Espoo</a></dd>" in client.get(address).text
    assert "/mittarit/saatu-raha?owner=Espoo" in client.get(address).text
    assert 'class="owner">Vantaa' not in page
    assert 'class="owner">Vantaa' in client.get("/kirjasto").text
    assert 'class="owner">Vantaa' not in client.get("/kirjasto", params={"owner": "Espoo"}).text


def test_a_misspelt_query_is_offered_as_it_was_read(client):
    page = Page(client.get("/", params={"q": "kilpailjat eivät kerro"}).text)
    links = [parse_qs(urlsplit(a["href"]).query).get("q") for a in page.all("a") if "data-search" in a]
    assert ["kilpailijat eivät kerro"] in links


def test_a_refused_query_gets_somewhere_to_go(client):
    page = Page(client.get("/", params={"q": "Miten paistan lohta uunissa?"}).text)
    addresses = {urlsplit(a["href"]).path for a in page.all("a") if "href" in a}
    assert {"/kirjasto", "/keskustelu"} <= addresses


@pytest.mark.parametrize(
    ("query", "status", "trouble"),
    [
        ("x" * 2001, 422, "error.long.title"),
        ("?!", 422, "error.words.title"),
        ("   ", 200, None),
        ("klusteri " * 222, 200, None),
    ],
)
def test_a_query_that_cannot_be_searched_is_told_on_the_page(client, query, status, trouble):
    strings = read_strings(web_folder())["sv"]
    troubles = {"error.long.title", "error.words.title", "error.title"}
    for headers in ({}, {"X-Fragment": "1"}):
        response = client.get("/", params={"q": query, "lang": "sv"}, headers=headers)
        assert response.status_code == status
        assert response.headers["content-type"].startswith("text/html")
        text = "".join(require_harmless(response.text).text)
        assert {key for key in troubles if strings[key] in text} == ({trouble} if trouble else set())


@pytest.mark.parametrize("path", ["/reseptit/none", "/menetelmat/luottamus", "/mittarit/%3Cscript%3E"])
def test_a_missing_document_is_a_page_that_says_so(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    require_harmless(response.text)


@pytest.mark.parametrize("query", HOSTILE_QUERIES)
@pytest.mark.parametrize("headers", [{}, {"X-Fragment": "1"}])
def test_a_hostile_query_is_shown_as_text(client, query, headers):
    response = client.get("/", params={"q": query, "phase": query, "owner": query}, headers=headers)
    assert response.status_code == 200
    page = require_harmless(response.text)
    if not headers:
        [box] = [a for a in page.all("input") if a.get("name") == "q"]
        assert box["value"] == query


@pytest.mark.parametrize("query", HOSTILE_QUERIES)
def test_a_hostile_address_is_shown_as_text(client, query):
    for response in (
        client.get("/", params={"lang": query}),
        client.get(f"/reseptit/{query.replace('/', '')}"),
        client.get("/reseptit/luottamus", params={"owner": query, "lang": query, query: query}),
    ):
        assert response.status_code in {200, 404}
        require_harmless(response.text)


@pytest.mark.parametrize(
    "path", ["/reseptit/vihamielinen", "/kirjasto", "/kirjasto/verkko", "/?q=vihamielinen pulma"]
)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_hostile_recipe_is_harmless_on_every_page(client, path, language):
    response = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert response.status_code == 200
    page = require_harmless(response.text)
    assert "<script>alert(1)</script>" in "".join(page.text)


def test_a_hostile_recipe_keeps_its_good_parts(client):
    html = client.get("/api/v1/recipes/vihamielinen").json()["html"]
    page = require_harmless(html)
    assert {tag for tag, _ in page.elements} <= {
        "h2", "p", "a", "br", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "pre",
        "code",
    }  # fmt: skip
    addresses = {a["href"] for a in page.all("a") if "href" in a}
    assert {"/mittarit/jasenmaara#lahteet", "https://example.org/hyva"} <= addresses
    assert all(address.startswith(("https://", "/")) for address in addresses)
    assert all(a.get("rel") == "noopener" for a in page.all("a"))
    text = "".join(page.text)
    assert "<script>alert(19)</script>" in text
    assert "<img src=x onerror=alert(16)>" in text
    for allowed in ("class", "id", "href", "rel", "tabindex"):
        html = re.sub(rf' {allowed}="[^"]*"', "", html)
    assert not re.search(r"<\w+ [^>]*=", html)


@given(st.text(max_size=200))
def test_any_markdown_is_rendered_harmless(markdown):
    document = luottamus().model_copy(update={"body": markdown})
    require_harmless(to_html(document))


def luottamus():
    root = Path(__file__).parents[1] / "fixtures" / "corpus"
    document, faults = read_document(document_paths(root)[0], root)
    assert faults == []
    return document


@pytest.mark.parametrize(
    ("target", "page"),
    [
        ("../mittarit/x.md", "/mittarit/x"),
        ("../mittarit/x.md#laskentakaava", "/mittarit/x#laskentakaava"),
        ("toinen.md", "/reseptit/toinen"),
        ("https://example.org/x.md", "https://example.org/x.md"),
        ("#pulma", "#pulma"),
        ("../../salaisuus.md", "../../salaisuus.md"),
        ("../muualla/x.md", "../muualla/x.md"),
        ("kuva.png", "kuva.png"),
    ],
)
def test_links_between_files_become_links_between_pages(target, page):
    document = luottamus()
    assert document.path.startswith("reseptit/")
    assert page_of(target, document) == page


def test_highlights_become_marks_and_the_rest_is_escaped():
    passage = Passage("Pulma", "pulma", "<b>yritys</b> & yritykset", ((3, 9), (16, 25)))
    assert marked(passage) == "&lt;b&gt;<mark>yritys</mark>&lt;/b&gt; &amp; <mark>yritykset</mark>"


def test_a_long_passage_is_cut_around_its_first_highlight():
    text = "Alku on pitkä. " * 30 + "Tässä on yritys keskellä. " + "Loppu jatkuu. " * 30
    at = text.index("yritys")
    shown = marked(Passage("", "", text, ((at, at + 6),)), 100)
    assert "<mark>yritys</mark>" in shown
    assert shown.startswith("… Tässä on")
    assert shown.endswith(" …")
    assert len(shown) < 140


@given(
    text=st.text(alphabet="ab <&\n.", min_size=1, max_size=400),
    cuts=st.lists(st.integers(0, 400), max_size=8),
    length=st.integers(10, 350),
)
def test_any_excerpt_is_a_piece_of_its_passage(text, cuts, length):
    places = sorted({cut for cut in cuts if cut <= len(text)})
    highlights = tuple(pair for pair in zip(places[::2], places[1::2], strict=False) if pair[0] < pair[1])
    shown = marked(Passage("", "", text, highlights), length)
    plain = str(shown).replace("<mark>", "").replace("</mark>", "").removeprefix("… ").removesuffix(" …")
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, letter)
    assert plain in text


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/library", "/healthz", "/nowhere", "/static/style.css"])
def test_headers_that_keep_browsers_safe(client, path):
    headers = client.get(path).headers
    rules = (rule.split() for rule in headers["content-security-policy"].split(";"))
    policy = {name: " ".join(values) for name, *values in rules}
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_static_files_are_named_by_their_content(client):
    page = Page(client.get("/").text)
    styles = [a["href"] for a in page.all("link") if a.get("rel") == "stylesheet"]
    [style] = [address for address in styles if address.endswith("/style.css")]
    assert re.fullmatch(r"/static/[0-9a-f]{10}/style\.css", style)
    response = client.get(style)
    assert response.status_code == 200
    assert "immutable" in response.headers["cache-control"]
    for other in ("/static/style.css", "/static/0123456789/style.css"):
        assert client.get(other).headers["cache-control"] == "no-cache"
    assert client.get(f"/static/{'0' * 10}/../../../pyproject.toml").status_code == 404
    assert response.headers["content-type"].startswith("text/css")
    assert response.text == (web_folder() / "static" / "style.css").read_text(encoding="utf-8")


def test_a_theme_is_one_that_is_shipped_or_a_file(index, serve, tmp_path):
    own = tmp_path / "espoo.css"
    own.write_text(":root { --brand: #004e7c; }")
    for theme, expected in (("vantaa", "Vantaa"), (str(own), "#004e7c")):
        with serve(Settings(index=index, theme=theme)) as client:
            [address] = [a["href"] for a in Page(client.get("/").text).all("link") if "theme" in a["href"]]
            assert expected in client.get(address).text
    with pytest.raises(SettingsError, match="COOKBOOK_THEME"):
        create_app(Settings(index=index, theme="punainen"))


def test_every_theme_sets_the_same_tokens():
    themes = {file.stem: file.read_text() for file in (web_folder() / "static" / "themes").iterdir()}
    assert set(themes) == {"neutral", "vantaa", "contrast"}
    light = {name: set(re.findall(r"(--[\w-]+):", css.split("@media")[0])) for name, css in themes.items()}
    assert light["vantaa"] == light["contrast"] == light["neutral"]
    style = (web_folder() / "static" / "style.css").read_text()
    used = set(re.findall(r"var\((--[\w-]+)", style))
    own = set(re.findall(r"(--[\w-]+):", style))
    assert used - own <= light["neutral"]


def test_pages_and_styles_travel_compressed(client):
    for path in ("/", "/static/style.css", "/api/v1/library"):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert response.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in response.headers["vary"]


def test_pages_without_an_index_say_that_it_is_being_made(tmp_path, serve):
    with serve(Settings(index=tmp_path / "index")) as client:
        assert client.get("/saavutettavuus").status_code == 200
        for path in set(PAGES) - {"/saavutettavuus"}:
            response = client.get(path)
            assert response.status_code == 503
            assert response.headers["content-type"].startswith("text/html")
            require_harmless(response.text)


def test_a_public_address_makes_canonical_links(index, serve):
    with serve(Settings(index=index, base_url="https://keittokirja.example/")) as client:
        page = Page(client.get("/reseptit/luottamus?lang=sv").text)
    links = {(a["rel"], a.get("hreflang")): a["href"] for a in page.all("link")}
    assert links["canonical", None] == "https://keittokirja.example/reseptit/luottamus?lang=sv"
    assert links["alternate", "en"] == "https://keittokirja.example/reseptit/luottamus?lang=en"


def structured(client, path):
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text)
    assert "<" not in text
    return json.loads(text)


def test_a_recipe_is_a_how_to_with_its_steps(client):
    data = structured(client, "/reseptit/yritysten-paluu?lang=en")
    assert data["@type"] == "HowTo"
    assert data["name"] == "Firms come back"
    assert data["inLanguage"] == "en"
    assert [step["name"] for step in data["step"]] == [
        "1. Soita kymmenelle poisjääneelle",
        "2. Lupaa jotain seuraavaksi kerraksi",
    ]
    address, _, anchor = data["step"][0]["url"].partition("#")
    assert f'id="{anchor}"' in client.get(address).text
    assert data["estimatedCost"]["minValue"] <= data["estimatedCost"]["maxValue"]
    assert re.fullmatch(r"P\d+W", data["totalTime"])


def test_a_metric_is_a_defined_term(client):
    data = structured(client, "/mittarit/jasenmaara")
    assert data["@type"] == "DefinedTerm"
    assert data["termCode"] == "jasenmaara"
    assert data["inDefinedTermSet"]["@type"] == "DefinedTermSet"


def test_a_hostile_title_cannot_leave_the_structured_data(client):
    assert structured(client, "/reseptit/vihamielinen")["name"] == HOSTILE_TEXT


def test_the_sitemap_lists_every_page_in_every_language(client):
    response = client.get("/sitemap.xml")
    assert response.headers["content-type"].startswith("application/xml")
    tree = ElementTree.fromstring(response.text)
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    addresses = [place.text for place in tree.findall("s:url/s:loc", names)]
    assert len(addresses) == len(set(addresses))
    for document in client.get("/api/v1/library").json()["documents"]:
        assert f"{client.base_url}".rstrip("/") + document["url"] in addresses
    assert sum("/reseptit/avustushaku" in address for address in addresses) == 2
    for url in tree.findall("s:url", names):
        assert {link.get("hreflang") for link in url.findall("x:link", names)} == {"fi", "sv", "en"}
    for address in addresses:
        parts = urlsplit(address)
        assert client.get(f"{parts.path}?{parts.query}").status_code == 200
    assert f"Sitemap: {client.base_url}" in client.get("/robots.txt").text


def test_pages_tell_others_what_they_are(client):
    page = Page(client.get("/reseptit/luottamus?lang=sv").text)
    told = {a["property"]: a["content"] for a in page.all("meta") if "property" in a}
    assert told["og:title"].startswith("Förtroende mellan konkurrenter")
    assert told["og:type"] == "article"
    assert told["og:locale"] == "sv_FI"
    picture = urlsplit(told["og:image"])
    assert client.get(picture.path).headers["content-type"] == "image/png"


def test_the_statement_names_who_answers(index, serve):
    settings = Settings(
        index=index, accessibility_contact="palaute@vantaa.example", publisher="Espoon kaupunki"
    )
    with serve(settings) as client:
        text = client.get("/saavutettavuus").text
    for wanted in ("Espoon kaupunki", "mailto:palaute@vantaa.example", "306/2019", "Traficom", "14 päivän"):
        assert wanted in text


def test_links_in_a_body_keep_the_chosen_language(client):
    html = client.get("/reseptit/yritysten-paluu?lang=sv").text
    assert 'href="/menetelmat/puhelinkierros?lang=sv"' in html
    assert 'href="/menetelmat/puhelinkierros"' in client.get("/reseptit/yritysten-paluu").text
