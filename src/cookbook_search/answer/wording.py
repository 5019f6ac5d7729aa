"""The assistant's own words in three languages, from ``words/<language>.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from cookbook_search.types import LANGUAGES, Effort, Language

_THOUSANDS: dict[Language, str] = {"fi": "\N{NO-BREAK SPACE}", "sv": "\N{NO-BREAK SPACE}", "en": ","}


class Wording:
    """Phrases of one language, filled in by name."""

    def __init__(self, language: Language, phrases: Mapping[str, str]) -> None:
        self.language = language
        self._phrases = phrases

    def __call__(self, key: str, **values: object) -> str:
        """The phrase with its places filled."""
        return self._phrases[key].format(**values)

    def counted(self, key: str, number: int) -> str:
        """``weeks`` or ``people``, in the singular where it is one."""
        return self(f"{key}_one") if number == 1 else self(key, n=number)

    def effort(self, effort: Effort) -> str:
        """What a recipe takes, in one sentence."""
        low, _, high = effort.euros.partition("-")
        numbers = [
            f"{int(euros):,}".replace(",", _THOUSANDS[self.language]) for euros in (low, high) if euros
        ]
        return self(
            "effort",
            weeks=self.counted("weeks", effort.weeks),
            people=self.counted("people", effort.people),
            euros=self("no_euros") if effort.euros == "0" else self("euros", amount="–".join(numbers)),
        )


def read_wordings() -> dict[Language, Wording]:
    """The words that ship with the package."""
    folder = files("cookbook_search.answer").joinpath("words")
    return {
        language: Wording(language, tomllib.loads(folder.joinpath(f"{language}.toml").read_text("utf-8")))
        for language in LANGUAGES
    }
