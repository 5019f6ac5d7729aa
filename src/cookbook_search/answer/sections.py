"""The sides of a document, each told in a block or two: steps, measuring, pitfalls, effort, variations."""

from __future__ import annotations

from collections.abc import Sequence

from cookbook_search.answer.asking import Ask
from cookbook_search.answer.outline import (
    EXAMPLE,
    INGREDIENTS,
    MEASURING,
    METHOD_NEEDS,
    METHOD_TIPS,
    METHOD_USE,
    METRIC_DATA,
    METRIC_FORMULA,
    METRIC_MEANING,
    METRIC_PITFALLS,
    METRIC_RHYTHM,
    METRIC_TARGET,
    NO_MONEY,
    PITFALLS,
    PROBLEM,
    SEVERAL_CITIES,
    SMALL_CITY,
    SOURCES,
    WHEN,
    Outline,
    Part,
    Step,
    sentences,
)
from cookbook_search.answer.writer import Writer
from cookbook_search.types import Metric

STEPS = 6
"""Steps told one by one in an overview; the rest are named in one line."""
FACTS_LENGTH = 60
"""Characters of who and how long in an overview; of what is longer only who is told."""
WORKED_EXAMPLE = "Laskuesimerkki"
LONG = 5
"""Sentences of prose told of one section."""
VARIATIONS: dict[Ask, str] = {
    "no_money": NO_MONEY, "small_city": SMALL_CITY, "several_cities": SEVERAL_CITIES
}  # fmt: skip
Blocks = list[str]


def steps(write: Writer, told: Outline, most: int = STEPS) -> Blocks:
    """The steps with who and how long; what is over ``most`` in one line."""
    if not told.steps:
        return []
    if not write.finnish:
        return _steps_rendered(write, told, most)
    shown = told.steps if len(told.steps) <= most else told.steps[: most - 1]
    lines = [write.heading("steps")]
    lines += [f"{step.number}. {_step_line(step)} {write.cite_step(told, step)}" for step in shown]
    blocks = ["\n".join(lines)]
    if rest := told.steps[len(shown) :]:
        titles = ", ".join(_lowered(step.title) for step in rest)
        key = "more_step" if len(rest) == 1 else "more_steps"
        marks = "".join(write.cite_step(told, step) for step in rest)
        blocks.append(f"{write.say(key, first=rest[0].number, last=rest[-1].number, titles=titles)} {marks}")
    return blocks


def _steps_rendered(write: Writer, told: Outline, most: int) -> Blocks:
    """The steps in another language: a statement of each; its Finnish title where there is none."""
    lines = [write.heading("steps")]
    for found in told.steps[:most]:
        rendered = write.library.rendered(told.document, found.part)
        if rendered:
            [line] = write.lines(told.document, found.part, [[rendered[0].quote]])
        else:
            title = f"{write.say('quoted', text=found.title)} ({write.say('in_finnish')})"
            line = f"{title} {write.cite_step(told, found)}"
        lines.append(f"{found.number}. {line}")
    return ["\n".join(lines)]


def step(write: Writer, told: Outline, number: int) -> Blocks:
    """One step in full: who, how long and output, then what is done."""
    found = told.steps[number - 1]
    document = told.document
    title = found.title if write.finnish else write.say("quoted", text=found.title)
    blocks = [write.heading("step", number=found.number, title=title)]
    if not write.finnish:
        if rendered := write.library.rendered(document, found.part):
            blocks.append(" ".join(write.lines(document, found.part, [[each.quote] for each in rendered])))
        blocks.append(write.heading("original", foreign=True))
    if found.facts:
        blocks.append(write.quote(document, found.part, found.facts))
    prose, template = _before_template(write, told, found)
    blocks += [write.quote(document, found.part, line) for line in prose]
    if template:
        said = write.say("step_template", name=template)
        blocks.append(f"{said} {write.cite(document, found.part, template)}")
    return blocks


def measures(write: Writer, told: Outline, most: int = 4, whole: bool = True) -> Blocks:
    """How a recipe is measured: its metrics, each with when and how; of a metric its formula."""
    if isinstance(told.document, Metric):
        return formula(write, told) + rhythm(write, told)
    part = told.part(MEASURING)
    if part is None or not part.items:
        return []
    lines = [write.heading("measures")]
    metrics = write.library.named_by(told.document, "metrics")
    for item in part.items[:most]:
        spoken = sentences(item) if whole else sentences(item)[:1]
        metric = next((m for m in metrics if item.startswith(m.title.fi)), None)
        lines.append(
            f"- {_measure(write, told, part, spoken, metric if isinstance(metric, Metric) else None)}"
        )
    return ["\n".join(lines)]


