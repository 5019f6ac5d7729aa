"""A metric's baseline, values and target as points of a drawing; templates draw it as SVG."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cookbook_search.plan import Progress

WIDTH, HEIGHT = 320, 120
"""Size of the drawing, in its own units."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 6, 6, 16, 8


@dataclass(frozen=True, slots=True)
class Chart:
    """Coordinates; y grows downwards, as in SVG."""

    points: tuple[tuple[float, float], ...]
    """The values, by day."""
    baseline: float | None
    """Height of the line of the baseline."""
    target: float | None
    """Height of the line of the target."""

    @property
    def line(self) -> str:
        """The values as the ``points`` of a polyline."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


def chart_of(progress: Progress, start: dt.date, end: dt.date) -> Chart | None:
    """The drawing from ``start`` to ``end`` or the last value; None where nothing has been measured."""
    if not progress.values:
        return None
    row = progress.row
    lines = [level for level in (row.baseline, row.target) if level is not None]
    low = min([*lines, *(one.value for one in progress.values)])
    high = max([*lines, *(one.value for one in progress.values)])
    first = min(start, progress.values[0].day)
    days = max((max(end, progress.values[-1].day) - first).days, 1)

    def x(day: dt.date) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (day - first).days / days, 1)

    def y(value: float) -> float:
        share = 0.5 if high == low else (value - low) / (high - low)
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 1)

    return Chart(
        points=tuple((x(one.day), y(one.value)) for one in progress.values),
        baseline=None if row.baseline is None else y(row.baseline),
        target=None if row.target is None else y(row.target),
    )
