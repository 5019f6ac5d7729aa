"""Judgements as JSON lines."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cookbook_search.errors import EvaluationError

M = TypeVar("M", bound=BaseModel)


def read_lines(path: Path, model: type[M], named: str, what: str) -> list[M]:
    """Read a model a line; its field ``named`` must be unique. ``what`` they are, for the errors.

    Raises EvaluationError naming the line that cannot be used.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"The judged {what} {path} cannot be read: {error}") from error
    read: list[M] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                read.append(model.model_validate_json(line))
            except ValidationError as error:
                raise EvaluationError(
                    f"{path}:{number}: {error.errors()[0]['msg']}; mend the line."
                ) from error
    if len({getattr(one, named) for one in read}) != len(read):
        raise EvaluationError(f"{path}: a {named} stands twice; make them unique.")
    if not read:
        raise EvaluationError(f"{path} holds no {what}.")
    return read
