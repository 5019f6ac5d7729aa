"""Printing from the command line and over HTTP."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from cookbook_search.surfaces.cli import main

ROOT = Path(__file__).parents[3]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["cookbook", "print", *arguments])
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_card_is_printed_from_the_command_line(monkeypatch, tmp_path: Path, capsys):
    target = tmp_path / "kortti.pdf"
    code = run(monkeypatch, "cards", "--id", "klusterikartoitus", "--out", str(target), "--json")

    assert code == 0
    assert len(PdfReader(target).pages) == 2
    assert '"documents": 1' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cards", "--id", "ei-ole"], "ei-ole"),
        (["cards", "--id", "klusterikartoitus", "--out", "/nowhere/x.pdf"], "cannot be written"),
        (["scroll"], "scroll"),
    ],
)
def test_wrong_use_is_told(monkeypatch, capsys, arguments, said):
    assert run(monkeypatch, *arguments) == 2
    assert said in capsys.readouterr().err


def pdf(response: httpx.Response) -> PdfReader:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def test_a_card_and_a_text_over_http(client: httpx.Client):
    card = client.get("/tulosta/reseptit/yritysten-paluu")
    text = client.get("/tulosta/reseptit/yritysten-paluu?muoto=teksti")

    assert len(pdf(card).pages) == 2
    assert "yritysten-paluu-kortti.pdf" in card.headers["content-disposition"]
    assert "Soita kymmenelle" in "".join(page.extract_text() for page in pdf(text).pages)
    assert client.get("/tulosta/reseptit/yritysten-paluu").content == card.content


def test_the_poster_and_a_booklet_of_results(client: httpx.Client):
    assert len(pdf(client.get("/tulosta/juliste")).pages) == 1
    booklet = pdf(client.get("/tulosta/haku", params={"q": "Yritykset käyvät kerran eivätkä palaa"}))
    assert "Yritykset palaavat" in "".join(page.extract_text() for page in booklet.pages)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tulosta/reseptit/ei-ole", 404),
        ("/tulosta/static/style.css", 422),
        ("/tulosta/reseptit/yritysten-paluu?muoto=seinavaate", 422),
        ("/tulosta/haku?q=", 422),
        ("/tulosta/reseptit/..%2f..%2fetc", 404),
    ],
)
def test_what_cannot_be_printed_is_told(client: httpx.Client, path, status):
    assert client.get(path).status_code == status


def test_hostile_text_is_printed_as_text(client: httpx.Client):
    printed = pdf(client.get("/tulosta/reseptit/vihamielinen?muoto=teksti"))
    assert "alert" in "".join(page.extract_text() for page in printed.pages)
    assert "/JavaScript" not in (printed.trailer["/Root"].get("/Names") or {})


def test_many_at_once_are_printed_or_told_to_come_back(client: httpx.Client):
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda n: client.get(f"/tulosta/haku?q=raha {n}").status_code, range(16)))
    assert set(statuses) <= {200, 404, 503}
    assert client.get("/healthz").status_code == 200
