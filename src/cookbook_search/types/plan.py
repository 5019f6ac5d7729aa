"""What a launch plan is asked with and what it holds; pydantic, because plans are stored and edited."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cookbook_search.types.documents import Language, Level, Model, Phase

Problem = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ReasonKind = Literal["problem", "cluster", "phase", "prerequisite", "asked"]
Limit = Literal["months", "euros", "size"]


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
    start: dt.date
    language: Language = "fi"


class Reason(Model):
    """Why a recipe is in the plan."""

    kind: ReasonKind
    words: str
    """The asker's words that led to it; for a prerequisite, the title of what needs it."""
    explanation: str = ""
    """What in the recipe answers these words."""


class Role(Model):
    """A row of the RACI skeleton of one step."""

    task: str
    responsible: str
    """Who the recipe says does it."""
    accountable: str = ""
    consulted: str = ""
    informed: str = ""


class PlanStep(Model):
    """A recipe in the calendar."""

    id: str
    owner: str
    title: str
    phase: Phase
    start_week: int = Field(ge=0)
    """Weeks from the start of the plan."""
    weeks: int = Field(ge=1)
    people: int = Field(ge=1)
    euros_low: int = Field(ge=0)
    euros_high: int = Field(ge=0)
    reasons: tuple[Reason, ...]
    prerequisites: tuple[str, ...] = ()
    """Ids of the steps of this plan that must end before."""
    roles: tuple[Role, ...] = ()
    person: str = ""
    """Who owns it; for the asker to fill in."""

    @property
    def end_week(self) -> int:
        """The first week after it."""
        return self.start_week + self.weeks


class LeftOut(Model):
    """A recipe that would help but does not fit."""

    id: str
    owner: str
    title: str
    phase: Phase
    limit: Limit
    """What ran out."""
    weeks: int
    euros_low: int
    reasons: tuple[Reason, ...]


class Risk(Model):
    """A pitfall of a chosen recipe."""

    recipe: str
    title: str
    """What goes wrong."""
    remedy: str
    """What to do about it."""


class PlannedMetric(Model):
    """A row of the measurement framework."""

    id: str
    owner: str
    title: str
    level: Level
    unit: str
    formula: str
    direction: Literal["up", "down", "balance"]
    goal: str
    """The asker's problem that it watches."""
    via: tuple[str, ...]
    """Ids of the plan's recipes that recommend it."""
    source: str
    frequency: str
    baseline: float | None = None
    target: float | None = None
    person: str = ""


class Caution(Model):
    """Something about the plan as it stands that does not hold."""

    kind: Literal["order", "months", "people", "euros", "euros_high", "level", "unknown"]
    step: str = ""
    """Id of the recipe concerned; empty: the whole plan."""
    other: str = ""
    """Id of the other recipe or name of the level, where there is one."""
    amount: int = 0
    """By how much: weeks, people or euros."""


class Plan(Model):
    """A launch plan."""

    situation: Situation
    steps: tuple[PlanStep, ...]
    """By start week, then phase."""
    assumed: tuple[str, ...] = ()
    """Titles of prerequisites that belong to earlier phases and are taken as done."""
    left_out: tuple[LeftOut, ...] = ()
    unanswered: tuple[str, ...] = ()
    """Problems on which the cookbook has nothing."""
    risks: tuple[Risk, ...] = ()
    metrics: tuple[PlannedMetric, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def weeks(self) -> int:
        """Weeks from the start to the end of the last step."""
        return max((step.end_week for step in self.steps), default=0)
