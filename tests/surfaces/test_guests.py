"""Other cities' cookbooks as readers and editors meet them: commands, pages, search, conversation."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from kitchen import write_cookbook, write_guest, write_imprint

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.pack import fingerprint, make_pack, new_key, open_library, read_key
from cookbook_search.surfaces.cli import main

QUERY = "Mistä saamme rahaa kokeiluun?"
PAGE_QUERY = "Miten mopokerhon kevätkokoontuminen järjestetään pihalla?"
PAGE = """# Mopokerhon kevätkokoontuminen

Mopokerhon kevätkokoontuminen järjestetään kaupungintalon pihalla huhtikuussa.

## Kutsu

<script>alert(1)</script>

Kutsu kaikki mopoilijat [ohjeen](ohje.md) mukaan.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    """Espoo's cookbook in its second version, and Tampere's plain pages."""
    folder = tmp_path_factory.mktemp("guests")
    write_cookbook(folder / "vantaa")
    espoo = write_imprint(write_guest(folder / "espoo"), "Espoo", "CC-BY-SA-4.0")
    public = new_key(folder / "espoo.key")
    key = read_key(folder / "espoo.key")
    settings = Settings(corpus=(folder / "vantaa",), library=folder / "cookbooks")
    open_library(settings).add(make_pack(espoo, key), trust=fingerprint(public))
    recipe = espoo / "reseptit/avustushaku.md"
    text = recipe.read_text(encoding="utf-8").replace("Raha loppuu", "Rahat loppuvat", 1)
    recipe.write_text(text.replace("2026-11-24", "2026-12-01"), encoding="utf-8")
    open_library(settings).add(make_pack(espoo, key))
    (folder / "wiki").mkdir()
    (folder / "wiki/kerho.md").write_text(PAGE, encoding="utf-8")
    (folder / "wiki/ohje.md").write_text("Ohje kutsun kirjoittamiseen ja lähettämiseen.", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def guests(library, serve):
    """A client of a server whose index holds them all."""
    from cookbook_search.analyze import open_analyzer
    from cookbook_search.pack import convert, pack_of

    settings = Settings(
        corpus=(library / "vantaa",), library=library / "cookbooks", index=library / "index",
        database=f"sqlite:///{library}/state.db",
    )  # fmt: skip
    plain = convert(library / "wiki", "Tampere", "Tampereen opas", None, open_analyzer().detect)
    open_library(settings).add(pack_of(plain.files), allow_unsigned=True)
    Cookbook(settings).index()
    with serve(settings) as client:
        yield client


def search(client, query, **filters):
    request = {"query": query, "filters": filters}
    return client.post("/api/v1/search", json=request).json()


def test_the_api_tells_the_guests_of_one_id_apart(guests):
    found = {hit["owner"]: hit for hit in search(guests, QUERY)["recipes"] if hit["id"] == "avustushaku"}
    assert found["Vantaa"]["url"] == "/reseptit/avustushaku"
    assert found["Espoo"]["url"] == "/reseptit/avustushaku?owner=Espoo"
    for owner, hit in found.items():
        assert f'data-key="{owner}/avustushaku"' in guests.get(hit["url"]).text
    suggested = guests.get("/api/v1/suggest", params={"q": "avustushaku rahaa kokeiluun"}).json()[
        "suggestions"
    ]
    assert all(("?owner=" in one["url"]) == (one["owner"] != "Vantaa") for one in suggested)
    library = guests.get("/api/v1/library").json()
    assert {one["owner"]: one["licence"] for one in library["cookbooks"]} == {
        "Vantaa": "CC-BY-4.0", "Espoo": "CC-BY-SA-4.0", "Tampere": ""
    }  # fmt: skip
    assert all(guests.get(one["url"]).status_code == 200 for one in library["documents"])


def test_a_filter_narrows_to_one_city(guests):
    answer = search(guests, QUERY, owner=["Espoo"])
    assert {hit["owner"] for hit in answer["recipes"]} == {"Espoo"}
    page = guests.get("/", params={"q": QUERY, "owner": "Espoo"}).text
    assert "Espoo · CC BY-SA 4.0" in page


def test_a_plain_page_is_found_shown_and_cited(guests):
    answer = search(guests, PAGE_QUERY)
    assert answer["recipes"][0]["id"] == "kerho"
    assert answer["recipes"][0]["why"].count("«»") == 0
    page = guests.get(answer["recipes"][0]["url"])
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert 'href="/menetelmat/ohje?owner=Tampere"' in page.text
    assert "Tampere" in page.text
    said = guests.post("/api/v1/chat", json={"messages": [{"role": "user", "content": PAGE_QUERY}]}).json()
    (cited, *_) = said["citations"]
    assert (cited["owner"], cited["guest"], cited["language"]) == ("Tampere", True, "fi")
    assert cited["url"].startswith("/menetelmat/kerho?owner=Tampere")
    assert "Tampere" in said["answer"]


@pytest.mark.parametrize(
    "path", ["/", "/kirjasto", "/kirjasto?owner=Tampere", "/kirjasto/verkko", "/suunnitelma"]
)
def test_no_page_trips_over_a_plain_page(guests, path):
    assert guests.get(path).status_code == 200


def test_a_plain_page_is_printed(guests):
    answer = guests.get("/tulosta/menetelmat/kerho", params={"owner": "Tampere"})
    assert answer.content.startswith(b"%PDF")


def test_plans_and_feeds_go_on(guests):
    request = {"cluster": "Kerho", "problems": [PAGE_QUERY, QUERY], "keep": False}
    assert guests.post("/api/v1/plans", json=request).status_code in {200, 201}
    assert "CC BY-SA 4.0" in guests.get("/muutokset.atom").text


def test_the_library_lists_the_cookbooks_with_their_licences(guests):
    page = guests.get("/kirjasto", params={"lang": "en"}).text
    assert "Tampereen opas" in page
    assert "https://creativecommons.org/licenses/by-sa/4.0/deed.en" in page
    assert 'id="sivut"' in page


def test_a_page_without_a_licence_says_that_one_must_ask(guests):
    page = guests.get("/menetelmat/kerho", params={"owner": "Tampere", "lang": "en"}).text
    assert "No licence is stated. Ask Tampere" in page


def test_what_changed_in_a_guest_is_shown(guests):
    page = guests.get("/reseptit/avustushaku", params={"owner": "Espoo", "lang": "en"}).text
    assert "/reseptit/avustushaku/muutokset?owner=Espoo" in page.replace("&amp;", "&").replace("lang=en&", "")
    changes = guests.get("/reseptit/avustushaku/muutokset", params={"owner": "Espoo"}).text
    assert "Raha loppuu</del>" in changes
    assert "Rahat loppuvat</ins>" in changes
    assert "2026-12-01</ins>" in changes
    for path in ("/reseptit/avustushaku/muutokset", "/reseptit/ei-ole/muutokset", "/muu/x/muutokset"):
        assert guests.get(path).status_code == 404


def test_the_conversation_page_begins_with_a_guests_recipe(guests):
    page = guests.get("/keskustelu", params={"resepti": "avustushaku", "owner": "Espoo"}).text
    assert 'recipe="avustushaku" owner="Espoo"' in page


def test_a_faulty_guest_is_left_out_with_a_warning(library, tmp_path, caplog):
    settings = Settings(corpus=(library / "vantaa",), library=tmp_path / "lib", index=tmp_path / "index")
    espoo = write_imprint(write_guest(tmp_path / "espoo"), "Espoo")
    found = open_library(settings).add(make_pack(espoo), allow_unsigned=True)
    (found.folder / "mittarit/saatu-raha.md").unlink()
    cookbook = Cookbook(settings)
    assert cookbook.index().counts.documents == 8
    assert "the cookbook of Espoo is left out" in caplog.text


@pytest.fixture
def run(monkeypatch, capsys, library):
    """Run a command for Vantaa; its exit status, output and errors."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("COOKBOOK_CORPUS", json.dumps([str(library / "vantaa")]))

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["cookbook", *(str(argument) for argument in arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return end.value.code or 0, printed.out, printed.err

    return command


def test_two_cities_share_a_cookbook_with_the_commands(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COOKBOOK_LIBRARY", str(tmp_path / "cookbooks"))
    espoo = write_imprint(write_guest(tmp_path / "espoo"))
    code, out, err = run("pack", "--new-key", tmp_path / "espoo.key")
    assert code == 0
    assert "private key" in err
    told = out.split()[1]
    pack = tmp_path / "espoo.zip"
    code, out, _ = run("pack", espoo, "--key", tmp_path / "espoo.key", "--out", pack)
    assert (code, told in out) == (0, True)
    code, _, err = run("add", pack)
    assert (code, f"--trust {told}" in err) == (2, True)
    code, out, _ = run("add", pack, "--trust", told, "--json")
    assert (code, json.loads(out)["added"]) == (0, True)
    code, out, _ = run("add", pack)
    assert "is here already" in out
    code, out, _ = run("list", "--json")
    assert [one["fingerprint"] for one in json.loads(out)] == [told]

    recipe = espoo / "reseptit/avustushaku.md"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("Raha", "Rahoitus", 1), encoding="utf-8")
    run("pack", espoo, "--key", tmp_path / "espoo.key", "--out", pack, "--version", "2027-01-01")
    assert run("add", pack)[0] == 0
    code, out, err = run("diff", "Espoo:previous", "Espoo", "avustushaku")
    assert (code, "1 of 1 documents differ" in err) == (1, True)
    assert "[-Raha-]{+Rahoitus+} loppuu" in out
    code, out, _ = run("diff", espoo, "Espoo", "--json")
    assert (code, json.loads(out)) == (0, {"documents": []})
    code, _, err = run("diff", espoo, "Espoo", "ei-ole")
    assert (code, "Neither" in err) == (2, True)

    code, out, _ = run("remove", "Espoo")
    assert (code, "removed" in out) == (0, True)
    assert run("remove", "Espoo")[0] == 2
    code, out, _ = run("remove", "Espoo", "--forget-key")
    assert (code, "forgotten" in out) == (0, True)
    code, out, err = run("list")
    assert (code, out, "none" in err) == (0, "", True)


def test_a_folder_of_pages_is_added_with_a_command(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COOKBOOK_LIBRARY", str(tmp_path / "cookbooks"))
    (tmp_path / "Tampere").mkdir()
    (tmp_path / "Tampere/kerho.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "Tampere/tyhja.md").write_text("", encoding="utf-8")
    code, out, err = run("add", tmp_path / "Tampere")
    assert (code, out.startswith("Tampere ")) == (0, True)
    assert "tyhja.md: there is no text in it" in err
    code, _, err = run("add", tmp_path / "Tampere", "--owner", "Vantaa")
    assert (code, "your own cookbook" in err) == (2, True)
    code, _, err = run("add", tmp_path / "Tampere", "--owner", "<b>")
    assert (code, "owner" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("pack",), "--out"),
        (("pack", "missing", "--out", "x.zip"), "does not exist"),
        (("add", "missing.zip"), "cannot be read"),
        (("add", "http://espoo.example/x.zip"), "not encrypted"),
        (("diff", "missing", "missing"), "No cookbook of missing"),
        (("pack", "--new-key", "/proc/x.key"), "cannot be written"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(run, arguments, told, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code in {1, 2}
    assert told in err
    assert "Traceback" not in out + err
