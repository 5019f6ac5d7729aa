"""Where in a document a citation points: the names that judged conversations use for sections."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cookbook_search.parse import Section, sections
from cookbook_search.types import AnyDocument, Citation, Recipe

STEPS = "steps"
_HEADINGS: Mapping[str, frozenset[str]] = {
    "problem": frozenset({"Pulma", "Mitä mittari kertoo"}),
    "when": frozenset({"Milloin käytät", "Mihin se sopii", "Mitä mittari kertoo"}),
    "ingredients": frozenset({"Ainekset", "Tarvitset", "Mittausväli ja vastuu"}),
    "measuring": frozenset(
        {"Näin mittaat", "Laskentakaava", "Mittausväli ja vastuu", "Lähtötaso ja tavoite"}
    ),
    "pitfalls": frozenset({"Sudenkuopat", "Vinkit", "Tulkinta ja sudenkuopat"}),
    "small": frozenset({"Pieni kaupunki"}),
    "several": frozenset({"Useita kaupunkeja"}),
    "no-money": frozenset({"Ei rahaa"}),
    "example": frozenset({"Kuvitteellinen esimerkki", "Laskentakaava"}),
    "formula": frozenset({"Laskentakaava"}),
    "data": frozenset({"Aineisto ja lähde"}),
    "frequency": frozenset({"Mittausväli ja vastuu"}),
    "target": frozenset({"Lähtötaso ja tavoite"}),
}
_STEP_HEADINGS = frozenset({"Työvaiheet", "Vaiheet"})
_TEMPLATE = "kopioi"
_STEP = re.compile(r"step:\d+")


def is_known(name: str) -> bool:
    """Whether sections have this name."""
    return name in _HEADINGS or name in {"any", "summary", "template", STEPS} or bool(_STEP.fullmatch(name))


class Places:
    """The sections of a snapshot's documents, by document and anchor."""

    def __init__(self, documents: tuple[AnyDocument, ...]) -> None:
        self._sections = {
            (document.owner, document.id): {section.anchor: section for section in sections(document.body)}
            for document in documents
        }
        self._metrics = {
            document.id: frozenset(document.metrics) for document in documents if isinstance(document, Recipe)
        }

    def belongs(self, citation: Citation, wanted: tuple[str, ...], names: tuple[str, ...]) -> bool:
        """Whether it cites one of the documents, or, asked how to measure, a metric that they recommend."""
        if citation.id in wanted:
            return True
        return "measuring" in names and any(citation.id in self._metrics.get(one, ()) for one in wanted)

    def has(self, document_id: str, names: tuple[str, ...]) -> bool:
        """Whether a document of this id has one of the sections, or none is asked for."""
        held = [s for (_, one), found in self._sections.items() if one == document_id for s in found.values()]
        return not names or any(_is(section, name) for section in held for name in names)

    def is_in(self, citation: Citation, names: tuple[str, ...]) -> bool:
        """Whether it points into one of the sections of these names."""
        if "summary" in names and not citation.anchor:
            return True
        if "measuring" in names and citation.kind == "metric":
            return True
        section = self._sections.get((citation.owner, citation.id), {}).get(citation.anchor)
        return section is not None and any(_is(section, name) for name in names)


def _is(section: Section, name: str) -> bool:
    if name == "any":
        return True
    if name == STEPS:
        return section.headings[0] in _STEP_HEADINGS
    if name.startswith("step:"):
        return section.headings[0] in _STEP_HEADINGS and section.heading.startswith(f"{name[5:]}. ")
    if name == "template":
        return any(token.type == "fence" and token.info.startswith(_TEMPLATE) for token in section.tokens)
    return section.heading in _HEADINGS.get(name, ())
