"""What a launch plan is asked with and what it holds; pydantic, because plans are stored and edited."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cookbook_search.types.documents import Language, Level, Line, Model, Phase, Slug

Problem = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
MOST_ROWS = 40
"""Recipes, and metrics, that a plan can hold."""
ReasonKind = Literal["problem", "phase", "prerequisite", "asked"]
Limit = Literal["months", "euros", "size"]
TipKind = Literal["small", "cities", "money"]
CautionKind = Literal["order", "months", "people", "hands", "euros", "euros_high", "level", "metrics"]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Far from the ends of the calendar, so that weeks can be counted on."""
Day = Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Amount = Annotated[int, Field(ge=0, le=10**12)]
Words = Annotated[str, StringConstraints(max_length=2000)]


class Situation(Model):
    """What the asker told."""

    cluster: Name
    """What cluster: the field and the place, in the asker's words."""
    phase: Phase = "tunnista"
    """Where the cluster is now; what belongs to earlier phases is taken as done."""
    problems: tuple[Problem, ...] = Field(min_length=1, max_length=8)
    """What is on the table, in the asker's own words."""
    companies: int | None = Field(default=None, ge=0, le=100_000)
    """Companies thought to take part."""
    cities: tuple[Name, ...] = Field(default=(), max_length=20)
    people: int = Field(default=2, ge=1, le=50)
    """People who can work on it beside other work."""
    euros: int = Field(default=20_000, ge=0, le=100_000_000)
    """Euros without salaries for the whole time."""
    months: int = Field(default=12, ge=1, le=36)
    start: Day
    language: Language = "fi"


class Reason(Model):
    """Why a recipe is in the plan."""

    kind: ReasonKind
    words: Words
    """The asker's words that led to it; for a prerequisite, the title of what needs it; else the phase."""
    explanation: Words = ""
    """What in the recipe answers these words."""


class Role(Model):
    """Who does one task of a recipe, as the recipe says; in Finnish."""

    task: Words
    responsible: Words


class Tip(Model):
    """How the recipe changes in a small city, between several cities, or without money; in Finnish."""

    kind: TipKind
    text: Words


class PlanStep(Model):
    """A recipe in the calendar, and a row of the RACI table."""

    id: Slug
    owner: Line
    title: Line
    phase: Phase
    start_week: int = Field(ge=0, le=1000)
    """Weeks from the start of the plan."""
    weeks: int = Field(ge=1, le=1000)
    """Calendar weeks, holidays among them."""
    people: int = Field(ge=1, le=100)
    """People who work on it."""
    wanted: int = Field(ge=1, le=100)
    """People whom the recipe wants."""
    euros_low: Amount
    euros_high: Amount
    reasons: tuple[Reason, ...] = ()
    prerequisites: tuple[Slug, ...] = ()
    """Recipes that should be done before; those that are steps of this plan must end before it begins."""
    roles: tuple[Role, ...] = ()
    tips: tuple[Tip, ...] = ()
    person: Short = ""
    """R: who does it."""
    accountable: Short = ""
    """A: who answers for it, one name."""
    consulted: Short = ""
    informed: Short = ""

    @property
    def end_week(self) -> int:
        """The first week after it."""
        return self.start_week + self.weeks


class LeftOut(Model):
    """A recipe that would help but does not fit."""

    id: Slug
    owner: Line
    title: Line
    phase: Phase
    limit: Limit
    """What ran out."""
    weeks: Amount
    euros_low: Amount
    reasons: tuple[Reason, ...]


class Risk(Model):
    """A pitfall of a chosen recipe, in Finnish like the recipe."""

    recipe: Slug
    title: Words
    """What goes wrong."""
    remedy: Words = ""
    """What to do about it."""


class PlannedMetric(Model):
    """A row of the measurement framework."""

    id: Slug
    owner: Line
    title: Line
    level: Level
    unit: Line
    formula: Words
    direction: Literal["up", "down", "balance"]
    goal: Words = ""
    """The asker's problem that it watches; empty: none in particular."""
    via: tuple[Slug, ...] = ()
    """Ids of the recipes that recommend it."""
    source: Words = ""
    frequency: Words = ""
    baseline: Number | None = None
    target: Number | None = None
    person: Short = ""


class Caution(Model):
    """Something about the plan as it stands that does not hold."""

    kind: CautionKind
    step: str = ""
    """Id of the recipe concerned; empty: the whole plan."""
    other: str = ""
    """Id of the other recipe or name of the level, where there is one."""
    amount: int = 0
    """By how much: weeks, people, euros or metrics."""


class Plan(Model):
    """A launch plan."""

    situation: Situation
    steps: tuple[PlanStep, ...] = Field(max_length=MOST_ROWS)
    """By start week."""
    assumed: tuple[str, ...] = ()
    """Titles of prerequisites that belong to earlier phases and are taken as done."""
    left_out: tuple[LeftOut, ...] = ()
    unanswered: tuple[str, ...] = ()
    """Problems on which the cookbook has nothing."""
    risks: tuple[Risk, ...] = ()
    metrics: tuple[PlannedMetric, ...] = Field(default=(), max_length=MOST_ROWS)
    cautions: tuple[Caution, ...] = ()

    @property
    def weeks(self) -> int:
        """Weeks from the start to the end of the last step."""
        return max((step.end_week for step in self.steps), default=0)


class Measurement(Model):
    """One value of a metric of the framework."""

    metric: Annotated[str, StringConstraints(max_length=300)]
    """``owner/id``."""
    day: Day
    value: Number
    note: Short = ""


class KeptPlan(Model):
    """A stored plan."""

    version: int
    """Grows with each change of the plan; measurements do not count."""
    consent: bool
    """Whether its results may be counted as evidence, in aggregate."""
    made_at: dt.datetime
    changed_at: dt.datetime
    plan: Plan
    measurements: tuple[Measurement, ...]
    """By day."""


class Moved(Model):
    """How a metric moved in the plans that used a recipe."""

    id: str
    plans: int
    """Plans that measured it at least twice."""
    better: int
    """Plans in which it moved in its good direction."""


class Evidence(Model):
    """What the plans that used a recipe tell; only where there are enough of them."""

    plans: int
    """Measured plans with the recipe in them."""
    moved: tuple[Moved, ...] = ()
