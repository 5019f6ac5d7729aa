"""What a browser would act on in a piece of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

ACTIVE = {"script", "style", "iframe", "img", "svg", "object", "embed", "form", "meta", "base", "link"}
SAFE = re.compile(r"(https?:|mailto:|/|\.|#|[^:]*$)")


class Seen(HTMLParser):
    """Gathers it."""

    def __init__(self):
        super().__init__()
        self.acts = []

    def handle_starttag(self, tag, attributes):
        if tag in ACTIVE:
            self.acts.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name in {"style", "srcdoc", "formaction"}:
                self.acts.append(name)
            if name in {"href", "src"} and not SAFE.match((value or "").strip().lower()):
                self.acts.append(value)


def acts_of(html: str) -> list[str]:
    """Elements, handlers and addresses that would run something."""
    seen = Seen()
    seen.feed(html)
    return seen.acts
