"""Addresses in HTML exchanged for others; everything else stays as it was written."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

_ADDRESSES = frozenset({"href", "src", "action", "content", "data-page", "poster"})
"""Attributes that hold an address, or may."""
Exchange = Callable[[str, str], str]
"""(tag, value) -> the value to write."""


def exchange_addresses(html: str, exchange: Exchange) -> str:
    """The same HTML with each address as ``exchange`` gives it; text is never taken for markup."""
    reader = _Reader(exchange)
    reader.feed(html)
    reader.close()
    return "".join(reader.written)


class _Reader(HTMLParser):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__(convert_charrefs=False)
        self._exchange = exchange
        self.written: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        if not _ADDRESSES.isdisjoint(name for name, _ in attrs):
            raw = self._start(tag, attrs, closed=raw.endswith("/>"))
        self.written.append(raw)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], closed: bool) -> str:
        pieces = [f"<{tag}"]
        for name, value in attrs:
            if value is None:
                pieces.append(name)
            else:
                written = self._exchange(tag, value) if name in _ADDRESSES else value
                pieces.append(f'{name}="{escape(written)}"')
        return " ".join(pieces) + ("/>" if closed else ">")

    def handle_endtag(self, tag: str) -> None:
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.written.append(data)

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.written.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.written.append(f"<!--{data}-->")
