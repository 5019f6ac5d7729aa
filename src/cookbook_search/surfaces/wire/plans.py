"""Launch plans as JSON: the plan itself is stored and edited in this form, so it has one form everywhere."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from cookbook_search.plan import Progress, progress
from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.types import Language, Phase
from cookbook_search.types.plan import Day, KeptPlan, Measurement, Name, Plan, Problem, Situation

PAGE = "/suunnitelma"
Status = Literal["reached", "on_way", "still", "wrong_way", "open", "unmeasured"]


class PlanRequest(Wire):
    """What the plan is for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "cluster": "Vety- ja akkuteollisuuden klusteri Vantaalla",
                    "phase": "tunnista",
                    "problems": ["Emme tiedä, onko alueella tarpeeksi yrityksiä klusteriksi"],
                    "people": 2,
                    "euros": 30000,
                    "months": 12,
                    "keep": False,
                }
            ]
        },
    )

    cluster: Name = Field(description="What cluster: the field and the place.")
    phase: Phase = Field(default="tunnista", description="Where it is now; earlier phases are taken as done.")
    problems: list[Problem] = Field(
        min_length=1, max_length=8, description="What is on the table, in the asker's own words."
    )
    companies: int | None = Field(
        default=None, ge=0, le=100_000, description="Companies thought to take part."
    )
    cities: list[Name] = Field(default_factory=list, max_length=20)
    people: int = Field(default=2, ge=1, le=50, description="People who can work on it beside other work.")
    euros: int = Field(
        default=20_000, ge=0, le=100_000_000, description="Euros without salaries for the whole time."
    )
    months: int = Field(default=12, ge=1, le=36)
    start: Day | None = Field(default=None, description="First day; null: today.")
    language: Language = Field(
        default="fi", description="Language of titles; the recipes' texts are in Finnish."
    )
    keep: bool = Field(default=True, description="Store the plan under a link; false: only make it.")

    def situation(self) -> Situation:
        """As the planner takes it."""
        start = self.start or dt.datetime.now().astimezone().date()
        return Situation.model_validate(self.model_dump(exclude={"keep", "start"}) | {"start": start})


class PlanMade(Wire):
    """A new plan."""

    token: str | None = Field(
        description="The secret part of the link, shown this once; null where nothing was stored."
    )
    url: str | None = Field(description="Path of the plan's page.")
    version: int | None
    plan: Plan = Field(description="Without steps where the cookbook answers none of the problems.")


class ProgressOut(Wire):
    """Where a metric of the plan stands."""

    metric: str = Field(description="`owner/id`.")
    status: Status
    last: float | None
    last_day: dt.date | None
    share: float | None = Field(description="Share of the way from baseline to target, 1 at the target.")


class PlanOut(Wire):
    """A stored plan, whole."""

    version: int = Field(description="To be sent back with a change.")
    consent: bool = Field(description="Whether its results are counted as evidence, in aggregate.")
    made_at: dt.datetime
    changed_at: dt.datetime
    plan: Plan
    measurements: list[Measurement]
    progress: list[ProgressOut]


class PlanChange(Wire):
    """A changed plan."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that was changed.")]
    plan: Plan
    consent: bool | None = Field(default=None, description="Null: as it was.")


class MeasurementsIn(Wire):
    """Values of metrics of the plan; one of the same metric and day gives way."""

    measurements: list[Measurement] = Field(min_length=1, max_length=2000)


class MeasurementsStored(Wire):
    """All are on disk."""

    stored: int


def plan_out(kept: KeptPlan) -> PlanOut:
    """The stored plan with what follows from its measurements."""
    return PlanOut(
        version=kept.version,
        consent=kept.consent,
        made_at=kept.made_at,
        changed_at=kept.changed_at,
        plan=kept.plan,
        measurements=list(kept.measurements),
        progress=[_progress(one) for one in progress(kept)],
    )


def _progress(one: Progress) -> ProgressOut:
    last = one.last
    return ProgressOut(
        metric=f"{one.row.owner}/{one.row.id}",
        status=one.status,
        last=None if last is None else last.value,
        last_day=None if last is None else last.day,
        share=one.share,
    )
