"""Form of one document: headings, lengths, steps, templates, citations, problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from cookbook_search.check.reading import Read
from cookbook_search.errors import Fault
from cookbook_search.parse import links, plain_text
from cookbook_search.types import LANGUAGES, Kind, Recipe

HEADINGS: dict[Kind, tuple[str, ...]] = {
    "recipe": (
        "Pulma", "Milloin käytät", "Ainekset", "Työvaiheet", "Näin mittaat", "Sudenkuopat",
        "Muunnelmat", "Kuvitteellinen esimerkki", "Lähteet",
    ),
    "method": ("Mihin se sopii", "Tarvitset", "Vaiheet", "Vinkit", "Lähteet"),
    "metric": (
        "Mitä mittari kertoo", "Laskentakaava", "Aineisto ja lähde", "Mittausväli ja vastuu",
        "Lähtötaso ja tavoite", "Tulkinta ja sudenkuopat", "Lähteet",
    ),
}  # fmt: skip
WORDS: dict[Kind, tuple[int, int]] = {"recipe": (700, 1400), "method": (400, 900), "metric": (300, 600)}
PROBLEMS: dict[Kind, tuple[int, int, int]] = {"recipe": (8, 4, 4), "method": (4, 2, 2), "metric": (4, 2, 2)}
SOURCES: dict[Kind, int] = {"recipe": 2, "method": 2, "metric": 1}
VARIATIONS = ("Pieni kaupunki", "Useita kaupunkeja", "Ei rahaa")
STEPS: dict[Kind, tuple[str, int, int]] = {"recipe": ("Työvaiheet", 4, 8), "method": ("Vaiheet", 3, 9)}
UNFINISHED = "KIRJOITA:"
"""Marks in a draft what its writer must still write; see ``cookbook gaps --draft``."""
_STEP = re.compile(r"^(\d+)\. \S")
_STEP_FACTS = re.compile(r"^Kuka: .+ · Kesto: .+ · Tuotos: \S")
_CITATION = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"[^\W_]+(?:[-–'’][^\W_]+)*")


def unfinished(read: Read) -> Iterator[Fault]:
    """A draft says what is still to be written; it must not reach readers."""
    document = read.document
    for field in ("title", "summary"):
        for language in LANGUAGES:
            if UNFINISHED in getattr(document, field)[language]:
                yield read.fault(2, "unfinished", f"`{field}.{language}` is not written yet; write it.")
    for section in read.sections:
        if UNFINISHED in section.heading or UNFINISHED in plain_text(section.tokens):
            place = " · ".join(heading for heading in section.headings)
            yield read.fault(section.line, "unfinished", f"`{place}` is not written yet; write it.")


def headings(read: Read) -> Iterator[Fault]:
    """The second-level headings are the ones of the kind, in their order, each with text."""
    wanted = list(HEADINGS[read.document.kind])
    tops = [section for section in read.sections if section.level == 2]
    found = [section.heading for section in tops]
    if found != wanted:
        missing = [heading for heading in wanted if heading not in found]
        strange = [heading for heading in found if heading not in wanted]
        told = "; ".join(
            f"{label} {', '.join(names)}"
            for label, names in (("missing", missing), ("unknown", strange))
            if names
        )
        yield read.fault(
            read.document.body_line,
            "headings",
            f"Headings must be {' · '.join(wanted)} ({told or 'wrong order'}).",
        )
    for section in read.sections:
        if section.level == 1:
            yield read.fault(
                section.line, "headings", "Remove the `#` heading; the title comes from the front matter."
            )
        if section.level == 0 and plain_text(section.tokens).strip():
            yield read.fault(
                section.line, "headings", "Text stands before the first heading; move it under one."
            )
    for section in tops:
        if not read.text(section.heading).strip():
            yield read.fault(
                section.line, "empty-section", f"The section `{section.heading}` is empty; write it."
            )


def length(read: Read) -> Iterator[Fault]:
    """The body has as many words as its kind asks for."""
    low, high = WORDS[read.document.kind]
    count = sum(len(_WORD.findall(f"{s.heading} {plain_text(s.tokens)}")) for s in read.sections)
    if not low <= count <= high:
        yield read.fault(
            read.document.body_line, "length", f"The body has {count} words; it must have {low}-{high}."
        )


def steps(read: Read) -> Iterator[Fault]:
    """Steps are numbered from 1, few enough, and each says who, how long and what comes out."""
    if read.document.kind not in STEPS:
        return
    heading, low, high = STEPS[read.document.kind]
    found = [section for section in read.under(heading) if section.level == 3]
    if not low <= len(found) <= high:
        yield read.fault(
            read.document.body_line,
            "steps",
            f"`{heading}` has {len(found)} steps; it must have {low}-{high}.",
        )
    for number, section in enumerate(found, start=1):
        match = _STEP.match(section.heading)
        if not match or int(match.group(1)) != number:
            yield read.fault(section.line, "steps", f"The heading must begin `### {number}. `.")
        if not _STEP_FACTS.match(plain_text(section.tokens)):
            yield read.fault(
                section.line, "steps", "Begin the step with **Kuka:** ... · **Kesto:** ... · **Tuotos:** ..."
            )


def variations(read: Read) -> Iterator[Fault]:
    """A recipe has its three variations, each with text."""
    if read.document.kind != "recipe":
        return
    found = {s.heading: s for s in read.under("Muunnelmat") if s.level == 3}
    for heading in VARIATIONS:
        if heading not in found or not plain_text(found[heading].tokens).strip():
            yield read.fault(
                read.document.body_line, "variations", f"Write `### {heading}` under `Muunnelmat`."
            )


def template(read: Read) -> Iterator[Fault]:
    """A recipe has a block to copy, and blocks to copy have a name."""
    fences = [(t, s) for s in read.sections for t in s.tokens if t.type == "fence"]
    for token, section in fences:
        if token.info.split(" ")[0] == "kopioi" and not token.info.partition(" ")[2].strip():
            yield read.fault(section.line, "template", "Name the block to copy: ```kopioi Name.")
    if read.document.kind == "recipe" and not any(t.info.startswith("kopioi") for t, _ in fences):
        yield read.fault(read.document.body_line, "template", "Add a ready block to copy: ```kopioi Name.")


def example(read: Read) -> Iterator[Fault]:
    """A metric shows its formula with numbers that are said to be invented."""
    if read.document.kind == "metric" and "Laskuesimerkki (keksityt luvut):" not in read.text(
        "Laskentakaava"
    ):
        yield read.fault(
            read.document.body_line, "example", "Add **Laskuesimerkki (keksityt luvut):** to `Laskentakaava`."
        )


def measures(read: Read) -> Iterator[Fault]:
    """The metrics of the front matter are those linked under `Näin mittaat`; methods are linked."""
    document = read.document
    if not isinstance(document, Recipe):
        return
    linked = read.linked_ids(("Näin mittaat",))
    for metric in document.metrics:
        if metric not in linked:
            yield read.fault(
                document.body_line, "measures", f"Link the metric `{metric}` under `Näin mittaat`."
            )
    for target, line in linked.items():
        if target not in {
            *document.metrics,
            *document.methods,
            *document.related,
            *document.prerequisites,
            document.id,
        }:
            yield read.fault(
                line,
                "measures",
                f"`{target}` is linked under `Näin mittaat` but not in the front matter's metrics.",
            )
    anywhere = read.linked_ids()
    for method in document.methods:
        if method not in anywhere:
            yield read.fault(
                document.body_line, "measures", f"Link the method `{method}` somewhere in the body."
            )


def citations(read: Read) -> Iterator[Fault]:
    """Each source is cited, each citation has its source, and `Lähteet` lists them in order."""
    sources = read.document.sources
    cited: set[int] = set()
    for section in read.sections:
        if section.headings[:1] == ("Lähteet",):
            continue
        for number in map(int, _CITATION.findall(plain_text(section.tokens))):
            cited.add(number)
            if not 1 <= number <= len(sources):
                yield read.fault(section.line, "citations", f"[{number}] has no source in the front matter.")
    for number in range(1, len(sources) + 1):
        if number not in cited:
            yield read.fault(
                read.document.body_line, "citations", f"Source {number} is never cited as [{number}]."
            )
    targets = [target for s in read.under("Lähteet") for target, _, _ in links(s.tokens) if "://" in target]
    if targets != [source.url for source in sources]:
        yield read.fault(
            read.document.body_line,
            "citations",
            "`Lähteet` must link the front matter's sources in the same order.",
        )


def enough(read: Read) -> Iterator[Fault]:
    """There are enough problems in each language and enough sources."""
    document = read.document
    for language, least in zip(LANGUAGES, PROBLEMS[document.kind], strict=True):
        count = len(document.problems[language])
        if count < least:
            yield read.fault(
                2, "problems", f"`problems.{language}` has {count} phrasings; write at least {least}."
            )
    if len(document.sources) < SOURCES[document.kind]:
        yield read.fault(
            2,
            "sources",
            f"There are {len(document.sources)} sources; cite at least {SOURCES[document.kind]}.",
        )


def repeated_problems(documents: Iterable[Read]) -> Iterator[Fault]:
    """No phrasing stands twice in the corpus, nor is it a title."""
    seen: dict[str, str] = {}
    for read in documents:
        for language in LANGUAGES:
            seen.setdefault(_plain(read.document.title[language]), f"the title of {read.document.id}")
    for read in documents:
        for language in LANGUAGES:
            for problem in read.document.problems[language]:
                where = seen.setdefault(_plain(problem), f"`problems` of {read.document.id}")
                if where != f"`problems` of {read.document.id}" or _count(read, language, problem) > 1:
                    yield read.fault(
                        2, "duplicate-problem", f"«{problem}» stands also in {where}; put it in other words."
                    )


RULES: tuple[Callable[[Read], Iterator[Fault]], ...] = (
    headings, length, steps, variations, template, example, measures, citations, enough,
)  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _count(read: Read, language: str, problem: str) -> int:
    return [_plain(other) for other in getattr(read.document.problems, language)].count(_plain(problem))
