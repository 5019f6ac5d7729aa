"""A plan as iCalendar: each recipe as a span of days, and the days of measuring."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256

from icalendar import Calendar, Event

from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.types.plan import KeptPlan

QUARTER = 13
"""Weeks between looks at the metrics."""


def plan_ics(kept: KeptPlan, wording: Wording) -> bytes:
    """All-day events: the recipes, the measuring of the baseline, and a look at the metrics each quarter."""
    plan, t = kept.plan, wording.t
    calendar = Calendar()
    calendar.add("prodid", "-//cookbook-search//launch plan//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", wording.title)
    for step in plan.steps:
        why = "\n".join(wording.reason(reason) for reason in step.reasons)
        address = wording.address(step)
        about = "\n".join(filter(None, (step.person, why, address)))
        begin, end = wording.day(step.start_week), wording.last_day(step)
        calendar.add_component(_event(kept, step.id, step.title, about, begin, end))
    if plan.metrics:
        rows = "\n".join(f"{row.title}: {row.frequency}" for row in plan.metrics)
        first, last = plan.situation.start, wording.day(max(plan.weeks, QUARTER))
        title = f"{t['plan.metrics']}: {t['plan.baseline']}"
        calendar.add_component(_event(kept, "baseline", title, rows, first, first + dt.timedelta(days=4)))
        look = _event(kept, "metrics", t["plan.metrics"], rows, wording.day(QUARTER), wording.day(QUARTER))
        look.add("rrule", {"freq": "weekly", "interval": QUARTER, "until": last})
        calendar.add_component(look)
    return bytes(calendar.to_ical())


def _event(kept: KeptPlan, name: str, title: str, about: str, begin: dt.date, end: dt.date) -> Event:
    """``end`` is its last day. Ids stay, so that a newer export replaces an older one."""
    event = Event()
    event.add("uid", f"{sha256(f'{kept.made_at.isoformat()}{name}'.encode()).hexdigest()[:32]}@plan")
    event.add("dtstamp", kept.changed_at)
    event.add("sequence", kept.version)
    event.add("dtstart", begin)
    event.add("dtend", max(end, begin) + dt.timedelta(days=1))
    event.add("summary", title)
    event.add("description", about)
    event.add("transp", "TRANSPARENT")
    return event
