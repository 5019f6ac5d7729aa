"""Markdown of a document -> sanitised HTML with anchors, links to pages and blocks to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from cookbook_search.parse import FOLDERS, markdown
from cookbook_search.types import AnyDocument

COPY_INFO = "kopioi"
Address = Callable[[str, AnyDocument], str]
STEPS = frozenset({"tyovaiheet", "vaiheet"})
"""Anchors of the headings under which the steps of a recipe and of a method stand."""
_TAGS = {
    "a", "blockquote", "br", "code", "em", "figcaption", "figure", "h2", "h3", "h4", "hr", "li", "ol", "p",
    "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"}, "figure": {"class"}, "h2": {"id"}, "h3": {"id", "class"}, "h4": {"id"}, "ol": {"start"},
    "pre": {"tabindex"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}


def to_html(document: AnyDocument, address: Address | None = None, prefix: str = "") -> str:
    """The body as safe HTML: no scripts, styles, images or foreign schemes get through.

    ``address`` says where a link leads (None: to its page), ``prefix`` stands before each anchor.
    """
    address = address or page_of
    parser = markdown()
    parser.add_render_rule("fence", _fence)
    tokens = parser.parse(document.body)
    _mark_steps(tokens)
    for token in tokens:
        if "id" in token.attrs:
            token.attrs["id"] = f"{prefix}{token.attrs['id']}"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs["href"] = address(str(child.attrs["href"]), document)
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener")


def _mark_steps(tokens: Sequence[Token]) -> None:
    """Give the headings of the steps a class."""
    inside = False
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            inside = token.attrs.get("id") in STEPS
        elif token.type == "heading_open" and token.tag == "h3" and inside:
            token.attrs["class"] = "step"


def page_of(target: str, document: AnyDocument) -> str:
    """``../mittarit/x.md#y`` as the path of its page; any other target as it is."""
    path, _, fragment = target.partition("#")
    if "://" in path or not path.endswith(".md"):
        return target
    folder, name = PurePosixPath(document.path).parent, PurePosixPath(path)
    for part in name.parts[:-1]:
        folder = folder.parent if part == ".." else folder / part
    if folder.name not in FOLDERS:
        return target
    owner = f"?{urlencode({'owner': document.owner})}" if document.guest else ""
    return f"/{folder.name}/{name.stem}{owner}" + (f"#{fragment}" if fragment else "")


def _fence(  # the signature is markdown-it's
    _self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: Any
) -> str:
    token = tokens[index]
    language, _, name = token.info.partition(" ")
    block = f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>'
    if language != COPY_INFO:
        return block
    return f'<figure class="copyable"><figcaption>{escape(name.strip())}</figcaption>{block}</figure>'