def formula(write: Writer, told: Outline, whole: bool = True) -> Blocks:
    """How a metric is calculated; ``whole`` adds what counts and the worked example."""
    part = told.part(METRIC_FORMULA)
    if part is None or not isinstance(told.document, Metric):
        return []
    document = told.document
    heading = write.heading("formula", foreign=not write.finnish)
    blocks = [f"{heading}: {write.quote(document, part, part.lines[0])}"]
    if whole:
        worked = [line for line in part.lines[1:] if line.startswith(WORKED_EXAMPLE)]
        rest = [line for line in part.lines[1:] if line not in worked]
        blocks += [write.quote(document, part, *sentences(line)[:3]) for line in rest[:1]]
        blocks += [write.quote(document, part, line) for line in worked[:1]]
    return blocks


def target(write: Writer, told: Outline, most: int = LONG) -> Blocks:
    """Baseline and target of a metric, in so many sentences."""
    part = told.part(METRIC_TARGET)
    if part is None:
        return []
    heading = write.heading("target", foreign=write.foreign(told.document, part))
    first, *rest = _whole(write, told, part, most)
    return [f"{heading}: {first}", *rest]


def rhythm(write: Writer, told: Outline) -> Blocks:
    """How often a metric is measured and from what, in the language of the question."""
    metric = told.document
    if not isinstance(metric, Metric):
        return []
    language = write.say.language
    text = write.say("rhythm", frequency=metric.frequency[language], source=metric.data_source[language])
    part = told.part(METRIC_RHYTHM)
    mark = write.cite(metric, part, sentences(part.lines[0])[0]) if part else write.cite(metric, None, text)
    return [f"{text} {mark}"]


def data(write: Writer, told: Outline) -> Blocks:
    """Where the figures of a metric come from."""
    return rhythm(write, told) + _prose(write, told, "data", METRIC_DATA)


def pitfalls(write: Writer, told: Outline, most: int = 4) -> Blocks:
    """The usual mistakes, each with its remedy."""
    part = told.part(PITFALLS, METRIC_PITFALLS, METHOD_TIPS)
    if part is None or not part.items:
        return []
    key = "tips" if part.heading == METHOD_TIPS else "pitfalls"
    heading = write.heading(key, foreign=write.foreign(told.document, part))
    lines = write.lines(told.document, part, [[item] for item in part.items[:most]])
    return ["\n".join([heading, *(f"- {line}" for line in lines)])]


def pitfall(write: Writer, told: Outline) -> Blocks:
    """The first pitfall in one line."""
    part = told.part(PITFALLS)
    if part is None or not part.items:
        return []
    heading = write.heading("pitfall", foreign=write.foreign(told.document, part))
    [line] = write.lines(told.document, part, [[part.items[0]]])
    return [f"{heading}: {line}"]


def effort(write: Writer, told: Outline, whole: bool = True) -> Blocks:
    """Weeks, people and euros in one sentence; ``whole`` adds the cookbook's own lines."""
    needed = getattr(told.document, "effort", None)
    part = told.part(INGREDIENTS, METHOD_NEEDS)
    if part is None:
        return rhythm(write, told)
    blocks = []
    if needed is not None:
        quote = next((item for item in part.items if item.startswith("Aika")), part.lines[0])
        blocks.append(f"{write.say.effort(needed)} {write.cite(told.document, part, quote)}")
    if whole or needed is None:
        lines = part.items[:3] or part.lines[:2]
        heading = write.heading("ingredients", foreign=not write.finnish)
        told_lines = [f"- {write.quote(told.document, part, line)}" for line in lines]
        blocks.append("\n".join([heading, *told_lines]))
    return blocks


def variation(write: Writer, told: Outline, ask: Ask) -> Blocks:
    """What changes in a small city, with several cities or without money."""
    part = told.part(VARIATIONS[ask])
    if part is None:
        return []
    heading = write.heading(ask, foreign=write.foreign(told.document, part))
    return [f"{heading}: " + "\n\n".join(_whole(write, told, part))]


