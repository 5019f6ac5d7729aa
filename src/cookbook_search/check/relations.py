"""How documents refer to each other: ids that exist, relations that agree, one graph."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from cookbook_search.check.reading import Read
from cookbook_search.errors import Fault
from cookbook_search.types import Kind, Metric, Recipe, Vocabulary

METRICS_OF_A_RECIPE = (2, 4)
LEVELS_OF_A_RECIPE = 2
RECIPES_OF_A_METRIC = 2


def faults_of_ids(documents: Sequence[Read], vocabulary: Vocabulary) -> Iterator[Fault]:
    """Ids that stand twice, lead nowhere or to another kind; unknown tags."""
    keys = Counter(read.document.key for read in documents)
    kinds: dict[str, dict[str, Kind]] = defaultdict(dict)
    for read in documents:
        kinds[read.document.owner][read.document.id] = read.document.kind
    tags = {tag.id for tag in vocabulary.tags}
    for read in documents:
        document, own = read.document, kinds[read.document.owner]
        if keys[document.key] > 1:
            yield read.fault(2, "id", f"The id `{document.id}` stands in two documents of {document.owner}.")
        for field, target, kind in _references(read):
            if target not in own:
                yield read.fault(2, "dangling-id", f"`{field}` names `{target}`, which no document has.")
            elif own[target] != kind:
                yield read.fault(2, "dangling-id", f"`{field}` names `{target}`, which is no {kind}.")
        for tag in document.tags:
            if tag not in tags:
                yield read.fault(2, "unknown-tag", f"The tag `{tag}` is not in sanasto.yaml.")
        for target, line in read.linked_ids().items() if read.may_link_beyond(own) else ():
            if target not in own:
                yield read.fault(line, "dangling-id", f"A link leads to `{target}`, which no document has.")


def faults_of_graph(documents: Sequence[Read]) -> Iterator[Fault]:
    """One-sided relations, circles of prerequisites, islands, and metrics out of use, city by city."""
    cities: dict[str, list[Read]] = defaultdict(list)
    for read in documents:
        cities[read.document.owner].append(read)
    for city in cities.values():
        yield from _faults_of_one_graph(city)


def _faults_of_one_graph(documents: Sequence[Read]) -> Iterator[Fault]:
    by_id = {read.document.id: read for read in documents}
    used = Counter(
        metric for read in documents if isinstance(read.document, Recipe) for metric in read.document.metrics
    )
    levels = {i: read.document.level for i, read in by_id.items() if isinstance(read.document, Metric)}
    for read in documents:
        document = read.document
        for other in document.related:
            if other in by_id and document.id not in by_id[other].document.related:
                yield read.fault(2, "one-sided", f"`{other}` does not name `{document.id}` in its `related`.")
        if isinstance(document, Metric) and used[document.id] < RECIPES_OF_A_METRIC:
            yield read.fault(
                2,
                "graph",
                f"{used[document.id]} recipe(s) use this metric; at least {RECIPES_OF_A_METRIC} must.",
            )
        if isinstance(document, Recipe):
            low, high = METRICS_OF_A_RECIPE
            found = {levels[metric] for metric in document.metrics if metric in levels}
            if not low <= len(document.metrics) <= high:
                yield read.fault(
                    2, "graph", f"The recipe names {len(document.metrics)} metrics; name {low}-{high}."
                )
            elif len(found) < LEVELS_OF_A_RECIPE and set(document.metrics) <= set(levels):
                yield read.fault(2, "graph", "The metrics are all of one level; name at least two levels.")
            if _reaches(document.id, document.id, by_id):
                yield read.fault(
                    2, "graph", "The recipe is its own prerequisite, directly or through others."
                )
    yield from _islands(by_id)


def _references(read: Read) -> Iterator[tuple[str, str, Kind]]:
    document = read.document
    for target in document.related:
        yield "related", target, document.kind
    if isinstance(document, Recipe):
        for target in document.prerequisites:
            yield "prerequisites", target, "recipe"
        for target in document.methods:
            yield "methods", target, "method"
        for target in document.metrics:
            yield "metrics", target, "metric"


def _reaches(start: str, goal: str, by_id: dict[str, Read], seen: frozenset[str] = frozenset()) -> bool:
    document = by_id[start].document if start in by_id else None
    if not isinstance(document, Recipe) or start in seen:
        return False
    return goal in document.prerequisites or any(
        _reaches(step, goal, by_id, seen | {start}) for step in document.prerequisites
    )


def _islands(by_id: dict[str, Read]) -> Iterator[Fault]:
    neighbours: dict[str, set[str]] = {i: set() for i in by_id}
    for i, read in by_id.items():
        for _, target, _ in _references(read):
            if target in by_id:
                neighbours[i].add(target)
                neighbours[target].add(i)
    groups: list[set[str]] = []
    left = set(by_id)
    while left:
        group, queue = set[str](), [min(left)]
        while queue:
            i = queue.pop()
            if i not in group:
                group.add(i)
                queue += neighbours[i]
        groups.append(group)
        left -= group
    mainland = max(groups, key=len, default=set())
    for group in groups:
        if group is not mainland:
            yield by_id[min(group)].fault(
                2, "graph", f"No relation joins {', '.join(sorted(group))} to the rest; add one."
            )
