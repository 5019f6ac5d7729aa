"""The launch plan: choose recipes, order them, schedule them, and decide what to measure."""

from cookbook_search.plan.edit import drop_metric, drop_step, key_of, move_step, reschedule
from cookbook_search.plan.follow import Progress, Status, progress, read_day, read_measurements, read_number
from cookbook_search.plan.keep import Plans
from cookbook_search.plan.make import Planner, checked, open_planner
from cookbook_search.plan.recheck import recheck

__all__ = [
    "Planner",
    "Plans",
    "Progress",
    "Status",
    "checked",
    "drop_metric",
    "drop_step",
    "key_of",
    "move_step",
    "open_planner",
    "progress",
    "read_day",
    "read_measurements",
    "read_number",
    "recheck",
    "reschedule",
]
