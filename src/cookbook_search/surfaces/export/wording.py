"""The words of a plan in the reader's language: months, sums, reasons, cautions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cookbook_search.plan import Progress
from cookbook_search.surfaces.strings import Strings
from cookbook_search.surfaces.wire.documents import page_url
from cookbook_search.types.plan import Caution, LeftOut, Plan, PlanStep, Reason

Month = tuple[int, int]


@dataclass(frozen=True)
class Wording:
    """Tells one plan; templates call its methods."""

    t: Strings
    plan: Plan
    base_url: str = ""

    @property
    def title(self) -> str:
        """The heading of the plan."""
        return f"{self.t['plan.title']}: {self.plan.situation.cluster}"

    @property
    def frame(self) -> tuple[str, ...]:
        """Time and means, a phrase each."""
        of = self.plan.situation
        span = self.t["plan.for"].format(months=of.months, d=of.start)
        budget = self.t["plan.budget"].format(people=of.people, euros=self.whole(of.euros))
        phase = f"{self.t['phase']}: {self.t[f'phase.{of.phase}']}"
        return (span, budget, phase, *((", ".join(of.cities),) if of.cities else ()))

    def day(self, week: int) -> dt.date:
        """The Monday of so many weeks after the one in which the plan begins, or the first day itself."""
        start = self.plan.situation.start
        return start if week == 0 else start + dt.timedelta(weeks=week, days=-start.weekday())

    def last_day(self, step: PlanStep) -> dt.date:
        """The Friday of its last week."""
        start = self.plan.situation.start
        return start + dt.timedelta(weeks=step.end_week - 1, days=4 - start.weekday())

    def begins(self, step: PlanStep) -> str:
        """Month and year."""
        return self.month_name(_month(self.day(step.start_week)))

    def ends(self, step: PlanStep) -> str:
        """Month and year."""
        return self.month_name(_month(self.last_day(step)))

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """(year, month) from the start to the end of the time or of the work, whichever is later."""
        of = self.plan.situation
        year, month = of.start.year, of.start.month
        last = max([_month(self.last_day(step)) for step in self.plan.steps], default=(year, month))
        found = [(year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(of.months)]
        while found[-1] < last:
            year, month = found[-1]
            found.append((year + month // 12, month % 12 + 1))
        return tuple(found)

    def works(self, step: PlanStep, month: Month) -> bool:
        """Whether the step is under way in the month."""
        return _month(self.day(step.start_week)) <= month <= _month(self.last_day(step))

    def month_name(self, month: Month, year: bool = True) -> str:
        """``tammi 2027``."""
        name = self.t[f"plan.month.{month[1]}"]
        return f"{name} {month[0]}" if year else name

    def whole(self, number: float) -> str:
        """A whole number with a blank between thousands, as the language has it."""
        return f"{number:,.0f}".replace(",", self.t["number.thousands"])

    def number(self, number: float | None) -> str:
        """A number with the decimals it has, four at most; empty for None."""
        if number is None:
            return ""
        text = f"{number:,.4f}".rstrip("0").rstrip(".").replace("-", "−")
        if self.t["number.thousands"] == ",":
            return text
        return text.replace(",", self.t["number.thousands"]).replace(".", ",")

    def counted(self, key: str, n: int) -> str:
        """``effort.weeks`` or ``effort.people`` of so many."""
        return self.t[f"{key}.one"] if n == 1 else self.t[key].format(n=n)

    def euros(self, step: PlanStep) -> str:
        """The least and most that it costs."""
        if step.euros_high == 0:
            return self.t["effort.euros.none"]
        sums = dict.fromkeys((step.euros_low, step.euros_high))
        return self.t["effort.euros"].format(sum="–".join(self.whole(euros) for euros in sums))

    def reason(self, reason: Reason) -> str:
        """Why a recipe was chosen."""
        words = self.t[f"phase.{reason.words}"] if reason.kind == "phase" else reason.words
        return self.t[f"plan.why.{reason.kind}"].format(words=words)

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """What does not hold; the steps that want more people, in one sentence."""
        short = [caution for caution in self.plan.cautions if caution.kind == "hands"]
        found = [self.caution(caution) for caution in self.plan.cautions if caution.kind != "hands"]
        if short:
            missing = self.t["plan.caution.hands.missing"]
            named = (missing.format(step=self._titles.get(one.step, one.step), n=one.amount) for one in short)
            found.append(self.t["plan.caution.hands"].format(steps=", ".join(named)))
        return tuple(found)

    def caution(self, caution: Caution) -> str:
        """What does not hold, but for hands."""
        step, other = self._titles.get(caution.step, ""), self._titles.get(caution.other, caution.other)
        if caution.kind == "level":
            other = self.t[f"level.{caution.other}"]
        one = f"plan.caution.{caution.kind}.one"
        text = self.t[one if caution.amount == 1 and one in self.t else f"plan.caution.{caution.kind}"]
        return text.format(step=step, other=other, n=self.whole(caution.amount))

    def left(self, out: LeftOut) -> str:
        """Why a recipe was left out."""
        n = out.weeks if out.limit == "months" else out.euros_low
        return self.t[f"plan.left.{out.limit}"].format(n=self.whole(n))

    def status(self, progress: Progress) -> str:
        """Where a metric stands."""
        return self.t[f"plan.status.{progress.status}"]

    def address(self, step: PlanStep) -> str:
        """The page of a step's recipe; empty where the site has no public address."""
        several = len({one.owner for one in self.plan.steps}) > 1
        page = page_url("recipe", step.id, step.owner if several else "")
        return self.base_url.rstrip("/") + page if self.base_url else ""

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        return {step.id: step.title for step in self.plan.steps}

    def title_of(self, recipe: str) -> str:
        """Title of a recipe of the plan; its id where it is not there any more."""
        return self._titles.get(recipe, recipe)


def _month(day: dt.date) -> Month:
    return day.year, day.month
