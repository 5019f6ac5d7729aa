"""Every error the package raises on purpose, and what each asks of the reader.

CookbookError
├── SettingsError          a setting or an argument cannot be used
├── CorpusError            documents are faulty: holds every fault with file and line
├── QueryError             a query cannot be searched with (empty, too long, not text)
├── DocumentNotFound       no document has this id
├── ConversationNotFound   the server keeps no conversation with this id, or no longer
├── SnapshotError
│   ├── NoSnapshot         nothing has been indexed yet
│   ├── SnapshotDamaged    a file is missing, torn or altered
│   ├── SnapshotMismatch   built with another model, analyzer or format
│   ├── BuildRunning       another build holds the lock
│   └── IndexUnreachable   the Milvus that keeps the index does not answer
├── LanguageModelError     the language model is dead, slow or cannot be understood
├── ModelError             an embedding model is missing, damaged or of another shape
├── EvaluationError        judged queries cannot be read
├── PackError              a pack or a guest's folder cannot be made, used or added
│   └── PackUntrusted      it is signed by nobody, or by a key that is not trusted here
├── PlanNotFound           no plan is stored behind this link
├── PlanConflict           somebody else has saved the plan since it was read
├── MeasurementError       measurements cannot be stored: holds every fault
├── KeyNotFound            no API key has this id, or none that can be used so
├── SignInFailed           the identity provider's answer cannot be trusted
├── ProviderAway           the identity provider does not answer
├── StoreError             the database cannot be reached, read or written
├── PrintError             a page cannot be printed here
└── PublishError           a site cannot be written

A message is one sentence a person can act on; it says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass


class CookbookError(Exception):
    """Base of every error raised on purpose; its text is fit to show to a user."""


class SettingsError(CookbookError):
    """A setting or an argument cannot be used."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in the corpus."""

    path: str
    """File, relative to the corpus."""
    line: int
    """Line in the file, from 1."""
    rule: str
    """Short name of the rule, for example ``schema`` or ``dangling-id``."""
    message: str
    """What is wrong and what to do, in one sentence."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


class CorpusError(CookbookError):
    """Documents are faulty; ``faults`` holds all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        shown = "\n".join(str(fault) for fault in self.faults[:20])
        rest = len(self.faults) - 20
        more = f"\n... and {rest} more" if rest > 0 else ""
        super().__init__(
            f"The corpus has {len(self.faults)} fault(s); mend them and run `cookbook check`:\n{shown}{more}"
        )


class QueryError(CookbookError):
    """A query cannot be searched with."""


class DocumentNotFound(CookbookError):
    """No document has this id."""


class ConversationNotFound(CookbookError):
    """The server keeps no conversation with this id, or no longer."""


class SnapshotError(CookbookError):
    """The index on disk cannot be used."""


class NoSnapshot(SnapshotError):
    """Nothing has been indexed yet."""


class SnapshotDamaged(SnapshotError):
    """A file of the snapshot is missing, torn or altered."""


class SnapshotMismatch(SnapshotError):
    """The snapshot was built with another model, analyzer or format."""


class BuildRunning(SnapshotError):
    """Another build holds the lock of this index."""


class IndexUnreachable(SnapshotError):
    """The Milvus that keeps the index does not answer, or not in time."""


class ModelError(CookbookError):
    """An embedding model is missing, damaged or of another shape."""


class LanguageModelError(CookbookError):
    """The language model is dead, slow or cannot be understood."""


class EvaluationError(CookbookError):
    """Judged queries cannot be read."""


class PackError(CookbookError):
    """A pack or a guest's folder cannot be made, used or added; nothing was changed."""


class PackUntrusted(PackError):
    """A pack is signed by nobody, or by a key that is not trusted here."""


class PlanNotFound(CookbookError):
    """No plan is stored behind this link."""


class PlanConflict(CookbookError):
    """Somebody else has saved the plan since it was read; nothing was overwritten."""


_MEASUREMENT_FAULTS = {
    "csv": "The file is not CSV: a quotation mark is not closed or stands in the middle.",
    "lines": "The file has more than {value} lines; send fewer at a time.",
    "heading": "Line 1: the heading lacks {value}. Begin with `metric;date;value;note`.",
    "empty": "The file has no values under its heading.",
    "metric": "Line {line} names `{value}`, which is not a metric of this plan.",
    "day": "Line {line} has no date in `{value}`; write 2027-03-31 or 31.3.2027.",
    "number": "Line {line} has no number in `{value}`; write for example 12,5.",
    "twice": "Line {line} gives `{value}` a second value for one day.",
    "cells": "Line {line} has more cells than the heading; is there a comma in a number?",
    "note": "Line {line} has a note of more than {value} characters.",
    "more": "... and {value} more.",
}


@dataclass(frozen=True, slots=True)
class MeasurementFault:
    """One thing wrong with measurements; surfaces tell it in the reader's language by its rule."""

    rule: str
    value: str = ""
    """What stands there, or the limit."""
    line: int = 0
    """Line of the file, from 1; 0: not of a file."""

    def __str__(self) -> str:
        text = _MEASUREMENT_FAULTS[self.rule].format(line=self.line, value=self.value)
        return text if self.line else text.replace("Line 0", "A value")


class MeasurementError(CookbookError):
    """Measurements cannot be stored; ``faults`` holds every fault. Nothing was stored."""

    def __init__(self, faults: list[MeasurementFault]) -> None:
        self.faults = faults
        super().__init__("Nothing was stored. " + " ".join(map(str, faults)))


class KeyNotFound(CookbookError):
    """No API key has this id, or none that can be used so."""


class SignInFailed(CookbookError):
    """The identity provider's answer cannot be trusted, or it says no."""


class ProviderAway(CookbookError):
    """The identity provider does not answer."""


class StoreError(CookbookError):
    """The database cannot be reached, read or written."""


class PrintError(CookbookError):
    """A page cannot be printed here."""


class PublishError(CookbookError):
    """A site cannot be written; what stood there stays."""
