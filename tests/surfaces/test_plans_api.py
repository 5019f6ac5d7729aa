"""Plans over HTTP: made, stored, changed, measured, exported, deleted."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import pytest
from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook

QUESTION = {
    "cluster": "Vetyklusteri", "phase": "kaynnista", "start": "2027-01-04", "months": 18,
    "problems": ["Yritykset käyvät kerran eivätkä palaa", "Kilpailijat eivät kerro toisilleen mitään"],
}  # fmt: skip


@pytest.fixture
def made(client: httpx.Client) -> dict:
    response = client.post("/api/v1/plans", json=QUESTION)
    assert response.status_code == 200
    return response.json()


def url(made: dict, rest: str = "") -> str:
    return f"/api/v1/plans/{made['token']}{rest}"


def test_a_plan_is_made_and_stored_under_its_link(client, made) -> None:
    assert made["url"] == f"/suunnitelma/{made['token']}"
    assert len(made["token"]) == 32
    assert {"yritysten-paluu", "luottamus"} <= {step["id"] for step in made["plan"]["steps"]}
    response = client.get(url(made))
    assert response.headers["cache-control"] == "no-store"
    stored = response.json()
    assert (stored["version"], stored["consent"], stored["plan"]) == (1, False, made["plan"])
    assert {one["status"] for one in stored["progress"]} == {"unmeasured"}


def test_a_plan_can_be_made_without_keeping_it(client) -> None:
    made = client.post("/api/v1/plans", json=QUESTION | {"keep": False}).json()
    assert (made["token"], made["url"], made["version"]) == (None, None, None)
    assert made["plan"]["steps"]


def test_where_nothing_is_answered_nothing_is_stored(client) -> None:
    made = client.post("/api/v1/plans", json=QUESTION | {"problems": ["qqxyzw wzyxqq"]}).json()
    assert (made["token"], made["plan"]["steps"]) == (None, [])
    assert made["plan"]["unanswered"] == ["qqxyzw wzyxqq"]


@pytest.mark.parametrize(
    "wrong",
    [{"problems": []}, {"problems": ["x" * 1001]}, {"months": 0}, {"people": 0}, {"euros": -1},
     {"phase": "outo"}, {"cluster": " "}, {"start": "eilen"}, {"muu": 1}],
)  # fmt: skip
def test_wrong_questions_are_refused(client, wrong) -> None:
    response = client.post("/api/v1/plans", json=QUESTION | wrong)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(f"body.{next(iter(wrong))}")


def test_a_change_is_checked_and_a_late_one_refused_without_loss(client, made) -> None:
    plan = made["plan"]
    plan["steps"][0]["person"] = "Aino"
    plan["situation"]["months"] = 1
    changed = client.put(url(made), json={"version": 1, "plan": plan, "consent": True})
    assert changed.status_code == 200
    assert (changed.json()["version"], changed.json()["consent"]) == (2, True)
    assert "months" in {caution["kind"] for caution in changed.json()["plan"]["cautions"]}

    plan["steps"][0]["person"] = "Eino"
    late = client.put(url(made), json={"version": 1, "plan": plan})
    assert late.status_code == 409
    assert "version 2" in late.json()["detail"]
    assert client.get(url(made)).json()["plan"]["steps"][0]["person"] == "Aino"
    again = client.put(url(made), json={"version": 2, "plan": plan})
    assert (again.json()["plan"]["steps"][0]["person"], again.json()["consent"]) == ("Eino", True)


def test_measurements_by_json_and_csv(client, made) -> None:
    def send_csv(text: str) -> httpx.Response:
        headers = {"content-type": "text/csv"}
        return client.post(url(made, "/measurements/csv"), content=text.encode(), headers=headers)

    metric = made["plan"]["metrics"][0]
    key = f"{metric['owner']}/{metric['id']}"
    one = {"metric": key, "day": "2027-02-01", "value": 4.5}
    assert client.post(url(made, "/measurements"), json={"measurements": [one]}).json() == {"stored": 1}
    csv = f"mittari;päivä;arvo\n{metric['title']};1.3.2027;5,5\n"
    response = send_csv(csv)
    assert response.json() == {"stored": 1}
    wrong = send_csv(csv + "outo;1.4.2027;x\n")
    assert wrong.status_code == 422
    assert "Line 3" in wrong.json()["detail"]
    strange = client.post(
        url(made, "/measurements"), json={"measurements": [one | {"metric": "Vantaa/outo"}]}
    )
    assert strange.status_code == 422
    stored = client.get(url(made)).json()
    assert [value["value"] for value in stored["measurements"]] == [4.5, 5.5]
    (progress,) = [row for row in stored["progress"] if row["metric"] == key]
    assert (progress["last"], progress["last_day"], progress["status"]) == (5.5, "2027-03-01", "open")


def test_deleting_is_for_good(client, made) -> None:
    assert client.delete(url(made)).status_code == 204
    for response in (client.get(url(made)), client.delete(url(made)), client.get(url(made, "/export"))):
        assert response.status_code == 404
        assert "no plan behind this link" in response.json()["detail"]


def test_exports_can_be_opened(client, made) -> None:
    def get(form: str) -> bytes:
        response = client.get(url(made, f"/export?format={form}"))
        assert response.status_code == 200
        assert (
            response.headers["content-disposition"] == f'attachment; filename="kaynnistyssuunnitelma.{form}"'
        )
        return response.content

    title = made["plan"]["steps"][0]["title"]
    assert json.loads(get("json"))["plan"] == made["plan"]
    assert f"### 1. {title}" in get("md").decode()
    assert get("pdf").startswith(b"%PDF")
    document = Document(io.BytesIO(get("docx")))
    assert f"1. {title}" in [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    events = [str(event["summary"]) for event in Calendar.from_ical(get("ics")).walk("VEVENT")]
    assert title in events
    assert client.get(url(made, "/export?format=exe")).status_code == 422
    book = load_workbook(io.BytesIO(get("xlsx")))
    sheet = book.worksheets[0]
    assert sheet.max_row == len(made["plan"]["metrics"]) + 1


def test_no_spreadsheet_runs_what_people_typed(client, made) -> None:
    plan = made["plan"]
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://example.org")']
    plan["situation"]["cluster"] = evil[0]
    for text, row in zip(evil, [*plan["metrics"], *plan["steps"]], strict=False):
        row["person"] = text
        row["title"] = text
    assert client.put(url(made), json={"version": 1, "plan": plan}).status_code == 200
    content = client.get(url(made, "/export?format=xlsx")).content
    book = load_workbook(io.BytesIO(content))
    for sheet in book:
        for cells in sheet.iter_rows(min_row=2):
            for cell in cells:
                is_status = sheet is book.worksheets[0] and cell.column_letter == "G"
                assert (cell.data_type == "f") == is_status
                if cell.data_type == "s":
                    assert not cell.value.startswith(("=", "+", "-", "@", "\t", "\r"))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert not any("externalLink" in name or "vbaProject" in name for name in names)
