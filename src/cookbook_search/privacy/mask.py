"""Masking: personal data out, the question itself kept."""

from __future__ import annotations

from functools import lru_cache

from cookbook_search.analyze import Analyzer, normalise
from cookbook_search.privacy.identifiers import mask_identifiers
from cookbook_search.privacy.names import NAME, NameFinder
from cookbook_search.types import Language

REMEMBERED = 2048
"""Texts whose masking is remembered: popular questions come again and again."""


class Masker:
    """Masks names, e-mail, phones, personal identity codes, accounts, addresses, plates and IP addresses.

    It knows forms and common names; a rare name alone, without a title or a surname, can stay. Safe to
    share by threads.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._names = NameFinder(analyzer)
        self._remembered = lru_cache(REMEMBERED)(self._mask)

    def mask(self, text: str, language: Language) -> str:
        """The text with a label such as ``[nimi]`` in place of each piece of personal data."""
        return self._remembered(text, language)

    def _mask(self, text: str, language: Language) -> str:
        masked = mask_identifiers(normalise(text))
        for start, end in reversed(self._names.spans(masked, language)):
            if not masked[:start].endswith("["):  # a label itself
                masked = f"{masked[:start]}{NAME}{masked[end:]}"
        return masked
