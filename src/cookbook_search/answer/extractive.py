"""The embedded answerer: short answers made of the cookbook's own sentences and structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cookbook_search.answer.citations import Ledger, unmarked
from cookbook_search.answer.library import Library
from cookbook_search.answer.outline import (
    INGREDIENTS,
    MEASURING,
    METHOD_NEEDS,
    METRIC_FORMULA,
    METRIC_TARGET,
    PITFALLS,
    Outline,
    Step,
    sentences,
)
from cookbook_search.answer.wording import Wording
from cookbook_search.types import AnyDocument, Citation, Hit, Metric, SearchResult

STEPS = 6
"""Steps told one by one; the rest are named in one line."""
MEASURES = 2
SECOND_LEAST = 0.2
"""A second document at least this probable is mentioned too."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is sent."""

    blocks: tuple[str, ...]
    """Markdown blocks; an empty line stands between them."""
    citations: tuple[Citation, ...]
    suggestions: tuple[str, ...]
    refused: bool = False


class Extractive:
    """Composes answers from one snapshot."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def overview(self, result: SearchResult, say: Wording) -> Draft:
        """What to do about a problem: the best document, told short."""
        if not result.answerable or not (result.recipes or result.metrics):
            return refusal(result, say)
        ledger = Ledger(result.language)
        hits: Sequence[Hit] = result.recipes
        best: AnyDocument = hits[0].document if hits else result.metrics[0].document
        told = self._library.outline(best.key)
        blocks = [_lead(told, say, ledger)]
        blocks += _steps(told, say, ledger)
        blocks += _metric_facts(told, say, ledger)
        blocks += self._measures(told, say, ledger)
        blocks += _pitfall(told, say, ledger)
        blocks += _effort(told, say, ledger)
        if len(hits) > 1 and hits[1].score >= SECOND_LEAST:
            other = hits[1].document
            summary = other.summary[result.language]
            mark = ledger.cite(other, None, summary)
            blocks.append(f"{say('see_also', title=other.title[result.language], summary=summary)} {mark}")
        return Draft(tuple(blocks), ledger.citations, _suggestions(told, say))

    def _measures(self, told: Outline, say: Wording, ledger: Ledger) -> list[str]:
        part = told.part(MEASURING)
        if part is None or not part.items:
            return []
        lines = [say("measures")]
        for item in part.items[:MEASURES]:
            quote = sentences(item)[0]
            lines.append(f"- {self._measure(told, quote, say)} {ledger.cite(told.document, part, quote)}")
        return ["\n".join(lines)]

    def _measure(self, told: Outline, quote: str, say: Wording) -> str:
        """The cookbook's words in Finnish; elsewhere the metric's title and rhythm in that language."""
        if say.language == "fi":
            return unmarked(quote)
        for metric_id in getattr(told.document, "metrics", ()):
            metric = self._library.find(metric_id, told.document.owner, "metric")
            if isinstance(metric, Metric) and quote.startswith(metric.title.fi):
                return say(
                    "frequency", title=metric.title[say.language], frequency=metric.frequency[say.language]
                )
        return f"”{unmarked(quote)}”"


def refusal(result: SearchResult, say: Wording) -> Draft:
    """A friendly no: what the cookbook can do, and the nearest topics."""
    blocks = [say("refusal")]
    if result.suggestions:
        blocks.append("\n".join([say("nearest"), *(f"- {topic}" for topic in result.suggestions)]))
    return Draft(tuple(blocks), (), result.suggestions, refused=True)


def _lead(told: Outline, say: Wording, ledger: Ledger) -> str:
    document = told.document
    summary = document.summary[say.language]
    start = say(f"start_{document.kind}", title=document.title[say.language])
    return f"{start} {summary} {ledger.cite(document, None, summary)}"


def _steps(told: Outline, say: Wording, ledger: Ledger) -> list[str]:
    if not told.steps:
        return []
    shown = told.steps if len(told.steps) <= STEPS else told.steps[: STEPS - 1]
    lines = [say("steps")]
    lines += [f"{step.number}. {_step_line(step, say)} {_cite_step(told, step, ledger)}" for step in shown]
    blocks = ["\n".join(lines)]
    if rest := told.steps[len(shown) :]:
        titles = ", ".join(step.title[0].lower() + step.title[1:] for step in rest)
        key = "more_step" if len(rest) == 1 else "more_steps"
        line = say(key, first=rest[0].number, last=rest[-1].number, titles=titles)
        blocks.append(f"{line}. {''.join(_cite_step(told, step, ledger) for step in rest)}")
    return blocks


def _step_line(step: Step, say: Wording) -> str:
    return (
        f"{step.title} {say('step_facts', who=step.who, duration=step.duration)}" if step.who else step.title
    )


def _cite_step(told: Outline, step: Step, ledger: Ledger) -> str:
    quote = step.facts or (sentences(step.text[0])[0] if step.text else step.part.heading)
    return ledger.cite(told.document, step.part, quote)


def _metric_facts(told: Outline, say: Wording, ledger: Ledger) -> list[str]:
    if not isinstance(told.document, Metric):
        return []
    blocks = []
    for heading in (METRIC_FORMULA, METRIC_TARGET):
        if (part := told.part(heading)) and part.prose:
            quote = sentences(part.prose[0])[0]
            text = quote if say.language == "fi" else f"”{unmarked(quote)}”"
            blocks.append(f"**{part.heading}:** {unmarked(text)} {ledger.cite(told.document, part, quote)}")
    return blocks


def _pitfall(told: Outline, say: Wording, ledger: Ledger) -> list[str]:
    part = told.part(PITFALLS)
    if part is None or not part.items:
        return []
    quote = part.items[0]
    return [f"{say('pitfall', text=unmarked(quote))} {ledger.cite(told.document, part, quote)}"]


def _effort(told: Outline, say: Wording, ledger: Ledger) -> list[str]:
    effort = getattr(told.document, "effort", None)
    part = told.part(INGREDIENTS, METHOD_NEEDS)
    if effort is None or part is None or not part.items:
        return []
    quote = next((item for item in part.items if item.startswith("Aika")), part.items[0])
    return [f"{say.effort(effort)} {ledger.cite(told.document, part, quote)}"]


def _suggestions(told: Outline, say: Wording) -> tuple[str, ...]:
    if isinstance(told.document, Metric):
        return say("ask_formula"), say("ask_pitfalls")
    step = (say("ask_step", n=1),) if told.steps else ()
    return *step, say("ask_no_money"), say("ask_pitfalls")
