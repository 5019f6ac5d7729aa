"""A conversation on the terminal: prompt with history, answers with marks, citations under them."""

from __future__ import annotations

import re
import sys
from contextlib import suppress

from rich.text import Text

from cookbook_search.surfaces.terminal import err, out
from cookbook_search.surfaces.wire.citations import citation_url
from cookbook_search.types import Answer, Citation, Language

_STYLED = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|(?P<mark>\[\d+\])")
_CITATIONS: dict[Language, str] = {"fi": "Viitteet", "sv": "Hänvisningar", "en": "Citations"}
_GREETING = (
    "Kerro pulma omin sanoin. Uusi keskustelu: /uusi, lopetus: /lopeta tai Ctrl-D.\n"
    "Berätta om problemet med egna ord. Nytt samtal: /ny, slut: /sluta eller Ctrl-D.\n"
    "Tell the problem in your own words. New conversation: /new, end: /quit or Ctrl-D.\n"
)


class AnswerPrinter:
    """Prints an answer as it comes, then what it leans on."""

    def more(self, text: str) -> None:
        """The next piece, at once."""
        out.print(styled(text), end="", soft_wrap=not out.is_terminal)

    def done(self, answer: Answer, *, numbered: bool) -> None:
        """Notice, citations and suggestions; ``numbered`` where a number can be typed to pick one."""
        out.print("\n")
        if answer.notice:
            out.print(answer.notice, style="italic")
            out.print()
        if answer.citations:
            out.print(_CITATIONS[answer.language], style="dim")
            for number, citation in enumerate(answer.citations, start=1):
                out.print(_reference(number, citation), style="dim", soft_wrap=not out.is_terminal)
            out.print()
        for number, suggestion in enumerate(answer.suggestions, start=1):
            out.print(f"  {number} {suggestion}" if numbered else f"  {suggestion}", style="cyan")
        if answer.suggestions:
            out.print()


class Prompt:
    """Reads lines: with a prompt and history on a terminal, silently from a pipe."""

    def __init__(self, *, interactive: bool) -> None:
        self._interactive = interactive
        if interactive:
            with suppress(ImportError):
                import readline  # noqa: F401  # input() then has history and editing
            self.greet()

    def greet(self) -> None:
        """How to use it; nothing where nobody reads."""
        if self._interactive:
            err.print(_GREETING, style="dim", soft_wrap=True)

    def read(self) -> str | None:
        """The next line without outer blanks; None at the end of input."""
        if not self._interactive:
            line = sys.stdin.readline()
            return line.strip() if line else None
        try:
            return input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            err.print()
            return None


def styled(text: str) -> Text:
    """Markdown's bold and the marks as styles; the rest as it stands."""
    result = Text()
    at = 0
    for match in _STYLED.finditer(text):
        result.append(text[at : match.start()])
        if match["bold"]:
            result.append(match["bold"], style="bold")
        else:
            result.append(match["mark"], style="dim cyan")
        at = match.end()
    result.append(text[at:])
    return result


def _reference(number: int, citation: Citation) -> str:
    place = f" › {citation.heading}" if citation.anchor else ""
    owner = f" ({citation.owner})" if citation.guest else ""
    return f"[{number}] {citation.title}{place}{owner}  {citation_url(citation)}"
