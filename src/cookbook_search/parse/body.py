"""A Markdown body -> sections, plain text and links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from cookbook_search.analyze import fold


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, down to the next heading."""

    level: int
    """2 for ``##``; 0 for text before the first heading."""
    headings: tuple[str, ...]
    """Path of headings, this one last."""
    anchor: str
    """Fragment of the heading on its page."""
    line: int
    """Line in the file, from 1."""
    tokens: tuple[Token, ...]
    """Block tokens under the heading."""

    @property
    def heading(self) -> str:
        """The heading itself, or an empty text before the first one."""
        return self.headings[-1] if self.headings else ""


def slug(heading: str) -> str:
    """Fragment for a heading: ``Näin mittaat`` -> ``nain-mittaat``."""
    letters = "".join(char if char.isalnum() else " " for char in fold(heading.lower()))
    return "-".join(letters.split()) or "osa"


def markdown() -> MarkdownIt:
    """CommonMark with tables and heading anchors; raw HTML stays text. Front matter is cut off before."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser.use(anchors_plugin, max_level=6, slug_func=slug)


def sections(body: str, first_line: int = 1) -> list[Section]:
    """The sections of a Markdown body in reading order; ``first_line`` is where it begins."""
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    level, anchor, line, inside = 0, "", first_line, list[Token]()

    def close() -> None:
        if level or inside:
            found.append(Section(level, tuple(text for _, text in path), anchor, line, tuple(inside)))

    tokens = iter(markdown().parse(body))
    for token in tokens:
        if token.type != "heading_open" or token.level:
            inside.append(token)
            continue
        close()
        heading = plain_text([next(tokens)])
        next(tokens)
        level, anchor, inside = int(token.tag[1]), str(token.attrs.get("id", "")), []
        line = first_line + (token.map or [0])[0]
        path = [(at, text) for at, text in path if at < level] + [(level, heading)]
    close()
    return found


def blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Text of each paragraph, list item, table row and code block, as a reader sees it."""
    row: list[str] = []
    marker = ""
    in_cell = False
    for token in tokens:
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "• "
        elif token.type == "list_item_close":
            marker = ""  # the item held no text of its own
        elif token.type in {"td_open", "th_open", "td_close", "th_close"}:
            in_cell = token.type.endswith("open")
        elif token.type == "inline" and in_cell:
            row.append(_inline_text(token))
        elif token.type == "inline":
            yield marker + _inline_text(token)
            marker = ""
        elif token.type in {"fence", "code_block"}:
            name = token.info.partition(" ")[2].strip()
            yield "\n".join(part for part in (name, token.content.rstrip("\n")) if part)
        elif token.type == "tr_close":
            yield " | ".join(row)
            row = []


def plain_text(tokens: Sequence[Token]) -> str:
    """All the text of block tokens, blocks parted by a newline."""
    return "\n".join(text for text in blocks(tokens) if text.strip())


def links(tokens: Sequence[Token]) -> Iterator[tuple[str, str, int]]:
    """(target, text, line offset) of each link."""
    for token in tokens:
        for at, child in enumerate(token.children or ()):
            if child.type == "link_open":
                text = token.children[at + 1].content if token.children else ""
                yield str(child.attrs["href"]), text, (token.map or [0])[0]


def _inline_text(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" " if child.type == "softbreak" else "\n")
        elif child.type == "image" or child.type in {"text", "code_inline", "html_inline", "text_special"}:
            parts.append(child.content)
    return "".join(parts)
