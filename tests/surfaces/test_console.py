"""The editors' console: pages and API over a small cookbook, signed in."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
from kitchen import write_cookbook, write_recipe

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.errors import StoreError
from cookbook_search.surfaces.http.pages.desk import numbers
from cookbook_search.surfaces.staging import STATE, Staging
from cookbook_search.types import SearchResult
from cookbook_search.usage import Usage

TOKEN = "avain-jota-kukaan-ei-arvaa"
QUERY = "Yritykset käyvät kerran eivätkä palaa"
API = "/api/v1/editor"


def prepare(folder):
    """A small cookbook with its index in a folder."""
    made = Settings(
        corpus=(write_cookbook(folder / "corpus"),), index=folder / "index",
        database=f"sqlite:///{folder}/state.db", editor_token=TOKEN,
        judged_queries=folder / "none.jsonl", reload_seconds=0.05, rate_limit="0",
    )  # fmt: skip
    Cookbook(made).index()
    return made


@contextmanager
def signed_in(serve, settings):
    with serve(settings) as opened:
        opened.follow_redirects = True
        opened.post("/kirjaudu", data={"token": TOKEN})
        yield opened


@pytest.fixture
def settings(tmp_path):
    return prepare(tmp_path)


@pytest.fixture
def corpus(settings):
    return settings.corpus[0]


@pytest.fixture
def client(serve, settings):
    with signed_in(serve, settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def still_settings(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("still"))


@pytest.fixture(scope="module")
def still(serve, still_settings):
    """A client that several tests share: they change nothing."""
    with signed_in(serve, still_settings) as opened:
        yield opened


def settled(client: httpx.Client) -> dict[str, object]:
    """The job once it has ended."""
    deadline = time.monotonic() + 60
    while (job := client.get(f"{API}/index/job").json())["running"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job


def do(client: httpx.Client, action: str, snapshot: str = "") -> httpx.Response:
    return client.post("/toimitus/indeksi", data={"do": action, "snapshot": snapshot})


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_of_the_console_has_the_menu_and_is_kept_nowhere(still, language):
    titles = set()
    for path in ("", "/terveys", "/aukot", "/palaute", "/haku", "/indeksi"):
        response = still.get(f"/toimitus{path}", params={"lang": language})
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        assert re.search(rf'href="/toimitus{path}\?lang={language}" aria-current="page"', response.text), path
        titles.add(re.search("<title>(.*?)</title>", response.text)[1])
        assert "noindex" in response.text
    assert len(titles) == 6


def test_an_index_is_staged_compared_published_and_rolled_back_on_the_page(client, corpus):
    old = client.get("/readyz").text
    assert "Palaa edelliseen" not in client.get("/toimitus/indeksi").text
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    page = do(client, "stage").text
    assert "Uutta hakemistoa rakennetaan" in page or "Odottaa julkaisua" in page
    assert settled(client)["failure"] == ""
    assert client.get("/readyz").text == old
    page = client.get("/toimitus/indeksi").text
    assert "Miten vastaukset muuttuvat" in page
    assert "omaa pulman sanamuotoa" in page
    assert re.search(r'what-added">uusi</span> Luottamus', page)
    fragment = client.get("/toimitus/indeksi", headers={"x-fragment": "job"}).text
    assert "<html" not in fragment
    assert "Odottaa julkaisua" in fragment
    preview = client.get(f"{API}/index/preview").json()
    assert preview["before"] == old
    page = do(client, "publish", preview["after"]).text
    assert "Uusi hakemisto on julkaistu" in page
    assert client.get("/readyz").text == preview["after"]
    assert client.get("/reseptit/uusi").status_code == 200
    page = do(client, "rollback").text
    assert "Hakemisto on palautettu" in page
    assert "pysyy tässä, kunnes keittokirja muuttuu" in page
    assert re.search(r'value="publish"><input[^>]*><button[^>]*>Ota käyttöön', page)
    assert client.get("/readyz").text == old
    assert client.get("/reseptit/uusi").status_code == 404


def test_faults_stop_the_build_and_are_shown_with_file_and_line(client, corpus):
    path = corpus / "reseptit" / "luottamus.md"
    path.write_text(path.read_text("utf-8").replace('"puhelinkierros"', '"ei-ole"'), encoding="utf-8")
    do(client, "stage")
    job = settled(client)
    assert {(fault["path"], fault["rule"]) for fault in job["faults"]} >= {
        ("reseptit/luottamus.md", "dangling-id")
    }
    page = client.get("/toimitus/indeksi").text
    assert "Hakemistoa ei rakennettu" in page
    assert "<code>reseptit/luottamus.md</code>" in page
    page = client.get("/toimitus/terveys").text
    assert "Estää julkaisun" in page
    assert 'href="/reseptit/luottamus"' in page
    assert client.get(f"{API}/health").json()["documents"] == 8
    only = client.get("/toimitus/terveys", params={"vika": "dangling-id"}).text
    assert only.count('class="card file"') == 1
    assert "Korjattavaa" in client.get("/toimitus").text


def test_an_unchanged_cookbook_leaves_nothing_to_publish(client):
    do(client, "stage")
    assert settled(client)["step"] == "done"
    assert "julkaistavaa ei ole" in client.get("/toimitus/indeksi").text
    response = do(client, "publish")
    assert response.status_code == 503
    assert "Sellaista hakemistoa ei ole" in response.text
    assert client.get(f"{API}/index/preview").status_code == 503


def test_only_one_build_at_a_time(still, still_settings):
    lock = Staging(Cookbook(still_settings))._lock()
    with lock:
        response = do(still, "stage")
        assert response.status_code == 409
        assert "juuri nyt" in response.text
        assert still.post(f"{API}/index", json={"do": "stage"}).status_code == 409
        page = still.get("/toimitus/indeksi").text
        assert '<noscript><meta http-equiv="refresh"' in page
    assert "http-equiv" not in still.get("/toimitus/indeksi").text


def test_a_build_that_was_cut_off_is_told(client, settings):
    (settings.index / STATE).write_text('{"begun": "2026-11-25T02:00:00Z", "step": "analyze"}', "utf-8")
    assert "Rakentaminen keskeytyi" in client.get("/toimitus/indeksi").text


def test_the_pages_say_that_no_index_answers(serve, settings):
    (settings.index / "CURRENT").write_text("puuttuu\n", encoding="utf-8")
    with signed_in(serve, settings) as client:
        for path in ("/toimitus/haku", "/toimitus/aukot"):
            response = client.get(path, params={"q": QUERY})
            assert response.status_code == 503
            assert "Mikään hakemisto ei vastaa" in response.text
        for path in ("/toimitus", "/toimitus/indeksi", "/toimitus/palaute", "/toimitus/terveys"):
            assert client.get(path).status_code == 200


def test_a_strange_action_changes_nothing(still):
    before = still.get(f"{API}/index").json()
    assert do(still, "").status_code == 200
    assert do(still, "erase").status_code == 200
    assert do(still, "rollback", "../index").status_code == 503
    assert still.post(f"{API}/index", json={"do": "erase"}).status_code == 422
    assert still.get(f"{API}/index").json() == before


def test_another_site_cannot_publish(still):
    for path, body in (
        ("/toimitus/indeksi", {"data": {"do": "stage"}}),
        (f"{API}/index", {"json": {"do": "stage"}}),
    ):
        response = still.post(path, headers={"sec-fetch-site": "cross-site"}, **body)
        assert response.status_code == 403
    assert still.get(f"{API}/index/job").json() is None


def test_the_inspector_takes_scores_apart(still):
    found = still.get(f"{API}/inspect", params={"q": QUERY, "id": ["avustushaku", "paluuosuus"]}).json()
    assert found["answered"]
    assert found["recipes"][0]["id"] == "yritysten-paluu"
    assert [one["place"] for one in found["recipes"]] == list(range(1, len(found["recipes"]) + 1))
    for one in (*found["recipes"], *found["metrics"], *found["wanted"]):
        assert sum(one["parts"].values()) == pytest.approx(one["score"], abs=1e-4)
    assert {one["id"] for one in found["wanted"]} == {"avustushaku", "paluuosuus"}
    metric = next(one for one in found["wanted"] if one["id"] == "paluuosuus")
    assert "yritysten-paluu" in metric["recommended_by"]
    page = still.get("/toimitus/haku", params={"q": QUERY, "sivu": "avustushaku", "kieli": "fi"}).text
    assert "Miksi sivu on tässä?" in page
    assert "style=" not in page
    assert "Haku vastaa" in page
    page = still.get("/toimitus/haku", params={"q": "kilpailiat <b>", "sivu": "puuttuu"}).text
    assert "kilpailiat → kilpailijat" in page
    assert "ei ole sivua, jonka tunnus on puuttuu" in page
    assert "<b>" not in page
    assert still.get("/toimitus/haku", params={"q": "???"}).status_code == 422
    assert still.get(f"{API}/inspect", params={"q": "???"}).status_code == 422


def test_questions_and_feedback_are_summed_and_masked(serve, settings):
    cookbook = Cookbook(settings)
    for number in range(3):
        key = cookbook.usage.record_search(SearchResult(QUERY, "fi", bool(number)), "web")
    cookbook.usage.give_feedback(
        key, "search", "down", "luottamus", "Maija Virtanen, maija@firma.fi ei tiennyt"
    )
    cookbook.usage.give_feedback(key, "search", "up", "poistettu", "")
    cookbook.usage.give_feedback(key, "search", "up")
    cookbook.close()
    with serve(settings) as client:
        client.post("/kirjaudu", data={"token": TOKEN})
        page = client.get("/toimitus").text
        assert re.search(r"<dt>Jäi ilman vastausta</dt><dd>1 <small>\(33 %\)", page)
        page = client.get("/toimitus/palaute", params={"paivat": "7"}).text
        assert "maija@" not in page
        assert QUERY not in page
        assert 'href="/reseptit/luottamus">Luottamus' in page
        assert "ei enää keittokirjassa" in page
        report = client.get(f"{API}/feedback", params={"days": 7}).json()
        assert (report["asked"], report["refused"], report["up"], report["down"]) == (3, 1, 2, 1)
        assert [one["id"] for one in report["documents"]] == ["luottamus", "", "poistettu"]


def test_the_console_goes_on_where_the_database_is_away(still, monkeypatch):
    def away(*_):
        raise StoreError("The database cannot be reached.")

    monkeypatch.setattr(Usage, "activity", away)
    monkeypatch.setattr(Usage, "votes", away)
    overview = still.get("/toimitus")
    assert overview.status_code == 200
    assert "Tietokanta ei vastaa" in overview.text
    assert "Ei vikoja" in overview.text or "Korjattavaa" in overview.text
    votes = still.get("/toimitus/palaute")
    assert votes.status_code == 503
    assert "Tietokanta ei vastaa" in votes.text


def test_no_request_fails_while_editors_publish_and_roll_back(client, corpus, settings):
    """Searches on four threads while the served snapshot goes back and forth."""
    write_recipe(corpus, "uusi", "## Pulma\n\nRaha loppuu kesken.\n")
    do(client, "stage")
    settled(client)
    stop, failures, asked = threading.Event(), [], []

    def ask():
        with httpx.Client(base_url=client.base_url, timeout=60) as own:
            while not stop.is_set():
                response = own.post("/api/v1/search", json={"query": f"{QUERY} {len(asked)}"})
                asked.append(response.status_code)
                if response.status_code != 200:
                    failures.append(response.text)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    served = set()
    for turn in range(20):
        assert (
            client.post(
                f"{API}/index",
                json={
                    "do": "rollback" if turn % 2 else "publish",
                    "snapshot": "" if turn % 2 else max(folders(settings)),
                },
            ).status_code
            == 200
        )
        served.add(client.get("/readyz").text)
        before = len(asked)
        while len(asked) < before + 4 and not failures:
            time.sleep(0.005)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert served == set(folders(settings))


def folders(settings):
    return [path.name for path in settings.index.iterdir() if (path / "manifest.json").is_file()]


def test_numbers_are_written_as_the_language_writes_them():
    fi, en = numbers("fi"), numbers("en")
    assert [fi(0.5), fi(-0.5, 1), fi(0.5, 1, True), fi(-0.0001, 2), fi(-0.0001, 2, True)] == [
        "0,50", "−0,5", "+0,5", "0,00", "0",
    ]  # fmt: skip
    assert en(-1.25, 1) == "−1.2"
