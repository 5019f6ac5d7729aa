"""Licences as they are shown: SPDX identifiers that cookbooks have, and where their terms stand."""

from __future__ import annotations

_CREATIVE_COMMONS = "https://creativecommons.org/"
_KNOWN = {
    "CC0-1.0": ("CC0 1.0", f"{_CREATIVE_COMMONS}publicdomain/zero/1.0/"),
    "CC-BY-4.0": ("CC BY 4.0", f"{_CREATIVE_COMMONS}licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("CC BY-SA 4.0", f"{_CREATIVE_COMMONS}licenses/by-sa/4.0/"),
    "CC-BY-NC-4.0": ("CC BY-NC 4.0", f"{_CREATIVE_COMMONS}licenses/by-nc/4.0/"),
    "CC-BY-NC-SA-4.0": ("CC BY-NC-SA 4.0", f"{_CREATIVE_COMMONS}licenses/by-nc-sa/4.0/"),
    "CC-BY-ND-4.0": ("CC BY-ND 4.0", f"{_CREATIVE_COMMONS}licenses/by-nd/4.0/"),
}
FREE = frozenset({"CC0-1.0", "CC-BY-4.0"})
"""Under these anybody may use and change the texts; the second asks that the source is named."""


def licence_name(licence: str) -> str:
    """As people write it; what is no known identifier, as it stands."""
    return _KNOWN.get(licence, (licence, ""))[0]


def licence_url(licence: str) -> str:
    """Address of the terms; empty where they are not known."""
    return _KNOWN.get(licence, ("", ""))[1]
