"""A plan, and the report on it, as tagged PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cookbook_search.plan import progress
from cookbook_search.surfaces.export.report import Report
from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.surfaces.print import to_pdf
from cookbook_search.types.plan import KeptPlan

FOLDER = "print"


def plan_pdf(kept: KeptPlan, wording: Wording, web: Path) -> bytes:
    """The whole plan on A4, landscape. Raises PrintError."""
    return _pdf("plan.html", web, kept, wording, progress=progress(kept))


def report_pdf(kept: KeptPlan, wording: Wording, report: Report, web: Path) -> bytes:
    """The report on one page of A4, landscape. Raises PrintError."""
    return _pdf("report.html", web, kept, wording, report=report)


def _pdf(template: str, web: Path, kept: KeptPlan, wording: Wording, **values: Any) -> bytes:
    folder = web / FOLDER
    templates = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    html = templates.get_template(template).render(
        kept=kept, plan=kept.plan, w=wording, t=wording.t, **values
    )
    return to_pdf(html, folder)
