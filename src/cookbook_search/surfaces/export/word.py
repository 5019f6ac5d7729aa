"""A plan as a Word document, to be edited further."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from cookbook_search.plan import progress
from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.types.plan import KeptPlan, PlanStep

if TYPE_CHECKING:
    from docx.document import Document as DocumentType

BUSY = "0B5A6F"
_METRIC_COLUMNS = (
    "metric", "goal", "baseline", "target", "actual", "source", "frequency", "measurer"
)  # fmt: skip
_LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


def plan_docx(kept: KeptPlan, wording: Wording) -> bytes:
    """The whole plan on A4, landscape, with real headings and tables."""
    plan, t = kept.plan, wording.t
    document = Document()
    _prepare(document, wording)
    document.add_heading(_text(wording.title), level=0)
    document.add_paragraph(_text(" · ".join(wording.frame)))
    for title, lines in (
        (t["plan.cautions"], wording.cautions),
        (t["plan.unanswered"], plan.unanswered),
    ):
        _list(document, title, lines)
    document.add_heading(t["plan.calendar"], level=1)
    _calendar(document, plan.steps, wording)
    document.add_paragraph(t["plan.calendar.help"])
    document.add_heading(t["plan.steps"], level=1)
    for number, step in enumerate(plan.steps, start=1):
        _step(document, number, step, wording)
    _list(document, t["plan.assumed"], plan.assumed)
    _list(document, t["plan.left"], [f"{out.title}: {wording.left(out)}" for out in plan.left_out])
    _table(
        document, t["plan.raci"],
        [t["plan.step"], t["plan.raci.r"], t["plan.raci.a"], t["plan.raci.c"], t["plan.raci.i"]],
        [(s.title, s.person, s.accountable, s.consulted, s.informed) for s in plan.steps],
    )  # fmt: skip
    _table(
        document, t["plan.risks"], [t["plan.step"], t["plan.risk"], t["plan.remedy"]],
        [(wording.title_of(risk.recipe), risk.title, risk.remedy) for risk in plan.risks],
    )  # fmt: skip
    _table(
        document, t["plan.metrics"],
        [t[f"plan.{key}"] for key in _METRIC_COLUMNS],
        [
            (
                f"{p.row.title} ({t[f'level.{p.row.level}']}, {p.row.unit})", p.row.goal,
                wording.number(p.row.baseline), wording.number(p.row.target),
                wording.number(p.last.value if p.last else None), p.row.source, p.row.frequency, p.row.person,
            )
            for p in progress(kept)
        ],
    )  # fmt: skip
    document.add_paragraph(t["plan.source.line"])
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _prepare(document: DocumentType, wording: Wording) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(18)
    document.core_properties.title = _text(wording.title)[:255]
    document.core_properties.author = wording.t["site.name"]
    document.core_properties.comments = ""
    style = document.styles["Normal"]
    style.font.size = Pt(10)
    fonts = style.element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LOCALES[wording.plan.situation.language])
    fonts.append(language)


def _list(document: DocumentType, title: str, lines: Iterable[str]) -> None:
    texts = list(lines)
    if texts:
        document.add_heading(title, level=1)
    for text in texts:
        document.add_paragraph(_text(text), style="List Bullet")


def _step(document: DocumentType, number: int, step: PlanStep, wording: Wording) -> None:
    t = wording.t
    document.add_heading(_text(f"{number}. {step.title}"), level=2)
    facts = (
        f"{wording.begins(step)} – {wording.ends(step)}", wording.counted("effort.weeks", step.weeks),
        wording.counted("effort.people", step.people), wording.euros(step),
    )  # fmt: skip
    document.add_paragraph(_text(" · ".join(facts)))
    for reason in step.reasons:
        document.add_paragraph(_text(wording.reason(reason)), style="List Bullet")
    for tip in step.tips:
        document.add_paragraph(_text(f"{t[f'plan.tip.{tip.kind}']}: {tip.text}"), style="List Bullet")


def _calendar(document: DocumentType, steps: Sequence[PlanStep], wording: Wording) -> None:
    head = [wording.t["plan.step"], *(wording.month_name(month) for month in wording.months)]
    rows = [
        (step.title, *("■" if wording.works(step, month) else "" for month in wording.months))
        for step in steps
    ]
    _table(document, "", head, rows)


def _table(document: DocumentType, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = list(rows)
    if title:
        document.add_heading(title, level=1)
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        run = cell.paragraphs[0].add_run(_text(text))
        run.bold = True
        run.font.size = Pt(8.5)
    repeated = OxmlElement("w:tblHeader")  # the heading comes again on each page
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # python-docx has no other way
    for line in lines:
        cells = table.add_row().cells
        for cell, text in zip(cells, line, strict=True):
            run = cell.paragraphs[0].add_run(_text(text))
            run.font.size = Pt(8.5)
            if text == "■":
                run.font.color.rgb = RGBColor.from_string(BUSY)


def _text(text: str) -> str:
    return _FORBIDDEN.sub("", text)
