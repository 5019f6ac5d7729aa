"""What the forms of a plan send, put into the plan; nothing that somebody typed gets lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import ValidationError

from cookbook_search.plan import (
    Planner,
    drop_metric,
    drop_step,
    key_of,
    move_step,
    read_day,
    read_number,
    reschedule,
)
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.plans import PlanRequest
from cookbook_search.types import Language
from cookbook_search.types.plan import Plan, PlannedMetric, PlanStep, Situation

MOST_FIELDS = 600
MOST_DIGITS = 12
"""Python refuses to read a number of thousands of digits."""
Form = Mapping[str, str]
_NUMBERS = {
    "companies": (0, 100_000),
    "people": (1, 50),
    "euros": (0, 100_000_000),
    "months": (1, 36),
    "week": (1, 1000),
    "weeks": (1, 1000),
}
"""Field -> the least and the most it may be."""
_NAMES = ("person", "accountable", "consulted", "informed")


async def read_form(request: Request) -> Form:
    """The fields of a form by name, the first of each; none where there are far too many."""
    body = (await request.body()).decode(errors="replace")
    try:
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0].replace("\r\n", "\n") for name, values in fields.items()}


def question_of(form: Form, language: Language, t: Strings) -> tuple[PlanRequest | None, list[str]]:
    """The questions answered, or what is wrong with the answers."""
    fields: dict[str, Any] = {
        "cluster": form.get("cluster", ""), "phase": form.get("phase", ""), "language": language,
        "problems": [line.strip() for line in form.get("problems", "").split("\n") if line.strip()],
        "cities": [city.strip() for city in form.get("cities", "").split(",") if city.strip()],
        "start": form.get("start", "").strip() or None,
    }  # fmt: skip
    for name in ("companies", "people", "euros", "months"):
        if text := form.get(name, "").strip():
            fields[name] = "".join(text.split())
    try:
        return PlanRequest.model_validate(fields), []
    except ValidationError as error:
        wrong = dict.fromkeys(str(fault["loc"][0]) for fault in error.errors())
        return None, [_told(name, t) for name in wrong]


def edited(plan: Plan, form: Form, t: Strings) -> tuple[Plan, list[str]]:
    """The plan with the values of the form, and what is wrong with them; a wrong one changes nothing."""
    wrong: list[str] = []
    steps = tuple(_step(step, form, t, wrong) for step in plan.steps)
    metrics = tuple(_metric(row, form, t, wrong) for row in plan.metrics)
    situation = _situation(plan.situation, form, t, wrong)
    return plan.model_copy(update={"situation": situation, "steps": steps, "metrics": metrics}), wrong


def acted(plan: Plan, action: str, form: Form, planner: Planner) -> Plan:
    """The plan after the button that was pressed, ``name:owner/id``; one for what is gone does nothing."""
    name, _, key = action.partition(":")
    actions: Mapping[str, Callable[[], Plan]] = {
        "drop": lambda: drop_step(plan, key),
        "up": lambda: move_step(plan, key, -1),
        "down": lambda: move_step(plan, key, 1),
        "add-step": lambda: planner.add_recipe(plan, key or form.get("add-step", "")),
        "drop-metric": lambda: drop_metric(plan, key),
        "add-metric": lambda: planner.add_metric(plan, form.get("add-metric", "")),
        "reschedule": lambda: reschedule(plan),
    }
    try:
        return actions[name]()
    except KeyError:
        return plan


def restored(plan: Plan, form: Form, planner: Planner) -> Plan:
    """With the recipes and metrics that the form edits though somebody else has dropped them since."""
    steps = {key_of(step) for step in plan.steps}
    rows = {f"{row.owner}/{row.id}" for row in plan.metrics}
    for name in form:
        field, _, key = name.partition(":")
        if field == "week" and key not in steps and key in planner.recipes:
            plan = planner.add_recipe(plan, key)
        elif field == "target" and key not in rows and key in planner.metrics:
            plan = planner.add_metric(plan, key)
    return plan


def _situation(situation: Situation, form: Form, t: Strings, wrong: list[str]) -> Situation:
    """With other time and means."""
    changed: dict[str, object] = {}
    for name in ("months", "people", "euros"):
        text = "".join(form.get(name, "").split())
        low, high = _NUMBERS[name]
        if text.isdecimal() and len(text) <= MOST_DIGITS and low <= int(text) <= high:
            changed[name] = int(text)
        elif name in form:
            wrong.append(_told(name, t))
    if "start" in form:
        try:
            changed["start"] = read_day(form["start"])
        except ValueError:
            wrong.append(_told("start", t))
    return situation.model_copy(update=changed)


def _step(step: PlanStep, form: Form, t: Strings, wrong: list[str]) -> PlanStep:
    key = key_of(step)
    changed: dict[str, object] = {
        name: form[f"{name}:{key}"].strip()[:200] for name in _NAMES if f"{name}:{key}" in form
    }
    for field, name, offset in (("week", "start_week", 1), ("weeks", "weeks", 0)):
        text = form.get(f"{field}:{key}", "").strip()
        low, high = _NUMBERS[field]
        if text.isdecimal() and len(text) <= MOST_DIGITS and low <= int(text) <= high:
            changed[name] = int(text) - offset
        elif f"{field}:{key}" in form:
            wrong.append(f"{step.title}: {_told(field, t)}")
    return step.model_copy(update=changed)


def _metric(row: PlannedMetric, form: Form, t: Strings, wrong: list[str]) -> PlannedMetric:
    key = f"{row.owner}/{row.id}"
    changed: dict[str, object] = {}
    if f"measurer:{key}" in form:
        changed["person"] = form[f"measurer:{key}"].strip()[:200]
    for name in ("baseline", "target"):
        if (text := form.get(f"{name}:{key}")) is not None:
            try:
                changed[name] = read_number(text) if text.strip() else None
            except ValueError:
                told = t["plan.fault.number"].format(line="", value=text[:60]).strip()
                wrong.append(f"{row.title}: {told}")
    return row.model_copy(update=changed)


def _told(name: str, t: Strings) -> str:
    if name in _NUMBERS:
        low, high = _NUMBERS[name]
        label = t["plan.week.start"] if name == "week" else t[f"plan.{name}"]
        return t["plan.wrong.number"].format(low=low, high=high, name=label)
    return t[f"plan.wrong.{name}"] if f"plan.wrong.{name}" in t else t["plan.wrong"]
