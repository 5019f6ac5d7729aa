"""A plan as an Excel workbook; the measurement framework is a working sheet that tells the status itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from cookbook_search.plan import Progress, progress
from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.types.plan import KeptPlan

HEAD = PatternFill("solid", fgColor="0B5A6F")
BUSY = PatternFill("solid", fgColor="9CC7D3")
NEAR = 0.05
"""As in ``plan.follow``."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
BASELINE, TARGET, ACTUAL = "D", "E", "F"
"""Columns of the framework that the status reads."""


def plan_xlsx(kept: KeptPlan, wording: Wording) -> bytes:
    """Sheets: measurement framework, recipes with the calendar, risks, measurements."""
    book = Workbook()
    book.properties.title = neutral(wording.title)[:255]
    book.properties.creator = wording.t["site.name"]
    _framework(book.active, kept, wording)
    _steps(book.create_sheet(wording.t["plan.sheet.steps"]), kept, wording)
    _risks(book.create_sheet(wording.t["plan.sheet.risks"]), kept, wording)
    _measurements(book.create_sheet(wording.t["plan.follow"]), kept, wording)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: behind an apostrophe where it begins like one."""
    clean = _FORBIDDEN.sub("", text)
    return f"'{clean}" if clean.startswith(_FORMULA_STARTS) else clean


def _framework(sheet: Any, kept: KeptPlan, wording: Wording) -> None:
    t = wording.t
    sheet.title = t["plan.metrics"]
    keys = (
        "level", "plan.metric", "plan.goal", "plan.baseline", "plan.target", "plan.actual", "plan.status",
        "direction", "plan.unit", "plan.formula", "plan.source", "plan.frequency", "plan.measurer",
    )  # fmt: skip
    _head(sheet, [t[key] for key in keys], (12, 30, 34, 11, 11, 11, 24, 18, 14, 40, 40, 24, 18))
    for number, found in enumerate(progress(kept), start=2):
        row = found.row
        _line(
            sheet,
            (
                t[f"level.{row.level}"], row.title, row.goal, row.baseline, row.target,
                found.last.value if found.last else None, None, t[f"direction.{row.direction}"], row.unit,
                row.formula, row.source, row.frequency, row.person,
            ),
        )  # fmt: skip
        sheet[f"G{number}"] = _status_formula(number, found, wording)


def _status_formula(line: int, found: Progress, wording: Wording) -> str:
    """The status that ``plan.follow`` gives, worked out again when a number changes."""
    baseline, target, actual = f"{BASELINE}{line}", f"{TARGET}{line}", f"{ACTUAL}{line}"
    there = {
        "up": f"{actual}>={target}",
        "down": f"{actual}<={target}",
        "balance": f"ABS({actual}-{target})<={NEAR}*ABS({target})",
    }[found.row.direction]
    same = {
        "up": f"{actual}={baseline}",
        "down": f"{actual}={baseline}",
        "balance": f"ABS({actual}-{target})=ABS({baseline}-{target})",
    }[found.row.direction]
    better = {
        "up": f"{actual}>{baseline}",
        "down": f"{actual}<{baseline}",
        "balance": f"ABS({actual}-{target})<ABS({baseline}-{target})",
    }[found.row.direction]
    statuses = ("reached", "on_way", "still", "wrong_way", "open", "unmeasured")
    words = {name: f'"{wording.t[f"plan.status.{name}"]}"' for name in statuses}
    return (
        f'=IF({actual}="",{words["unmeasured"]},IF({target}="",{words["open"]},IF({there},{words["reached"]},'
        f'IF({baseline}="",{words["open"]},IF({same},{words["still"]},'
        f"IF({better},{words['on_way']},{words['wrong_way']}))))))"
    )


def _steps(sheet: Any, kept: KeptPlan, wording: Wording) -> None:
    t = wording.t
    keys = (
        "plan.step", "phase", "plan.when.begin", "plan.when.end", "plan.weeks", "plan.persons", "plan.cost",
        "plan.raci.r", "plan.raci.a", "plan.raci.c", "plan.raci.i", "plan.why",
    )  # fmt: skip
    months = [wording.month_name(month) for month in wording.months]
    _head(
        sheet,
        [*(t[key] for key in keys), *months],
        (36, 14, 12, 12, 9, 9, 16, 18, 18, 18, 18, 50, *([9] * len(months))),
    )
    for number, step in enumerate(kept.plan.steps, start=2):
        why = " ".join(f"{wording.reason(reason)}." for reason in step.reasons)
        _line(
            sheet,
            (
                step.title, t[f"phase.{step.phase}"], wording.day(step.start_week), wording.last_day(step),
                step.weeks, step.people, wording.euros(step), step.person, step.accountable, step.consulted,
                step.informed, why, *("■" if wording.works(step, month) else "" for month in wording.months),
            ),
        )  # fmt: skip
        for place, month in enumerate(wording.months, start=len(keys) + 1):
            if wording.works(step, month):
                sheet.cell(number, place).fill = BUSY


def _risks(sheet: Any, kept: KeptPlan, wording: Wording) -> None:
    t = wording.t
    _head(sheet, [t["plan.step"], t["plan.risk"], t["plan.remedy"]], (36, 50, 80))
    for risk in kept.plan.risks:
        _line(sheet, (wording.title_of(risk.recipe), risk.title, risk.remedy))


def _measurements(sheet: Any, kept: KeptPlan, wording: Wording) -> None:
    t = wording.t
    titles = {f"{row.owner}/{row.id}": row.title for row in kept.plan.metrics}
    heads = [t["plan.metric"], t["plan.follow.day"], t["plan.follow.value"], t["plan.follow.note"]]
    _head(sheet, heads, (36, 14, 12, 50))
    for one in kept.measurements:
        _line(sheet, (titles.get(one.metric, one.metric), one.day, one.value, one.note))


def _head(sheet: Any, names: Sequence[str], widths: Iterable[float]) -> None:
    _line(sheet, names)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "B2"


def _line(sheet: Any, values: Sequence[object]) -> None:
    sheet.append([neutral(value) if isinstance(value, str) else value for value in values])
    for cell in sheet[sheet.max_row]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
