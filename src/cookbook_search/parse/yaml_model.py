"""YAML written by people -> models, with the line of each fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, RootModel, ValidationError

from cookbook_search.errors import Fault

MAX_YAML_DEPTH = 20
READER_FIELDS = frozenset(
    {"body", "body_line", "path", "digest", "questions", "statements", "guest", "licence"}
)
"""Fields of a document that its reader fills in."""
M = TypeVar("M", bound=BaseModel)


def validated(
    model: type[M], text: str, name: str, first_line: int, extra: dict[str, Any]
) -> tuple[M | None, list[Fault]]:
    """Parse YAML and check it against the model, with the line of each fault."""
    try:
        node, values = load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be parsed"
        line = first_line + (mark.line if mark else 0)
        return None, [
            Fault(name, line, "yaml", f"The YAML is broken ({problem}); quote texts that hold `:` or `#`.")
        ]
    wanted, told = (list, "a list") if issubclass(model, RootModel) else (dict, "keys and values")
    if not isinstance(values, wanted) or node is None:
        return None, [Fault(name, first_line, "yaml", f"The YAML must be {told}.")]
    faults = [
        Fault(name, first_line, "schema", f"The key `{key}` is not allowed; remove it.")
        for key in values
        if extra and key in READER_FIELDS
    ]
    faults += [
        Fault(name, first_line + line, "schema", f"The key `{key}` stands twice; keep one.")
        for key, line in _repeated_keys(node)
    ]
    if faults:
        return None, faults
    try:
        return model.model_validate(values | extra if isinstance(values, dict) else values), []
    except ValidationError as error:
        return None, [
            Fault(name, first_line + _line_of(node, fault["loc"]), "schema",
                  f"`{'.'.join(str(part) for part in fault['loc'])}`: {fault['msg']}.")
            for fault in error.errors()
        ]  # fmt: skip


def load_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    """Nodes and values. Raises YAMLError also for what would overwhelm the loader, and for no dates."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent) or depth > MAX_YAML_DEPTH:
            problem = "aliases are not allowed" if depth <= MAX_YAML_DEPTH else "it is nested too deep"
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    try:
        return node, yaml.load(text, Loader=yaml.CSafeLoader)
    except ValueError as error:  # a date or number that looks right and is not: 2026-02-30
        mark = next((s.start_mark for s in _scalars(node) if not _is_constructible(s)), None)
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=mark) from error


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in child if isinstance(child, tuple) else (child,):
            yield from _scalars(inner)


def _is_constructible(node: yaml.ScalarNode) -> bool:
    try:
        yaml.CSafeLoader("").construct_object(node)
    except ValueError:
        return False
    return True


def _repeated_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line
            seen.add(key.value)
            yield from _repeated_keys(value)


def _line_of(node: yaml.Node, location: Sequence[int | str]) -> int:
    """Line, from 0, of the deepest node on the way to ``location``."""
    line = 0
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line
