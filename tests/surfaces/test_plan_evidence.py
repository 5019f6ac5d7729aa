"""What plans tell of a recipe: on its page and in search, from three consenting plans on, never before."""

from __future__ import annotations

import httpx

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.surfaces.http import server

QUERY = "Yritykset käyvät kerran eivätkä palaa"
QUESTION = {"cluster": "Vety", "phase": "kaynnista", "start": "2027-01-04", "problems": [QUERY]}


def follow(client: httpx.Client, consent: bool, value: float) -> None:
    """A plan of which one metric has been measured."""
    made = client.post("/api/v1/plans", json=QUESTION).json()
    address, plan = f"/api/v1/plans/{made['token']}", made["plan"]
    (row,) = [row for row in plan["metrics"] if row["id"] == "paluuosuus"]
    row["baseline"] = 10
    client.put(address, json={"version": 1, "plan": plan, "consent": consent}).raise_for_status()
    one = {"metric": "Vantaa/paluuosuus", "day": "2027-06-30", "value": value}
    client.post(f"{address}/measurements", json={"measurements": [one]}).raise_for_status()


def test_evidence_shows_on_the_recipe_and_in_search(serve, index, tmp_path, monkeypatch) -> None:
    opened: list[Cookbook] = []

    class Watched(Cookbook):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings)
            opened.append(self)

    monkeypatch.setattr(server, "Cookbook", Watched)
    with serve(Settings(index=index, database=f"sqlite:///{tmp_path}/state.db")) as client:

        def told() -> list[bool]:
            opened[0].plans.count_evidence()
            pages = (client.get("/reseptit/yritysten-paluu"), client.get("/", params={"q": QUERY}))
            return ["3 mitatussa suunnitelmassa" in page.text for page in pages]

        for consent, value in ((True, 12), (True, 8), (False, 30)):
            follow(client, consent, value)
        assert told() == [False, False]
        follow(client, True, 11)
        assert told() == [True, True]
        assert "parani 2/3 suunnitelmassa" in client.get("/reseptit/yritysten-paluu").text
