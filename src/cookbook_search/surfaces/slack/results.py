"""What a search found as messages of Slack: the best recipes, their metrics, their steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cookbook_search.answer.outline import outline
from cookbook_search.chunk import chunks
from cookbook_search.surfaces.slack.answers import thumbs
from cookbook_search.surfaces.slack.blocks import (
    Block,
    Note,
    actions,
    button,
    context,
    divider,
    note,
    section,
    sections,
)
from cookbook_search.surfaces.slack.mrkdwn import clip, escape
from cookbook_search.surfaces.slack.wording import Wording
from cookbook_search.surfaces.wire.documents import url_of
from cookbook_search.types import (
    KINDS,
    LANGUAGES,
    AnyDocument,
    Hit,
    Kind,
    Language,
    Metric,
    Recipe,
    SearchResult,
)

RECIPES = 3
METRICS = 4
PASSAGE = 280
QUERY = 150
ASKED = 1500
"""Characters of a question that a button carries."""
Titled = Callable[[str, str], Metric | None]
"""(id, owner) -> the metric."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A document in the value of a button, and the language it was shown in."""

    kind: Kind
    id: str
    owner: str
    language: Language

    @property
    def value(self) -> str:
        """As a button carries it."""
        return json.dumps([self.kind, self.id, self.owner, self.language])


def reference(value: str) -> Reference:
    """Read a button's value. Raises ValueError for one that we did not write."""
    kind, document_id, owner, language = json.loads(value)
    if kind not in KINDS or language not in LANGUAGES:
        raise ValueError("no reference to a document")
    return Reference(kind, str(document_id), str(owner), language)


def search_note(result: SearchResult, query_id: str, wording: Wording, metric_of: Titled) -> Note:
    """The best recipes with why, passage and metrics beside; or the nearest topics."""
    if not result.answerable or not (result.recipes or result.metrics):
        return _nothing(result, query_id, wording)
    blocks: list[Block] = [section(wording("found", query=clip(result.query, QUERY)))]
    if result.corrected:
        read = ", ".join(f"{escape(typed)} → {escape(word)}" for typed, word in result.corrected.items())
        blocks.append(context(f"{wording('corrected')} {read}"))
    for hit in result.recipes[:RECIPES]:
        blocks += [divider(), *hit_blocks(hit, result.language, wording, metric_of)]
    if not result.recipes:
        blocks += [
            divider(),
            section(metric_lines([hit.document for hit in result.metrics[:METRICS]], wording)),
        ]
    asked = clip(result.query, ASKED)
    start = button(wording.plain("chat"), "chat", asked)
    blocks += [divider(), actions([start, *thumbs(query_id, "search", wording)])]
    titles = ", ".join(escape(hit.document.title[wording.language]) for hit in result.recipes[:RECIPES])
    return Note(f"{wording('found', query=clip(result.query, QUERY))} {titles}", tuple(blocks))


def hit_blocks(
    hit: Hit, language: Language, wording: Wording, metric_of: Titled, buttons: bool = True
) -> list[Block]:
    """One recipe: title and why, passage and metrics side by side, what can be done with it."""
    document = hit.document
    about = section(f"{heading(document, wording)}\n{escape(hit.why)}")
    fields = []
    if hit.passages:
        passage = hit.passages[0]
        where = wording.link(escape(passage.heading), url_of(document, passage.anchor))
        lines = clip(passage.text, PASSAGE)
        fields.append(f"*{where}*\n{escape(lines)}")
    metrics = [m for m in (metric_of(one, document.owner) for one in hit.metrics[:METRICS]) if m]
    if metrics:
        listed = "\n".join(f"• {titled(metric, wording)}" for metric in metrics)
        fields.append(f"*{wording('measure')}*\n{listed}")
    if fields:
        about["fields"] = section("-", fields)["fields"]
    value = Reference(document.kind, document.id, document.owner, language).value
    title = document.title[wording.language]
    row = [
        button(wording.plain(key), key, value, f"{wording.plain(key)}: {title}")
        for key in ("steps", "metrics", "share")
        if key != "metrics" or metrics
    ]
    return [about, actions(row)] if buttons else [about]


def document_note(document: AnyDocument, wording: Wording, lead: str = "") -> Note:
    """A document as a card: title, summary, what it takes."""
    text = f"{heading(document, wording)}\n{escape(document.summary[wording.language])}"
    blocks = [section(f"{lead}\n{text}".strip())]
    if isinstance(document, Recipe):
        effort = document.effort
        blocks.append(
            context(
                wording(
                    "effort",
                    people=str(effort.people),
                    weeks=str(effort.weeks),
                    euros="–".join(
                        f"{int(euros):,}".replace(",", "\u00a0") for euros in effort.euros.split("-")
                    ),
                )
            )
        )
    if isinstance(document, Metric):
        blocks.append(context(f"{wording.word('metrics.formula')}: {escape(document.formula)}"))
    return Note(f"{lead} {text}".strip(), tuple(blocks))


def steps_note(document: AnyDocument, wording: Wording) -> Note:
    """The steps of a recipe or a method, each with who and how long."""
    body = [chunk for chunk in chunks(document) if chunk.kind in {"section", "step"}]
    lines = [
        f"*{step.number}. {wording.link(escape(step.title), url_of(document, step.part.anchor))}*"
        + "".join(f"\n{escape(' · '.join(facts))}" for facts in [[step.who, step.duration]] if any(facts))
        for step in outline(document, body).steps
    ]
    if not lines:
        return note(f"{heading(document, wording)}\n{wording('no_steps')}")
    text = "\n".join([heading(document, wording), *lines])
    return Note(text, tuple(sections(text)))


def metrics_note(document: AnyDocument, metrics: Sequence[Metric], wording: Wording) -> Note:
    """The metrics of a recipe, each with formula, level and interval."""
    if not metrics:
        return note(f"{heading(document, wording)}\n{wording('no_metrics')}")
    text = f"{heading(document, wording)}\n{metric_lines(metrics, wording)}"
    return Note(text, tuple(sections(text)))


def metric_lines(metrics: Sequence[Metric], wording: Wording) -> str:
    """Metrics with formula, level and interval."""
    lines = [
        f"• *{titled(metric, wording)}* ({escape(wording.word(f'level.{metric.level}').lower())})\n"
        f"   {escape(metric.formula)} · {escape(metric.frequency[wording.language])}"
        for metric in metrics
    ]
    return "\n".join([f"*{wording('measure')}*", *lines])


def heading(document: AnyDocument, wording: Wording) -> str:
    """Title as a link, with the phase of a recipe or the kind of another document."""
    kind = f"phase.{document.phase}" if isinstance(document, Recipe) else f"kind.{document.kind}"
    return f"*{titled(document, wording)}* · {escape(wording.word(kind))}"


def titled(document: AnyDocument, wording: Wording) -> str:
    """The title as a link."""
    return wording.link(escape(document.title[wording.language]), url_of(document))


def _nothing(result: SearchResult, query_id: str, wording: Wording) -> Note:
    text = wording("nothing", query=clip(result.query, QUERY))
    blocks = [section(text)]
    if result.suggestions:
        nearest = [button(one, f"search:{at}", one) for at, one in enumerate(result.suggestions[:5])]
        blocks += [section(wording("nearest")), actions(nearest)]
    blocks.append(actions(thumbs(query_id, "search", wording)))
    return Note(text, tuple(blocks))
