"""How the cookbook is used: questions asked, votes on answers, and what is missing."""

from cookbook_search.usage.records import Usage

__all__ = ["Usage"]
