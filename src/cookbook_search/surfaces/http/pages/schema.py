"""Documents as schema.org describes them, so that search engines and other catalogues understand them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from cookbook_search.parse import Section, sections
from cookbook_search.surfaces.render import STEPS
from cookbook_search.surfaces.wire.licences import licence_url
from cookbook_search.types import AnyDocument, Language, Metric, Recipe


def structured(document: AnyDocument, language: Language, address: str, site: str, root: str) -> Markup:
    """JSON-LD for a ``script`` element: HowTo for a recipe or a method, DefinedTerm for a metric.

    ``address`` is the page's, ``root`` the site's; nothing in the texts can end the element.
    """
    if isinstance(document, Metric):
        described = _term(document, language, address, site, root)
    else:
        described = _how_to(document, language, address)
    text = json.dumps({"@context": "https://schema.org", **described}, ensure_ascii=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704  # what could end the element is escaped


def steps(found: Sequence[Section]) -> list[Section]:
    """The sections that are steps."""
    inside, result = False, list[Section]()
    for section in found:
        if section.level == 2:
            inside = section.anchor in STEPS
        elif inside and section.level == 3:
            result.append(section)
    return result


def _how_to(document: AnyDocument, language: Language, address: str) -> dict[str, Any]:
    described = _common(document, language, address) | {
        "@type": "HowTo",
        "step": [
            {"@type": "HowToStep", "position": at, "name": step.heading, "url": f"{address}#{step.anchor}"}
            for at, step in enumerate(steps(sections(document.body)), start=1)
        ],
    }
    if isinstance(document, Recipe):
        low, _, high = document.effort.euros.partition("-")
        cost = {"minValue": int(low), "maxValue": int(high or low), "currency": "EUR"}
        described["totalTime"] = f"P{document.effort.weeks}W"
        described["estimatedCost"] = {"@type": "MonetaryAmount"} | cost
    return described


def _term(document: Metric, language: Language, address: str, site: str, root: str) -> dict[str, Any]:
    return _common(document, language, address) | {
        "@type": "DefinedTerm",
        "termCode": document.id,
        "inDefinedTermSet": {"@type": "DefinedTermSet", "name": site, "url": f"{root}/kirjasto#mittarit"},
    }


def _common(document: AnyDocument, language: Language, address: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@id": address,
        "url": address,
        "name": document.title[language],
        "description": document.summary[language],
        "inLanguage": language,
        "dateModified": document.updated.isoformat(),
        "publisher": {"@type": "Organization", "name": document.owner},
    }
    if terms := licence_url(document.licence):
        described["license"] = terms
    return described
