"""One page of plain Markdown, rewritten so that it stands in a cookbook.

Its title leaves the body, headings begin at the second level, raw HTML becomes its text, images their
alternative text, and links between pages lead to where the pages now are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from posixpath import normpath
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cookbook_search.parse import Section, markdown, plain_text, sections, slug

DEEPEST = 4
"""Deepest heading that a page of the cookbook shows."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"^[^\w]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_SCHEMES = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds."""

    title: str
    """Of its first heading; empty where it has none."""
    opening: str
    """Its first paragraph."""
    text: str
    """All of it, as a reader sees it."""
    phrasings: tuple[str, ...]
    """Its headings and the sentences that sections begin with: what somebody looking for it may say."""
    body: str
    """Markdown."""


def rewrite(text: str, path: str, ids: Mapping[str, str], title: str = "") -> Page | None:
    """The page at ``path``; None where it is empty.

    Links to the paths of ``ids`` lead to these ids. ``title`` is what the page is called elsewhere;
    empty: its first heading is its title.
    """
    from mdformat.renderer import MDRenderer  # only guests' folders need it

    parser = _parser()
    tokens = _without_html(parser.parse(text))
    for token in tokens:
        if token.children:
            token.children = list(_inline(token.children, path, ids))
    title, tokens = _split_title(tokens, title)
    _raise_headings(tokens)
    options = {**parser.options, "parser_extension": [], "mdformat": {"number": True, "wrap": "keep"}}
    body = MDRenderer().render(tokens, options, {})
    if _words(markdown().parse(body)) != _words(tokens):  # a mark has become markup, or the other way round
        body = "\n\n".join(_PUNCTUATION.sub(r"\\\g<0>", line) for line in plain_text(tokens).split("\n"))
    found = sections(body)
    shown = "\n".join(plain_text(section.tokens) for section in found)
    if not title and not shown.strip() and not any(section.heading for section in found):
        return None
    opening = next(
        (plain_text(tokens[at : at + 3]) for at, t in enumerate(tokens) if t.type == "paragraph_open"), ""
    )
    return Page(title, opening, shown, tuple(_phrasings(found)), body)


def _phrasings(found: Sequence[Section]) -> Iterator[str]:
    for section in found:
        if section.heading:
            yield section.heading
        first = _SENTENCE_END.split(plain_text(section.tokens).strip().partition("\n")[0])[0]
        if first:
            yield first.lstrip("• ")


@lru_cache(1)
def _parser() -> MarkdownIt:
    """Tables stay the paragraphs that they are written as; only what is rewritten must be understood."""
    return MarkdownIt("commonmark", {"html": True})


def _split_title(tokens: list[Token], known: str) -> tuple[str, list[Token]]:
    """The title, which leaves the body where it stands there as the one highest heading."""
    heads = [at for at, token in enumerate(tokens) if token.type == "heading_open" and not token.level]
    if not heads:
        return known, tokens
    first = heads[0]
    heading = " ".join(plain_text(tokens[first + 1 : first + 2]).split())
    highest = [at for at in heads if tokens[at].tag <= tokens[first].tag]
    if len(highest) == 1 and slug(heading) == slug(known or heading):
        tokens = tokens[:first] + tokens[first + 3 :]
    return known or heading, tokens


def _raise_headings(tokens: Sequence[Token]) -> None:
    """The highest heading is of the second level, and none is deeper than a page shows."""
    heads = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    if heads:
        highest = min(int(token.tag[1]) for token in heads)
        for token in heads:
            level = min(int(token.tag[1]) - highest + 2, DEEPEST)
            token.tag, token.markup = f"h{level}", "#" * level


def _words(tokens: Sequence[Token]) -> list[str]:
    """The words of paragraphs, headings, cells and code, without the numbers of lists."""
    texts = (plain_text([token]) for token in tokens if token.type in {"inline", "fence", "code_block"})
    return [word for text in texts for word in _WORD.findall(text)]


def _without_html(tokens: list[Token]) -> list[Token]:
    """Blocks of HTML as paragraphs of their text; what has none is left out."""
    kept: list[Token] = []
    for token in tokens:
        if token.type != "html_block":
            kept.append(token)
        elif text := _text_of(token.content):
            inline = Token("inline", "", 0, content=text, level=token.level + 1, map=token.map)
            inline.children = [Token("text", "", 0, content=text)]
            kept += [
                Token("paragraph_open", "p", 1, level=token.level, map=token.map, block=True),
                inline,
                Token("paragraph_close", "p", -1, level=token.level, block=True),
            ]
    return kept


def _inline(children: Sequence[Token], path: str, ids: Mapping[str, str]) -> Iterator[Token]:
    dropped: list[bool] = []
    for child in children:
        if child.type == "link_open":
            target = _target(str(child.attrs.get("href", "")), path, ids)
            dropped.append(target is None)
            if target is not None:
                child.attrs["href"] = target
                yield child
        elif child.type == "link_close":
            if not dropped.pop():
                yield child
        elif child.type == "image":
            yield Token("text", "", 0, content=child.content)
        elif child.type == "html_inline":
            yield Token("text", "", 0, content=" " if child.content.lower().startswith("<br") else "")
        else:
            yield child


def _target(href: str, path: str, ids: Mapping[str, str]) -> str | None:
    """Where a link leads in the cookbook; None where it leads to nothing that a reader could open."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme:
        return href if parts.scheme in _SCHEMES else None
    if parts.netloc or not parts.path:
        return href if not parts.netloc and parts.fragment else None
    place = unquote(parts.path)
    base = "" if place.startswith("/") else path.rpartition("/")[0]
    wanted = normpath(f"{base}/{place}".lstrip("/"))
    for candidate in (wanted, f"{wanted}.md", f"{wanted}/index.md", f"{wanted}/README.md"):
        if candidate in ids:
            return f"{ids[candidate]}.md"
    return None


def _text_of(html: str) -> str:
    """The words of a piece of HTML, without what scripts and styles hold.

    Marks before the first word are left out: there they would begin a block of Markdown.
    """
    clean = nh3.clean(html, tags=set(), clean_content_tags={"script", "style"})
    plain = clean.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&nbsp;", " ")
    return _MARKS.sub("", " ".join(plain.replace("&amp;", "&").split()))
