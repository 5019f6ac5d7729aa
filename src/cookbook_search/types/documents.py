"""What the cookbook holds: recipes, methods, metrics and their vocabulary.

Frozen pydantic models, because front matter is written by people and must be checked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")
Kind = Literal["recipe", "method", "metric"]
KINDS: tuple[Kind, ...] = ("recipe", "method", "metric")
Phase = Literal[
    "tunnista", "kaynnista", "sitouta", "orkestroi", "kehita", "rahoita", "kasvata", "mittaa", "uudista"
]
PHASES: tuple[Phase, ...] = (
    "tunnista", "kaynnista", "sitouta", "orkestroi", "kehita", "rahoita", "kasvata", "mittaa", "uudista"
)  # fmt: skip
Level = Literal["panos", "tuotos", "tulos", "vaikuttavuus"]
LEVELS: tuple[Level, ...] = ("panos", "tuotos", "tulos", "vaikuttavuus")

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
OwnerName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-zÀ-ÖØ-öø-ž0-9][A-Za-zÀ-ÖØ-öø-ž0-9 .,&()'’-]*$", max_length=60)
]
"""Latin letters alone: two names that look the same are the same."""
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s]+$", max_length=500)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=r"^[^\n]*\S[^\n]*$")]


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Localised(Model):
    """One text in the three languages."""

    fi: Line
    sv: Line
    en: Line

    def __getitem__(self, language: Language) -> str:
        return str(getattr(self, language))


class Phrasings(Model):
    """Ways in which people put one problem, by language."""

    fi: tuple[Line, ...] = ()
    sv: tuple[Line, ...] = ()
    en: tuple[Line, ...] = ()

    def __getitem__(self, language: Language) -> tuple[str, ...]:
        phrasings: tuple[str, ...] = getattr(self, language)
        return phrasings


class Source(Model):
    """A published work that a document leans on."""

    title: Line
    author: Line
    year: int = Field(ge=1900, le=2100)
    url: WebAddress


class Effort(Model):
    """What using a recipe takes."""

    people: int = Field(ge=1, le=100)
    """How many people work on it."""
    weeks: int = Field(ge=1, le=260)
    """Weeks from the start to the first result."""
    euros: Annotated[str, StringConstraints(pattern=r"^\d+(-\d+)?$")]
    """Euros without salaries: a number or a range, ``0-2000``."""


class Document(Model):
    """What recipes, methods and metrics share: front matter, then the Markdown body."""

    id: Slug
    """Stem of the file; never changes."""
    kind: Kind
    plain: bool = False
    """A page of plain Markdown: it promises neither the headings nor the fields of a cookbook."""
    language: Language = "fi"
    """Language of the body; of a plain page, of its title and summary too."""
    title: Localised
    summary: Localised
    """One or two sentences in plain language."""
    problems: Phrasings
    """The problem in the words of those who have it."""
    tags: tuple[Slug, ...]
    """Ids of the closed vocabulary; at least one, but for a plain page."""
    related: tuple[Slug, ...] = ()
    """Documents of the same kind; mutual."""
    sources: tuple[Source, ...] = ()
    updated: dt.date
    owner: Line
    """The city whose cookbook this is."""

    body: str = Field(default="", exclude=True)
    """Markdown under the front matter."""
    body_line: int = Field(default=1, exclude=True)
    """Line of the file on which the body begins, from 1."""
    path: str = Field(default="", exclude=True)
    """File, relative to its corpus."""
    digest: str = Field(default="", exclude=True)
    """SHA-256 of everything the document was read from."""
    questions: Phrasings = Field(default=Phrasings(), exclude=True)
    """Further phrasings that only the index sees."""
    statements: tuple[Localised, ...] = Field(default=(), exclude=True)
    """What the document says, in key sentences of the three languages; no page shows them."""
    guest: bool = Field(default=False, exclude=True)
    """Whether it is of another city than the first corpus; then its address names the owner."""
    licence: str = Field(default="", exclude=True)
    """That of its cookbook, see ``Imprint``; empty: not told."""

    @field_validator("tags")
    @classmethod
    def _tagged(cls, tags: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not tags and not info.data.get("plain"):
            raise ValueError("a document needs at least one tag")
        return tags

    @property
    def key(self) -> str:
        """Unique over all corpora: ``owner/id``."""
        return f"{self.owner}/{self.id}"


class Recipe(Document):
    """What to do about a problem."""

    kind: Literal["recipe"]
    phase: Phase
    effort: Effort
    prerequisites: tuple[Slug, ...] = ()
    """Recipes to be done first."""
    methods: tuple[Slug, ...] = ()
    metrics: tuple[Slug, ...] = ()


class Method(Document):
    """A working technique that recipes use."""

    kind: Literal["method"]
    effort: Effort | None = None


class Metric(Document):
    """How to see that it worked."""

    kind: Literal["metric"]
    level: Level
    unit: Line
    formula: Line
    direction: Literal["up", "down", "balance"]
    """The way in which a change is good."""
    data_source: Localised
    frequency: Localised


AnyDocument = Recipe | Method | Metric


class Tag(Model):
    """A word of the closed vocabulary."""

    id: Slug
    fi: Line
    sv: Line
    en: Line

    def __getitem__(self, language: Language) -> str:
        return str(getattr(self, language))


class Term(Model):
    """Words that people use for one thing; search takes them for each other's synonyms."""

    id: Slug
    fi: tuple[Line, ...]
    sv: tuple[Line, ...]
    en: tuple[Line, ...]


class Vocabulary(Model):
    """The words of the cookbook, ``sanasto.yaml``."""

    tags: tuple[Tag, ...] = ()
    terms: tuple[Term, ...] = ()
    words: tuple[Line, ...] = ()
    """Words that spell checking accepts though the dictionary does not know them."""


class Imprint(Model):
    """Whose cookbook it is and on what terms, ``keittokirja.yaml``."""

    owner: OwnerName
    """The city; every document of the corpus names it."""
    name: Localised
    licence: Line | None = None
    """SPDX identifier (``CC-BY-4.0``), or the terms in words; None: not told."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s]+$", max_length=500)] | None = (
        None
    )
    """Where the owner tells of it."""
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d{1,4})?$")] | None = None
    """A day, and a number where a day has several: ``2026-11-24.2``; None: that of the newest document."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything read from the corpus folders."""

    documents: tuple[AnyDocument, ...]
    vocabulary: Vocabulary
    digest: str
    """SHA-256 over all files."""
    outside: Phrasings = field(default_factory=Phrasings)
    """Examples of questions that the cookbook does not answer."""
    imprints: tuple[Imprint, ...] = ()
    """Of those corpora that have one, in their order."""
