"""One file of a corpus, with what stands beside it -> a document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, RootModel

from cookbook_search.analyze import normalise
from cookbook_search.errors import Fault
from cookbook_search.parse.files import read_text, split_front
from cookbook_search.parse.yaml_model import validated
from cookbook_search.types import (
    LANGUAGES,
    AnyDocument,
    Kind,
    Line,
    Localised,
    Method,
    Metric,
    Model,
    Phrasings,
    Recipe,
    Slug,
)

FOLDERS: dict[str, Kind] = {"reseptit": "recipe", "menetelmat": "method", "mittarit": "metric"}
QUESTIONS = "kysymykset"
STATEMENTS = "rinnakkain"
PARSE_FORMAT = 2
"""Raised whenever the same file would give another document."""

_MODELS: dict[Kind, type[Recipe | Method | Metric]] = {"recipe": Recipe, "method": Method, "metric": Metric}


def read_document(
    path: Path, root: Path, known: Mapping[str, AnyDocument] | None = None
) -> tuple[AnyDocument | None, list[Fault]]:
    """Read one file, its questions and statements; no document where a fault makes it unusable."""
    name = str(path.relative_to(root))
    text, faults = read_text(path, name)
    if text is None:
        return None, faults
    front, body, body_line = split_front(text)
    if front is None:
        return None, [
            Fault(name, 1, "front-matter", "Begin the file with front matter between two lines `---`.")
        ]
    question_text, question_faults = _read_beside(root, QUESTIONS, path.stem)
    statement_text, statement_faults = _read_beside(root, STATEMENTS, path.stem)
    faults += [*question_faults, *statement_faults]
    read = f"{PARSE_FORMAT}\0{text}\0{question_text or ''}\0{statement_text or ''}"
    digest = hashlib.sha256(read.encode()).hexdigest()
    before = (known or {}).get(digest)
    if before is not None and before.path == name and not faults:
        return before, []
    questions, question_faults = _read_questions(question_text, path.stem)
    statements, statement_faults = _read_statements(statement_text, path.stem)
    faults += [*question_faults, *statement_faults]
    kind = FOLDERS[path.parent.name]
    extra = {
        "body": body,
        "body_line": body_line,
        "path": name,
        "digest": digest,
        "questions": questions,
        "statements": statements,
    }
    document, model_faults = validated(_MODELS[kind], front, name, 2, extra)
    faults += model_faults
    if document is not None and document.id != path.stem:
        faults.append(
            Fault(name, 2, "id", f"The id `{document.id}` differs from the file name; make them equal.")
        )
        document = None
    return document, faults


def _one_line(text: object) -> object:
    return " ".join(normalise(text).split()) if isinstance(text, str) else text


class _Question(Model):
    style: str
    text: Annotated[Line, BeforeValidator(_one_line)]


class _Questions(Model):
    id: Slug
    fi: tuple[_Question, ...] = ()
    sv: tuple[_Question, ...] = ()
    en: tuple[_Question, ...] = ()


def _read_beside(root: Path, folder: str, stem: str) -> tuple[str | None, list[Fault]]:
    """Text of the document's file in a folder beside it; None where there is none."""
    path = root / folder / f"{stem}.yaml"
    if not path.is_file():
        return None, []
    return read_text(path, f"{folder}/{path.name}")


def _read_questions(text: str | None, stem: str) -> tuple[Phrasings, list[Fault]]:
    if text is None:
        return Phrasings(), []
    name = f"{QUESTIONS}/{stem}.yaml"
    read, faults = validated(_Questions, text, name, 1, {})
    if read is None:
        return Phrasings(), faults
    if read.id != stem:
        faults.append(
            Fault(name, 1, "id", f"The id `{read.id}` differs from the file name; make them equal.")
        )
    texts = {code: [question.text for question in getattr(read, code)] for code in LANGUAGES}
    return Phrasings.model_validate(texts), faults


class _Statements(RootModel[tuple[Localised, ...]]):
    pass


def _read_statements(text: str | None, stem: str) -> tuple[tuple[Localised, ...], list[Fault]]:
    if text is None:
        return (), []
    read, faults = validated(_Statements, text, f"{STATEMENTS}/{stem}.yaml", 1, {})
    return read.root if read else (), faults
