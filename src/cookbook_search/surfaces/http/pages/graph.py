"""The library as a picture: recipes by phase on the left, metrics by level on the right, ties between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cookbook_search.types import LEVELS, PHASES, AnyDocument, Language, Metric, Recipe

ROW = 22
"""Height of a line of text."""
HEAD = 40
"""Height of the heading of a group, the gap above it included."""
WIDTH = 960
LEFT, RIGHT = 352, 648
TURN = 120
"""How far a tie runs level before it bends."""
BOW = 60
"""How far the bow between neighbouring recipes reaches out, at most."""


@dataclass(slots=True)
class Node:
    """A recipe or a metric in the picture."""

    document: AnyDocument
    label: str
    y: float
    chosen: bool = False
    near: bool = False
    """Tied to the chosen one."""


@dataclass(slots=True)
class Group:
    """A phase with its recipes or a level with its metrics."""

    name: str
    y: float
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tie:
    """A recipe recommends a metric, or two recipes are related."""

    path: str
    start: str
    """Key of the one document."""
    end: str
    """Key of the other."""
    near: bool
    """Whether it ends in the chosen document."""
    bow: bool = False
    """Whether it joins two recipes; there are too many of them to show all at once."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture, in units of its view box."""

    width: int
    height: float
    left: int
    """Where the names of the recipes end."""
    right: int
    """Where the names of the metrics begin."""
    recipes: tuple[Group, ...]
    metrics: tuple[Group, ...]
    ties: tuple[Tie, ...]
    chosen: AnyDocument | None
    near: tuple[AnyDocument, ...]
    """What the chosen document is tied to."""


def draw(documents: Sequence[AnyDocument], language: Language, wanted: str | None) -> Graph:
    """Lay the picture out; ``wanted`` is the key (``owner/id``) of the document to point out."""
    recipes = _groups([d for d in documents if isinstance(d, Recipe)], PHASES, language, 0)
    height = recipes[-1].nodes[-1].y + ROW if recipes else float(HEAD)
    metrics = _groups([d for d in documents if isinstance(d, Metric)], LEVELS, language, 0)
    _spread(metrics, height)
    nodes = {node.document.key: node for group in (*recipes, *metrics) for node in group.nodes}
    chosen = nodes.get(wanted or "")
    ties = tuple(_ties(nodes, chosen))
    if chosen:
        chosen.chosen = True
        for tie in ties:
            for key in (tie.start, tie.end) if tie.near else ():
                nodes[key].near = nodes[key] is not chosen
    near = tuple(node.document for node in nodes.values() if node.near)
    return Graph(
        WIDTH, height, LEFT, RIGHT, recipes, metrics, ties, chosen.document if chosen else None, near
    )


def _groups(
    documents: Sequence[Recipe] | Sequence[Metric], order: Sequence[str], language: Language, top: float
) -> tuple[Group, ...]:
    groups: list[Group] = []
    y = top
    for name in order:
        found = [d for d in documents if name == (d.phase if isinstance(d, Recipe) else d.level)]
        if not found:
            continue
        group = Group(name, y + HEAD - ROW / 2)
        y += HEAD
        for document in found:
            group.nodes.append(Node(document, document.title[language], y + ROW / 2))
            y += ROW
        groups.append(group)
    return tuple(groups)


def _spread(groups: Sequence[Group], height: float) -> None:
    """Stretch the shorter column over the whole height."""
    if not groups:
        return
    own = groups[-1].nodes[-1].y + ROW
    gap = max(0.0, height - own) / len(groups)
    for number, group in enumerate(groups):
        group.y += gap * (number + 0.5)
        for node in group.nodes:
            node.y += gap * (number + 0.5)


def _ties(nodes: dict[str, Node], chosen: Node | None) -> Iterator[Tie]:
    for key, node in nodes.items():
        document = node.document
        if not isinstance(document, Recipe):
            continue
        for other in (f"{document.owner}/{metric}" for metric in document.metrics):
            if other in nodes:
                yield Tie(_across(node.y, nodes[other].y), key, other, chosen in (node, nodes[other]))
        for other in (f"{document.owner}/{recipe}" for recipe in document.related):
            if other in nodes and key < other:  # related recipes name each other
                near = chosen in (node, nodes[other])
                yield Tie(_bow(node.y, nodes[other].y), key, other, near, bow=True)


def _across(start: float, end: float) -> str:
    return f"M{LEFT + 8} {start:g}C{LEFT + TURN} {start:g} {RIGHT - TURN} {end:g} {RIGHT - 8} {end:g}"


def _bow(start: float, end: float) -> str:
    """An arc on the left edge of the ties: from one recipe to another."""
    reach = LEFT + 24 + BOW * min(1, abs(end - start) / 240)
    return f"M{LEFT + 8} {start:g}C{reach:g} {start:g} {reach:g} {end:g} {LEFT + 8} {end:g}"
