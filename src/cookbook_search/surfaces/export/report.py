"""The report on one page for those who decide: where the plan and its metrics stand on a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from cookbook_search.plan import Progress, progress
from cookbook_search.surfaces.export.chart import Chart, chart_of
from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.types.plan import KeptPlan, PlanStep


@dataclass(frozen=True, slots=True)
class Report:
    """What the page tells."""

    day: dt.date
    summary: str
    rows: tuple[tuple[Progress, Chart | None], ...]
    done: tuple[PlanStep, ...]
    now: tuple[PlanStep, ...]
    later: tuple[PlanStep, ...]


def report_on(kept: KeptPlan, wording: Wording, day: dt.date) -> Report:
    """Steps by the calendar, metrics by their last value."""
    found = progress(kept)
    counts = Counter(one.status for one in found)
    steps = kept.plan.steps
    return Report(
        day=day,
        summary=wording.t["plan.report.summary"].format(
            reached=counts["reached"], way=counts["on_way"], wrong=counts["wrong_way"] + counts["still"],
            rest=counts["open"] + counts["unmeasured"],
        ),
        rows=charted(kept, wording),
        done=tuple(step for step in steps if wording.last_day(step) < day),
        now=tuple(step for step in steps if wording.day(step.start_week) <= day <= wording.last_day(step)),
        later=tuple(step for step in steps if wording.day(step.start_week) > day),
    )  # fmt: skip


def charted(kept: KeptPlan, wording: Wording) -> tuple[tuple[Progress, Chart | None], ...]:
    """Every metric with where it stands and its drawing."""
    start = kept.plan.situation.start
    end = wording.day(round(kept.plan.situation.months * 52 / 12))
    return tuple((one, chart_of(one, start, end)) for one in progress(kept))
