"""The launch plan: choose recipes, order them, schedule them, and decide what to measure."""

from cookbook_search.plan.make import Planner, open_planner
from cookbook_search.plan.recheck import recheck

__all__ = ["Planner", "open_planner", "recheck"]
