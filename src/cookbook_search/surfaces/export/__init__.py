"""A launch plan as a file. The library of each format is imported when a file is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from cookbook_search.surfaces.export.wording import Wording
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types.plan import KeptPlan

__all__ = ["FORMATS", "Format", "Wording", "export"]

Format = Literal["pdf", "docx", "xlsx", "md", "ics", "json"]
FORMATS: Mapping[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "json": "application/json",
}
"""Media types by the ending of the file."""


def export(form: Format, kept: KeptPlan, strings: Strings, web: Path, base_url: str = "") -> bytes:
    """The file; ``base_url`` is the site's address, for links to recipes. Raises PrintError."""
    wording = Wording(strings, kept.plan, base_url)
    match form:
        case "pdf":
            from cookbook_search.surfaces.export.pdf import plan_pdf

            return plan_pdf(kept, wording, web)
        case "docx":
            from cookbook_search.surfaces.export.word import plan_docx

            return plan_docx(kept, wording)
        case "xlsx":
            from cookbook_search.surfaces.export.excel import plan_xlsx

            return plan_xlsx(kept, wording)
        case "md":
            from cookbook_search.surfaces.export.markdown import plan_markdown

            return plan_markdown(kept.plan, wording).encode()
        case "ics":
            from cookbook_search.surfaces.export.calendar import plan_ics

            return plan_ics(kept, wording)
        case "json":
            return kept.model_dump_json(indent=1).encode()
