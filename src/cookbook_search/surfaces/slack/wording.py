"""In which language Slack's users are spoken to, and the words and links of a message."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from cookbook_search.surfaces.slack.mrkdwn import escape
from cookbook_search.surfaces.strings import Strings
from cookbook_search.types import LANGUAGES, Language

KEPT_USERS = 5000
KEPT_SECONDS = 3600.0


@dataclass(frozen=True)
class Wording:
    """Interface words of one language, and links to the public site."""

    language: Language
    strings: Strings
    base_url: str

    def __call__(self, key: str, **values: str) -> str:
        """The words under ``slack.<key>``; values are escaped, so that they stay text."""
        return self.strings[f"slack.{key}"].format(**{name: escape(text) for name, text in values.items()})

    def plain(self, key: str, **values: str) -> str:
        """The same for plain text, where nothing needs to be escaped."""
        return self.strings[f"slack.{key}"].format(**values)

    def word(self, key: str) -> str:
        """A word of another room, for example ``phase.sitouta``."""
        return self.strings[key]

    def link(self, label: str, path: str) -> str:
        """A link to a page of ours, the label escaped already; the label alone where no address is public."""
        if not self.base_url:
            return label
        address = f"{self.base_url.rstrip('/')}{path}"
        if self.language != "fi":
            page, mark, fragment = address.partition("#")
            address = f"{page}?lang={self.language}{mark}{fragment}"
        return f"<{escape_address(address)}|{label.replace('|', '¦')}>"


class Wordings:
    """Which wording a user gets."""

    def __init__(self, strings: Mapping[Language, Strings], base_url: str, default: Language) -> None:
        self._wordings = {language: Wording(language, strings[language], base_url) for language in LANGUAGES}
        self._default = default
        self._locales: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def __getitem__(self, language: Language) -> Wording:
        return self._wordings[language]

    async def of(
        self, client: AsyncWebClient, team: str, user: str, question: Language | None = None
    ) -> Wording:
        """Finnish or Swedish where Slack is set to it, else the question's language.

        Slack is not to be had in every language of ours, so that English says little of what a user reads:
        it counts where there is no question to go by. Slack in a fourth language gets the default.
        """
        locale = (await self._locale(client, team, user))[:2].lower()
        if locale in {"fi", "sv"}:
            return self._wordings["fi" if locale == "fi" else "sv"]
        if question is not None:
            return self._wordings[question]
        return self._wordings["en" if locale == "en" else self._default]

    async def _locale(self, client: AsyncWebClient, team: str, user: str) -> str:
        key, now = (team, user), time.monotonic()
        if (known := self._locales.get(key)) is not None and known[0] > now:
            return known[1]
        try:
            answer = await client.users_info(user=user, include_locale=True)
            locale = str((answer.get("user") or {}).get("locale") or "")
        except (SlackClientError, ClientError, TimeoutError):  # a guest, a missing scope, a lost connection
            return ""
        self._locales[key] = (now + KEPT_SECONDS, locale)
        while len(self._locales) > KEPT_USERS:
            self._locales.popitem(last=False)
        return locale


def escape_address(address: str) -> str:
    """An address of ours inside ``<...|...>``."""
    for character, written in (("&", "&amp;"), ("<", "%3C"), (">", "%3E"), ("|", "%7C"), (" ", "%20")):
        address = address.replace(character, written)
    return address