def example(write: Writer, told: Outline) -> Blocks:
    """The invented example; of a metric the worked one."""
    part = told.part(EXAMPLE)
    if part is None:
        return formula(write, told)
    return [write.heading("example", foreign=write.foreign(told.document, part)), *_whole(write, told, part)]


def start(write: Writer, told: Outline) -> Blocks:
    """What to do first: what must be done before, then the first step."""
    blocks = [
        write.say("before", title=write.title(other)) + " " + write.summary(other, 1)
        for other in write.library.named_by(told.document, "prerequisites")[:1]
    ]
    return blocks + (step(write, told, 1) if told.steps else [])


def when(write: Writer, told: Outline) -> Blocks:
    """When to use it and when not."""
    part = told.part(WHEN, METHOD_USE, METRIC_MEANING)
    if part is None:
        return []
    heading = write.heading("when", foreign=write.foreign(told.document, part))
    if not part.items:
        return [heading, *_whole(write, told, part)]
    lines = write.lines(told.document, part, [[item] for item in part.items])
    return ["\n".join([heading, *(f"- {line}" for line in lines)])]


def why(write: Writer, told: Outline) -> Blocks:
    """What the problem looks like and what it comes from."""
    return _prose(write, told, "why", PROBLEM, METHOD_USE, METRIC_MEANING)


def sources(write: Writer, told: Outline) -> Blocks:
    """The published works that the document leans on."""
    part = told.part(SOURCES)
    if part is None:
        return []
    lines = [
        f"- {source.author} ({source.year}): {source.title} {write.cite(told.document, part, source.title)}"
        for source in told.document.sources
        if any(source.title in line for line in part.lines)
    ]
    return ["\n".join([write.heading("sources"), *lines])] if lines else []


def compared(write: Writer, several: Sequence[Outline]) -> Blocks:
    """Documents side by side: what for, when, how long and how much."""
    blocks = [write.say("compare")]
    for told in several:
        document = told.document
        lines = [f"{write.title(document)}: {write.summary(document, 1)}"]
        part = told.part(WHEN, METHOD_USE, METRIC_MEANING)
        if part is not None and write.finnish:
            quote = part.items[0] if part.items else sentences(part.lines[0])[0]
            lines.append(f"- {write.quote(document, part, quote)}")
        lines += [f"- {line}" for line in (effort(write, told, whole=False) or rhythm(write, told))]
        if told.steps:
            begins = write.say("begins", step=_lowered(told.steps[0].title))
            lines.append(f"- {begins} {write.cite_step(told, told.steps[0])}")
        blocks.append("\n".join(lines))
    return blocks


def _prose(write: Writer, told: Outline, key: str, *headings: str) -> Blocks:
    part = told.part(*headings)
    if part is None:
        return []
    return [write.heading(key, foreign=write.foreign(told.document, part)), *_whole(write, told, part)]


def _whole(write: Writer, told: Outline, part: Part, most: int = LONG) -> Blocks:
    """A section's paragraphs, up to so many sentences."""
    left = most
    quotes: list[list[str]] = []
    for line in part.lines:
        spoken = sentences(line)[:left]
        left -= len(spoken)
        if spoken:
            quotes.append(spoken)
    return write.lines(told.document, part, quotes)


def _step_line(found: Step) -> str:
    facts = ", ".join(fact for fact in (found.who, found.duration) if fact)
    if not facts:
        return found.title
    return f"{found.title} ({facts if len(facts) <= FACTS_LENGTH else found.who})"


def _before_template(write: Writer, told: Outline, found: Step) -> tuple[tuple[str, ...], str]:
    """The paragraphs of a step before its template, and the template's name."""
    names = [template.name for template in write.library.templates(told.document)]
    for at, line in enumerate(found.text):
        if line in names:
            return found.text[:at], line
    return found.text, ""


def _measure(write: Writer, told: Outline, part: Part, spoken: Sequence[str], metric: Metric | None) -> str:
    if write.finnish or metric is None:
        return write.quote(told.document, part, *spoken)
    language = write.say.language
    text = write.say(
        "frequency", title=metric.title[language], frequency=_lowered(metric.frequency[language])
    )
    return f"{text} {write.cite(told.document, part, *spoken)}"


def _lowered(text: str) -> str:
    """Small first letter, but abbreviations stay."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
