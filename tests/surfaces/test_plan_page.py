"""The plan's pages by forms alone: made, edited, conflicting, followed, deleted; in three languages."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

QUESTIONS = {
    "cluster": "Vety<b>klusteri", "phase": "kaynnista", "start": "2027-01-04", "months": "18", "people": "2",
    "euros": "20 000", "companies": "", "cities": "Vantaa, Espoo",
    "problems": "Yritykset käyvät kerran eivätkä palaa\r\nKilpailijat eivät kerro toisilleen mitään\r\n",
}  # fmt: skip
STEP = "Vantaa/yritysten-paluu"


@pytest.fixture
def path(client: httpx.Client) -> str:
    response = client.post("/suunnitelma", data=QUESTIONS)
    assert response.status_code == 303
    return urlsplit(response.headers["location"]).path


def fields(html: str) -> dict[str, str]:
    """The values of the plan's form as a browser would send them."""
    form = html[html.index('id="plan-form"') : html.index("</form>", html.index('id="plan-form"'))]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = {name: unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if attributes.get("type") != "checkbox" or " checked" in tag:
            found[attributes["name"]] = attributes.get("value", "")
    return found


def stored(client: httpx.Client, path: str) -> dict:
    return client.get(f"/api/v1/plans/{path.rpartition('/')[2]}").json()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_questions_and_the_plan_in_each_language(client, path, language) -> None:
    for address in ("/suunnitelma", path, f"{path}/raportti"):
        response = client.get(address, params={"lang": language})
        assert response.status_code == 200
        assert f'<html lang="{language}">' in response.text
        assert "<b>klusteri" not in response.text
        assert not re.search(r'style="|<script(?! type="module" src)|\bon[a-z]+="', response.text)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-robots-tag"] == "noindex"


def test_the_plan_says_why_in_the_askers_words(client, path) -> None:
    html = unescape(client.get(path).text)
    assert "Sanoit: ”Yritykset käyvät kerran eivätkä palaa”" in html
    assert "Vety<b>klusteri" in html
    assert stored(client, path)["plan"]["situation"]["cities"] == ["Vantaa", "Espoo"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cluster": ""}, "Kirjoita klusterin nimi"),
        ({"problems": " \r\n"}, "Kirjoita yhdestä kahdeksaan pulmaa"),
        ({"months": "99"}, "väliltä 1–36"),
        ({"people": "kaksi"}, "väliltä 1–50"),
        ({"start": "eilen"}, "Kirjoita päivä"),
        ({"phase": "outo"}, "Tarkista nämä kohdat"),
        ({"problems": "qqxyzw wzyxqq"}, "Keittokirja ei vastaa näihin pulmiin"),
    ],
)
def test_wrong_answers_are_told_and_what_was_written_stays(client, wrong, said) -> None:
    response = client.post("/suunnitelma", data=QUESTIONS | {"cities": "Kerava"} | wrong)
    assert response.status_code == 422
    assert said in response.text
    assert 'value="Kerava"' in response.text


def test_names_and_months_are_saved_and_checked_again(client, path) -> None:
    sent = fields(client.get(path).text)
    metric = next(name for name in sent if name.startswith("target:"))
    changes = {
        "people": "3",
        "euros": "1 000",
        f"person:{STEP}": "Aino",
        f"week:{STEP}": "90",
        metric: "12,5",
        "consent": "1",
        "do": "save",
    }
    response = client.post(path, data=sent | changes)
    assert response.status_code == 303
    page = client.get(response.headers["location"])
    assert "Tallennettu." in page.text
    assert "yli annetun ajan" in page.text
    kept = stored(client, path)
    step = next(step for step in kept["plan"]["steps"] if step["id"] == "yritysten-paluu")
    assert (step["person"], step["start_week"], kept["version"], kept["consent"]) == ("Aino", 89, 2, True)
    situation = kept["plan"]["situation"]
    assert (situation["people"], situation["euros"], situation["start"]) == (3, 1000, "2027-01-04")
    row = next(row for row in kept["plan"]["metrics"] if metric.endswith(f"/{row['id']}"))
    assert row["target"] == 12.5
    assert fields(page.text)[metric] == "12,5"


def test_checking_saves_nothing_and_gives_the_changing_part_alone(client, path) -> None:
    sent = fields(client.get(path).text) | {f"week:{STEP}": "90", "do": "check"}
    response = client.post(path, data=sent, headers={"x-fragment": "check"})
    assert response.status_code == 200
    assert "yli annetun ajan" in response.text
    assert "<html" not in response.text
    assert stored(client, path)["version"] == 1


def test_steps_and_metrics_are_dropped_added_and_moved(client, path) -> None:
    def act(action: str, **more: str) -> dict:
        sent = fields(client.get(path).text) | {"do": action} | more
        assert client.post(path, data=sent).status_code == 303
        return stored(client, path)["plan"]

    ids = [step["id"] for step in act("save")["steps"]]
    assert [step["id"] for step in act(f"down:Vantaa/{ids[0]}")["steps"]][:2] == ids[1::-1]
    assert ids[0] not in [step["id"] for step in act(f"drop:Vantaa/{ids[0]}")["steps"]]
    assert ids[0] in [step["id"] for step in act("add-step", **{"add-step": f"Vantaa/{ids[0]}"})["steps"]]
    assert ids[0] in [step["id"] for step in act("add-step", **{"add-step": "Vantaa/ei-ole"})["steps"]]
    first = act("reschedule")["metrics"][0]["id"]
    assert first not in [row["id"] for row in act(f"drop-metric:Vantaa/{first}")["metrics"]]
    assert first in [row["id"] for row in act("add-metric", **{"add-metric": f"Vantaa/{first}"})["metrics"]]


