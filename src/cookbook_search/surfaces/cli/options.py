"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CorpusOption = Annotated[list[Path] | None, typer.Option("--corpus", help="Corpus folder; may be repeated.")]
IndexOption = Annotated[
    str | None, typer.Option("--index", help="Folder of the snapshots, or milvus://host:port/name.")
]


class LanguageChoice(StrEnum):
    """Languages of queries."""

    fi = "fi"
    sv = "sv"
    en = "en"
