"""How the cookbook is used: questions asked, votes on answers, and what is missing."""

from cookbook_search.usage.activity import Activity, Voted
from cookbook_search.usage.draft import draft_recipe
from cookbook_search.usage.gaps import GapReport, Nearness
from cookbook_search.usage.records import Usage

__all__ = ["Activity", "GapReport", "Nearness", "Usage", "Voted", "draft_recipe"]
