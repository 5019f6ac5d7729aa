"""A plan as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.types.plan import Plan, PlanStep

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def plan_markdown(plan: Plan, wording: Wording) -> str:
    """The whole plan, to be read, printed or edited further."""
    t = wording.t
    parts = [f"# {_plain(wording.title)}", " · ".join(_plain(phrase) for phrase in wording.frame)]
    if plan.cautions:
        parts += [f"## {t['plan.cautions']}", _list(wording.cautions)]
    if plan.unanswered:
        parts += [f"## {t['plan.unanswered']}", _list(plan.unanswered)]
    if not plan.steps:
        return "\n\n".join([*parts, t["plan.nothing"]]) + "\n"
    parts += [f"## {t['plan.calendar']}", _calendar(plan, wording), t["plan.calendar.help"]]
    parts += [f"## {t['plan.steps']}"]
    parts += [text for number, step in enumerate(plan.steps, 1) for text in _step(number, step, wording)]
    if plan.assumed:
        parts += [f"## {t['plan.assumed']}", _list(plan.assumed)]
    if plan.left_out:
        left = (f"{out.title}: {wording.left(out)}" for out in plan.left_out)
        parts += [f"## {t['plan.left']}", t["plan.left.help"], _list(left)]
    parts += [f"## {t['plan.raci']}", _raci(plan, wording), t["plan.raci.help"]]
    risks = [(wording.title_of(risk.recipe), risk.title, risk.remedy) for risk in plan.risks]
    parts += [f"## {t['plan.risks']}", _table([t["plan.step"], t["plan.risk"], t["plan.remedy"]], risks)]
    parts += [f"## {t['plan.metrics']}", t["plan.metrics.help"], _metrics(plan, wording)]
    return "\n\n".join([*parts, f"*{t['plan.source.line']}*"]) + "\n"


def _calendar(plan: Plan, wording: Wording) -> str:
    head = [wording.t["plan.step"], *(wording.month_name(month) for month in wording.months)]
    rows = [
        (step.title, *("■" if wording.works(step, month) else "" for month in wording.months))
        for step in plan.steps
    ]
    return _table(head, rows)


def _step(number: int, step: PlanStep, wording: Wording) -> list[str]:
    t = wording.t
    facts = [
        f"{wording.begins(step)} – {wording.ends(step)}",
        wording.counted("effort.weeks", step.weeks),
        wording.counted("effort.people", step.people),
        wording.euros(step),
    ]
    lines = [wording.reason(reason) for reason in step.reasons]
    lines += [f"{t[f'plan.tip.{tip.kind}']}: {tip.text}" for tip in step.tips]
    return [f"### {number}. {_plain(step.title)}", " · ".join(facts), _list(lines)]


def _raci(plan: Plan, wording: Wording) -> str:
    head = [
        wording.t[key] for key in ("plan.step", "plan.raci.r", "plan.raci.a", "plan.raci.c", "plan.raci.i")
    ]
    rows = [(s.title, s.person, s.accountable, s.consulted, s.informed) for s in plan.steps]
    return _table(head, rows)


def _metrics(plan: Plan, wording: Wording) -> str:
    keys = (
        "level", "plan.metric", "plan.goal", "plan.baseline", "plan.target", "plan.unit", "plan.source",
        "plan.frequency", "plan.measurer",
    )  # fmt: skip
    rows = [
        (
            wording.t[f"level.{row.level}"], row.title, row.goal, wording.number(row.baseline),
            wording.number(row.target), row.unit, row.source, row.frequency, row.person,
        )
        for row in plan.metrics
    ]  # fmt: skip
    return _table([wording.t[key] for key in keys], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(line)}" for line in lines)


def _plain(text: str) -> str:
    """As text, on one line: what people typed is no Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
