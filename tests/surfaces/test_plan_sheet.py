"""The status formula of the Excel sheet gives what the program gives, for every kind of metric."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from openpyxl import load_workbook

from cookbook_search.plan import progress
from cookbook_search.surfaces.export import Wording, export
from cookbook_search.surfaces.strings import read_strings, web_folder
from cookbook_search.types.plan import KeptPlan, Measurement, Plan, PlannedMetric, Situation

NOW = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)
NUMBERS = (None, 0.0, 5.0, 10.0, 19.5, 25.0)


def worked_out(formula: str, cells: dict[str, float | None]) -> str:
    """What a spreadsheet shows: IF, ABS, comparisons and texts; arguments are worked out when needed."""
    return str(eval(_lazy(formula.removeprefix("=")), {"abs": abs, "cells": cells}))


def _lazy(text: str) -> str:
    if not text.startswith("IF("):
        text = text if text.startswith('"') else re.sub(r"(?<![<>])=", "==", text.replace("ABS", "abs"))
        return re.sub(r"\b([DEF])\d+\b", lambda match: f"cells['{match[1]}']", text).replace('""', "None")
    test, yes, no = _arguments(text[3:-1])
    return f"({_lazy(yes)} if {_lazy(test)} else {_lazy(no)})"


def _arguments(text: str) -> list[str]:
    found, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == '"'
        depth += (sign == "(") - (sign == ")") if not quoted else 0
        if sign == "," and depth == 0 and not quoted:
            found.append("")
        else:
            found[-1] += sign
    return found


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("direction", ["up", "down", "balance"])
def test_the_sheet_says_what_the_program_says(language, direction) -> None:
    t = read_strings(web_folder())[language]
    cases = [(b, g, a) for b in NUMBERS for g in NUMBERS for a in NUMBERS]
    for at in range(0, len(cases), 36):
        rows, measured = [], []
        for n, (baseline, target, actual) in enumerate(cases[at : at + 36]):
            rows.append(
                PlannedMetric(
                    id=f"m{n}", owner="V", title=f"m{n}", level="tulos", unit="%", formula="a",
                    baseline=baseline, target=target, direction=direction,
                )
            )  # fmt: skip
            if actual is not None:
                measured.append(Measurement(metric=f"V/m{n}", day=NOW.date(), value=actual))
        situation = Situation(cluster="x", problems=("pulma",), start=NOW.date(), language=language)
        plan = Plan(situation=situation, steps=(), metrics=tuple(rows))
        kept = KeptPlan(
            version=1, consent=False, made_at=NOW, changed_at=NOW, plan=plan, measurements=tuple(measured)
        )
        sheet = load_workbook(io.BytesIO(export("xlsx", kept, t, web_folder()))).worksheets[0]
        wording = Wording(t, plan)
        for line, found in enumerate(progress(kept), start=2):
            cells = {column: sheet[f"{column}{line}"].value for column in "DEF"}
            shown = worked_out(sheet[f"G{line}"].value, cells)
            assert shown == wording.status(found), (direction, cells)
