"""What an embedded element is to be: read from an address, written as attributes, looks or an address."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from cookbook_search.index import Snapshot
from cookbook_search.types import KINDS, LANGUAGES, PHASES

What = Literal["search", "chat"]
THEMES = ("light", "dark")
SURFACES = {"light": "#ffffff", "dark": "#162429"}
"""Ground of the components, as embed/styles.js has it."""
DEFAULT_BRAND, DEFAULT_RADIUS, LARGEST_RADIUS = "#0b5a6f", 10, 24
READABLE = 4.5
"""Least contrast of text against its ground, WCAG 2.2 AA."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class EmbedOptions:
    """One embedded element; everything is checked, so that it can be written into any code."""

    what: What
    language: str
    """Empty: that of the page around."""
    phase: tuple[str, ...]
    kind: tuple[str, ...]
    tag: str
    owner: str
    compact: bool
    theme: str
    """Empty: as the page around has it."""
    brand: str
    """Six hexadecimal digits after ``#``."""
    radius: int
    """Pixels."""

    @property
    def element(self) -> str:
        """Name of the element."""
        return f"cookbook-{self.what}"

    @property
    def attributes(self) -> dict[str, str]:
        """Of the element; an empty value is an attribute without one."""
        found = {"lang": self.language, "theme": self.theme} | self._filters
        return {name: value for name, value in found.items() if value} | (
            {"compact": ""} if self.compact else {}
        )

    @property
    def properties(self) -> dict[str, str]:
        """The custom properties that differ from what the element has by itself."""
        found = {}
        if self.brand != DEFAULT_BRAND:
            found["--cookbook-brand"] = self.brand
            found["--cookbook-on-brand"] = max(("#ffffff", "#000000"), key=lambda c: contrast(c, self.brand))
        if self.radius != DEFAULT_RADIUS:
            found["--cookbook-radius"] = f"{self.radius}px"
        return found

    @property
    def readable(self) -> bool:
        """Whether links of the brand's colour can be read on the ground."""
        return contrast(self.brand, SURFACES[self.theme or "light"]) >= READABLE

    @property
    def frame_query(self) -> str:
        """Parameters of the frame's address."""
        found = {"lang": self.language, "theme": self.theme, "compact": "1" if self.compact else ""}
        found |= self._filters
        found |= {"brand": self.brand if self.brand != DEFAULT_BRAND else ""}
        found |= {"radius": str(self.radius) if self.radius != DEFAULT_RADIUS else ""}
        return urlencode({name: value for name, value in found.items() if value})

    @property
    def _filters(self) -> dict[str, str]:
        if self.what == "chat":
            return {}
        return {
            "phase": ",".join(self.phase), "kind": ",".join(self.kind), "tag": self.tag, "owner": self.owner,
        }  # fmt: skip


def read_options(what: What, query: QueryParams, snapshot: Snapshot | None) -> EmbedOptions:
    """The options of an address; a value that is none of those known is left out."""
    tags = {tag.id for tag in snapshot.vocabulary.tags} if snapshot else set()
    owners = {document.owner for document in snapshot.documents} if snapshot else set()
    brand = query.get("brand", "").lower()
    radius = query.get("radius", "")
    return EmbedOptions(
        what=what,
        language=_one(query, "lang", LANGUAGES),
        phase=_several(query, "phase", PHASES),
        kind=_several(query, "kind", KINDS),
        tag=_one(query, "tag", tags),
        owner=_one(query, "owner", owners),
        compact=bool(query.get("compact")),
        theme=_one(query, "theme", THEMES),
        brand=brand if _COLOUR.fullmatch(brand) else DEFAULT_BRAND,
        radius=min(int(radius), LARGEST_RADIUS) if _NUMBER.fullmatch(radius) else DEFAULT_RADIUS,
    )


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _one(query: QueryParams, name: str, known: Collection[str]) -> str:
    value = query.get(name, "")
    return value if value in known else ""


def _several(query: QueryParams, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Repeated or comma-separated, in the order of those known."""
    given = {value for values in query.getlist(name) for value in values.split(",")}
    return tuple(value for value in known if value in given)
