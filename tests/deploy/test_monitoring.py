"""Alerts and the dashboard ask for series that a server really tells, with labels that they have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
import yaml
from kitchen import write_cookbook
from prometheus_client.parser import text_string_to_metric_families
from serving import serving

from cookbook_search.app import Cookbook
from cookbook_search.config import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
BY_PROMETHEUS = {"up": {"job", "instance"}}
ADDED = {"job", "instance", "worker"}
"""Labels that Prometheus, or a server of several workers, adds to all series."""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, set[str]]:
    """Series that a server with a language model tells -> their labels."""
    folder = tmp_path_factory.mktemp("monitored")
    settings = Settings(
        corpus=(write_cookbook(folder / "corpus"),), index=folder / "index",
        llm_url="http://127.0.0.1:9/v1", llm_model="m",
    )  # fmt: skip
    Cookbook(settings).index()
    with serving(settings) as address:
        httpx.get(f"{address}/api/v1/search", params={"q": "Yritykset eivät palaa"})
        text = httpx.get(f"{address}/metrics").text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def alerts() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text("utf-8"))
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def dashboard() -> list[str]:
    panels = json.loads((DEPLOY / "grafana" / "cookbook.json").read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@pytest.mark.parametrize("expression", [*alerts(), *dashboard()])
def test_what_is_asked_for_is_told(expression: str, told: dict[str, set[str]]) -> None:
    series = re.findall(r"\b((?:cookbook|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?", expression)
    assert series
    for name, matchers in series:
        labels = (told | BY_PROMETHEUS)[name] | ADDED
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)) <= labels
        for group in re.findall(r"by \(([^)]*)\)", expression):
            assert {label.strip() for label in group.split(",")} <= labels


def test_every_series_of_ours_is_looked_at(told: dict[str, set[str]]) -> None:
    asked = " ".join([*alerts(), *dashboard()])
    unseen = {
        name for name in told
        if name.startswith("cookbook_") and re.sub(r"_(?:bucket|sum|count)$", "", name) not in asked
    }  # fmt: skip
    assert unseen <= {"cookbook_snapshot_info", "cookbook_cached_results"}


def test_panels_do_not_lie_on_each_other() -> None:
    panels = json.loads((DEPLOY / "grafana" / "cookbook.json").read_text("utf-8"))["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