def test_two_editors_at_once_lose_nothing(client, path) -> None:
    mine = fields(client.get(path).text)
    theirs = mine | {f"accountable:{STEP}": "Eino", "do": "drop:Vantaa/luottamus"}
    assert client.post(path, data=theirs).status_code == 303

    mine |= {f"person:{STEP}": "Aino", "person:Vantaa/luottamus": "Väinö", "do": "save"}
    response = client.post(path, data=mine)
    assert response.status_code == 409
    assert "Suunnitelma on muuttunut" in response.text
    assert {step["person"] for step in stored(client, path)["plan"]["steps"]} == {""}
    shown = fields(response.text)
    assert (shown["version"], shown[f"person:{STEP}"], shown["person:Vantaa/luottamus"]) == (
        "2",
        "Aino",
        "Väinö",
    )
    assert client.post(path, data=shown | {"do": "save"}).status_code == 303
    (kept_by_both,) = [step for step in stored(client, path)["plan"]["steps"] if step["accountable"]]
    assert kept_by_both["accountable"] == "Eino"
    people = {step["id"]: step["person"] for step in stored(client, path)["plan"]["steps"]}
    assert (people["yritysten-paluu"], people["luottamus"]) == ("Aino", "Väinö")


def test_a_wrong_number_is_told_and_stays_in_its_field(client, path) -> None:
    sent = fields(client.get(path).text)
    metric = next(name for name in sent if name.startswith("target:"))
    response = client.post(path, data=sent | {metric: "paljon", f"person:{STEP}": "Aino", "do": "save"})
    assert response.status_code == 422
    assert (fields(response.text)[metric], fields(response.text)[f"person:{STEP}"]) == ("paljon", "Aino")
    assert stored(client, path)["version"] == 1


def test_measurements_are_drawn_and_can_be_taken_back(client, path) -> None:
    row = stored(client, path)["plan"]["metrics"][0]
    key = f"{row['owner']}/{row['id']}"
    entry = {"metric": key, "day": "2027-03-31", "value": "12,5", "note": "arvio"}
    assert client.post(f"{path}/mittaukset", data=entry).status_code == 303
    csv = f"mittari;päivä;arvo\n{row['title']};30.6.2027;14\n"
    assert client.post(f"{path}/mittaukset", data={"csv": csv}).status_code == 303
    html = client.get(path).text
    assert html.count('class="chart-point"') == 2
    assert 'class="chart-line"' in html
    assert "arvio" in html

    bad = client.post(f"{path}/mittaukset", data={"csv": csv + "outo;1.1.2027;1\n"})
    assert bad.status_code == 422
    assert "Rivi 3: ”outo” ei ole tämän suunnitelman mittari." in unescape(bad.text)
    assert "outo;1.1.2027;1" in bad.text
    assert client.post(f"{path}/mittaukset", data=entry | {"value": "paljon"}).status_code == 422
    taken = client.post(f"{path}/mittaukset", data={"do": "forget", "metric": key, "day": "2027-03-31"})
    assert taken.status_code == 303
    assert len(stored(client, path)["measurements"]) == 1
    report = client.get(f"{path}/raportti")
    assert row["title"] in report.text
    pdf = client.get(f"{path}/raportti", params={"muoto": "pdf"})
    assert pdf.content.startswith(b"%PDF")


def test_deleting_asks_first_and_is_for_good(client, path) -> None:
    assert client.post(f"{path}/poisto", data={}).status_code == 200
    assert "Suunnitelma on poistettu." in client.post(f"{path}/poisto", data={"sure": "1"}).text
    for response in (
        client.get(path), client.post(path, data={}), client.get(f"{path}/raportti"),
        client.post(f"{path}/poisto", data={"sure": "1"}),
        client.post(f"{path}/mittaukset", data={"csv": "x"}),
    ):  # fmt: skip
        assert response.status_code == 404
        assert "ei ole suunnitelmaa" in response.text


def test_the_recipes_of_a_plan_as_a_booklet(client, path) -> None:
    booklet = client.get(path.replace("/suunnitelma/", "/tulosta/suunnitelma/"))
    assert booklet.content.startswith(b"%PDF")
    assert client.get("/tulosta/suunnitelma/ei-ole").status_code == 404


@pytest.mark.parametrize("wrong", [{"months": "0"}, {"start": "eilen"}, {f"week:{STEP}": "0"}])
def test_wrong_time_is_told_and_nothing_is_stored(client, path, wrong) -> None:
    response = client.post(path, data=fields(client.get(path).text) | wrong | {"do": "save"})
    assert response.status_code == 422
    assert fields(response.text).items() >= wrong.items()
    assert stored(client, path)["version"] == 1


def test_far_too_many_fields_change_nothing(client, path) -> None:
    response = client.post(path, data={f"f{n}": "" for n in range(700)})
    assert response.status_code == 409
    assert stored(client, path)["version"] == 1
