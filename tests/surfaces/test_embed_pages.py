"""The page that writes the code for other sites, and the frames."""

from __future__ import annotations

import html
import re

import pytest
from test_pages import require_harmless

from cookbook_search.config import Settings
from cookbook_search.surfaces.http.pages.embed import HOSTS
from cookbook_search.surfaces.http.pages.embed_options import contrast

ORIGINS = ("https://intra.example.fi", "https://b.example.fi")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def embedded(serve, index):
    with serve(
        Settings(index=index, embed_origins=ORIGINS, base_url="https://keittokirja.example.fi/")
    ) as client:
        yield client


def pieces(page):
    return [
        html.unescape(code)
        for code in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page.text, flags=re.S)
    ]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("way", ["element", "frame"])
@pytest.mark.parametrize("host", HOSTS)
def test_there_is_code_for_each_site_in_each_language(embedded, language, way, host):
    page = embedded.get("/upota", params={"lang": language, "way": way, "host": host})

    assert page.status_code == 200
    code = "\n".join(pieces(page))
    assert "https://keittokirja.example.fi/" in code
    assert "//static" not in code
    assert ("<iframe" in code) == (way == "frame")
    require_harmless(page.text)


def test_the_code_says_what_was_chosen(embedded):
    page = embedded.get(
        "/upota",
        params={"in": "sv", "phase": ["mittaa", "rahoita"], "compact": "1", "theme": "dark",
                "brand": "#FFCC00", "radius": "0", "owner": "Espoo", "tag": "rahoitus", "kind": "recipe"},
    )  # fmt: skip

    code, looks = pieces(page)[:2]
    assert (
        '<cookbook-search lang="sv" theme="dark" phase="rahoita,mittaa" kind="recipe" tag="rahoitus"' in code
    )
    assert 'owner="Espoo" compact>' in code
    assert "Öppna klusterkokboken" in code
    assert "--cookbook-brand: #ffcc00;" in looks
    assert "--cookbook-on-brand: #000000;" in looks
    assert "--cookbook-radius: 0px;" in looks


def test_a_frame_carries_the_same_in_its_address(embedded):
    page = embedded.get(
        "/upota", params={"way": "frame", "what": "chat", "in": "en", "brand": "#7a1f2b", "phase": "mittaa"}
    )
    (source,) = re.findall(r'src="(https://keittokirja.example.fi/upota/[^"]*)"', pieces(page)[0])
    frame = embedded.get(html.unescape(source).removeprefix("https://keittokirja.example.fi"))

    assert 'data-brand="#7a1f2b"' in frame.text
    assert '<html lang="en">' in frame.text
    assert "phase=" not in frame.text


def test_a_faint_colour_is_warned_of(embedded):
    assert 'role="alert"' in embedded.get("/upota", params={"brand": "#ffcc00"}).text
    assert 'role="alert"' not in embedded.get("/upota", params={"brand": "#7a1f2b"}).text
    assert 'role="alert"' not in embedded.get("/upota", params={"brand": "#ffcc00", "theme": "dark"}).text


@pytest.mark.parametrize("path", ["/upota", "/upota/haku", "/upota/keskustelu"])
def test_what_is_not_known_is_left_out(embedded, path):
    names = (
        "what",
        "way",
        "host",
        "in",
        "lang",
        "phase",
        "kind",
        "tag",
        "owner",
        "compact",
        "theme",
        "brand",
        "radius",
    )
    page = embedded.get(path, params=dict.fromkeys(names, HOSTILE))

    assert page.status_code == 200
    assert HOSTILE not in "\n".join([page.text, *pieces(page)])
    require_harmless(page.text)
    assert embedded.get(path, params={"radius": "99999999999999999999", "brand": "#12"}).status_code == 200


@pytest.mark.parametrize("path", ["/upota/haku", "/upota/keskustelu"])
def test_a_frame_may_be_shown_by_the_named_sites_alone(embedded, client, path):
    policy = embedded.get(path).headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {' '.join(ORIGINS)}")
    assert "'unsafe" not in policy
    assert client.get(path).headers["content-security-policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize("path", ["/", "/upota", "/keskustelu", "/reseptit/luottamus"])
def test_no_other_page_may_be_shown_in_a_frame(embedded, path):
    assert embedded.get(path).headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_without_an_index_the_page_still_writes_code(serve, tmp_path):
    with serve(Settings(index=tmp_path)) as client:
        assert "<cookbook-search>" in "\n".join(pieces(client.get("/upota")))
        assert client.get("/upota/haku").status_code == 200


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
