"""Retrieval: a free-text problem -> ranked recipes with passages, and the metrics that show success."""

from cookbook_search.retrieve.explain import Explanation
from cookbook_search.retrieve.inspect import Inspected, Inspection, Parts, inspect
from cookbook_search.retrieve.parameters import Parameters, read_parameters
from cookbook_search.retrieve.portable import PortableIndex, make_portable
from cookbook_search.retrieve.query import Query, QueryReader
from cookbook_search.retrieve.search import Judged, Searcher, open_searcher
from cookbook_search.retrieve.suggest import Suggester

__all__ = [
    "Explanation",
    "Inspected",
    "Inspection",
    "Judged",
    "Parameters",
    "Parts",
    "PortableIndex",
    "Query",
    "QueryReader",
    "Searcher",
    "Suggester",
    "inspect",
    "make_portable",
    "open_searcher",
    "read_parameters",
]
