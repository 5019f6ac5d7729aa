"""Following a plan: measurements read from CSV, and where each metric stands on its way to the target."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cookbook_search.errors import MeasurementError, MeasurementFault
from cookbook_search.types.plan import FIRST_DAY, LAST_DAY, KeptPlan, Measurement, Plan, PlannedMetric

Status = Literal["reached", "on_way", "still", "wrong_way", "open", "unmeasured"]
Movement = Literal["better", "worse", "same"]
MOST_LINES = 2000
MOST_FAULTS = 20
MOST_OF_NOTE = 200
MOST_SHOWN = 60
"""Characters of a faulty value that are shown."""
NEAR = 0.05
"""Share of the target within which a metric that wants balance counts as there."""
_COLUMNS: Mapping[str, str] = {
    "mittari": "metric", "metric": "metric", "mätare": "metric", "indikator": "metric",
    "päivä": "day", "pvm": "day", "päivämäärä": "day",
    "date": "day", "day": "day", "datum": "day", "dag": "day",
    "arvo": "value", "value": "value", "värde": "value",
    "huomautus": "note", "note": "note", "anmärkning": "note",
}  # fmt: skip
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_BLANKS = str.maketrans({"\u00a0": "", "\u202f": "", " ": "", "\u2212": "-"})


class Wrong(ValueError):
    """A value that cannot be read; ``rule`` as in ``MeasurementFault``."""

    def __init__(self, rule: str, value: str) -> None:
        self.rule, self.value = rule, value[:MOST_SHOWN]
        super().__init__(str(MeasurementFault(rule, self.value)))


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one metric stands."""

    row: PlannedMetric
    values: tuple[Measurement, ...]
    """By day."""
    status: Status
    share: float | None
    """How much of the way from baseline to target is behind, 1 at the target; None without either."""
    moved: Movement | None
    """From the baseline, or the first value, to the last one; None where there are not two."""

    @property
    def last(self) -> Measurement | None:
        """The newest value."""
        return self.values[-1] if self.values else None


def progress(kept: KeptPlan) -> tuple[Progress, ...]:
    """Every metric of the framework with its values."""
    return tuple(
        _progress(row, [one for one in kept.measurements if one.metric == f"{row.owner}/{row.id}"])
        for row in kept.plan.metrics
    )


def read_measurements(text: str, plan: Plan) -> tuple[Measurement, ...]:
    """Values from CSV with a heading: metric (id or title), date, value and, if wanted, a note.

    Separated by semicolons, tabs or commas; dates like 2027-03-31 or 31.3.2027; decimals with a comma or a
    point. Raises MeasurementError with every faulty line; then nothing of the text is to be stored.
    """
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    separator = max(";\t,", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise MeasurementError([MeasurementFault("csv")]) from error
    if len(lines) > MOST_LINES:
        raise MeasurementError([MeasurementFault("lines", str(MOST_LINES))])
    columns = [_COLUMNS.get(name.strip().lower(), "") for name in (lines[0] if lines else [])]
    if missing := [name for name in ("metric", "day", "value") if name not in columns]:
        raise MeasurementError([MeasurementFault("heading", ", ".join(missing), 1)])
    return _read_lines(lines[1:], columns, plan)


def _read_lines(
    lines: Sequence[Sequence[str]], columns: Sequence[str], plan: Plan
) -> tuple[Measurement, ...]:
    known = {
        name.lower(): f"{r.owner}/{r.id}"
        for r in plan.metrics
        for name in (r.id, r.title, f"{r.owner}/{r.id}")
    }
    found: dict[tuple[str, dt.date], Measurement] = {}
    faults: list[MeasurementFault] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        try:
            if len(cells) > len(columns):
                raise Wrong("cells", "")
            one = _measurement(values, known)
            if (one.metric, one.day) in found:
                raise Wrong("twice", values["metric"])
            found[one.metric, one.day] = one
        except Wrong as wrong:
            faults.append(MeasurementFault(wrong.rule, wrong.value, number))
    if len(faults) > MOST_FAULTS:
        faults[MOST_FAULTS:] = [MeasurementFault("more", str(len(faults) - MOST_FAULTS))]
    if not found and not faults:
        faults = [MeasurementFault("empty")]
    if faults:
        raise MeasurementError(faults)
    return tuple(found.values())


def _measurement(values: Mapping[str, str], known: Mapping[str, str]) -> Measurement:
    metric = known.get(values.get("metric", "").lower())
    if metric is None:
        raise Wrong("metric", values.get("metric", ""))
    note = values.get("note", "")
    if len(note) > MOST_OF_NOTE:
        raise Wrong("note", str(MOST_OF_NOTE))
    day, value = read_day(values.get("day", "")), read_number(values.get("value", ""))
    return Measurement(metric=metric, day=day, value=value, note=note)


def read_day(text: str) -> dt.date:
    """``2027-03-31`` or ``31.3.2027``, of this century or near it. Raises Wrong."""
    text = text.strip()
    try:
        match = _DAY.fullmatch(text)
        parts = (int(match[3]), int(match[2]), int(match[1])) if match else None
        day = dt.date(*parts) if parts else dt.date.fromisoformat(text)
    except ValueError:
        raise Wrong("day", text) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Wrong("day", text)
    return day


def read_number(text: str) -> float:
    """A number with a decimal comma or point and blanks between thousands. Raises Wrong."""
    plain = text.translate(_BLANKS).removesuffix("%").removesuffix("€").replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e15:
        raise Wrong("number", text)
    return number


def _progress(row: PlannedMetric, values: Sequence[Measurement]) -> Progress:
    ordered = tuple(sorted(values, key=lambda one: one.day))
    last = ordered[-1].value if ordered else None
    first = row.baseline if row.baseline is not None else (ordered[0].value if len(ordered) > 1 else None)
    moved = None if last is None or first is None else _movement(row, first, last)
    share = None
    if last is not None and row.baseline is not None and row.target not in (None, row.baseline):
        assert row.target is not None
        share = (last - row.baseline) / (row.target - row.baseline)
    return Progress(row, ordered, _status(row, last, moved), share, moved)


def _status(row: PlannedMetric, last: float | None, moved: Movement | None) -> Status:
    if last is None:
        return "unmeasured"
    if row.target is None:
        return "open"
    if _is_there(row, last, row.target):
        return "reached"
    by_movement: dict[Movement | None, Status] = {"better": "on_way", "worse": "wrong_way", "same": "still"}
    return by_movement.get(moved, "open")


def _is_there(row: PlannedMetric, value: float, target: float) -> bool:
    if row.direction == "balance":
        return abs(value - target) <= NEAR * abs(target)
    return value >= target if row.direction == "up" else value <= target


def _movement(row: PlannedMetric, first: float, last: float) -> Movement:
    """A metric that wants balance is better the nearer it comes to its target."""
    if row.direction == "balance":
        if row.target is None:
            return "same"
        gain = abs(first - row.target) - abs(last - row.target)
    else:
        gain = last - first if row.direction == "up" else first - last
    return "same" if gain == 0 else "better" if gain > 0 else "worse"
