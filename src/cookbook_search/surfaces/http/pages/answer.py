"""The text of an answer as HTML, its marks as links to the sources under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

_MARK = re.compile(r"\[(\d{1,2})\]")
_TAGS = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong", "ul"}


def answer_html(text: str, name: str, sources: int) -> Markup:
    """Safe HTML; ``[n]`` becomes a link to ``#<name>-<n>`` where there are that many sources.

    The only other links that stay are those within the site.
    """
    parser = MarkdownIt("commonmark", {"html": False}).disable("image")
    parser.add_render_rule("text", _text)
    html = parser.render(text, {"name": name, "sources": sources})
    clean = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href", "class"}, "ol": {"start"}}, url_schemes=set(),
        link_rel="noopener",
    )  # fmt: skip
    return Markup(clean)  # noqa: S704  # sanitised above


def _text(  # the signature is markdown-it's
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, environment: Any
) -> str:
    def link(mark: re.Match[str]) -> str:
        n = int(mark[1])
        if not 1 <= n <= environment["sources"]:
            return mark[0]
        return f'<a class="mark" href="#{environment["name"]}-{n}">{n}</a>'

    return _MARK.sub(link, str(escape(tokens[index].content)))
