"""Text of ours and of others as Slack's mrkdwn, in which nothing of others can link, mention or command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cookbook_search.surfaces.wire.citations import citation_out
from cookbook_search.types import Citation

JOINER = "\u2060"
"""Word joiner: unseen, and ends what Slack would read as an address or a mention."""
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|slack|tel)(:)(?=\S)|\b(www)(\.)")
_SHOUT = re.compile(r"(?i)([@!])(?=channel|here|everyone|subteam)")
_MARKS = re.compile(r"\s*(?:\[\d{1,3}\])+")
_NUMBER = re.compile(r"\[(\d{1,3})\]")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_BULLET = re.compile(r"^(\s*)[-*+]\s+")
_STEP_NUMBER = re.compile(r"^\d+\.\s*")
Link = Callable[[str, str], str]
"""(label, path of the page) -> mrkdwn; the label is escaped already."""


def escape(text: str) -> str:
    """The text as it is read: no entity, address, mention or command of it has an effect."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _ADDRESS.sub(lambda m: f"{m[1] or m[3]}{m[2] or m[4]}{JOINER}", safe)
    return _SHOUT.sub(rf"\1{JOINER}", safe)


def plain(text: str) -> str:
    """What a person wrote in Slack, as characters: entities read, addresses and mentions as their labels."""
    text = re.sub(r"<[@#!][^>|]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<[@#!][^>]*>", " ", text)
    text = re.sub(r"<([^>|]+)\|([^>]*)>", r"\2", text)
    text = re.sub(r"<([^>|]+)>", r"\1", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[ \t]+", " ", text).strip()


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters of a text that is not escaped yet, cut between words."""
    text = text.strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[limit // 2 :] else cut}…"


def clip_escaped(text: str, limit: int) -> str:
    """At most ``limit`` characters of mrkdwn, never inside a link or an entity."""
    return text if len(text) <= limit else f"{text[: _cut(text, limit - 1)].rstrip()}…"


def split(text: str, limit: int) -> Iterator[str]:
    """The mrkdwn in pieces of at most ``limit`` characters, cut between paragraphs, lines or words."""
    text = text.strip()
    while len(text) > limit:
        floor = limit // 2
        cuts = (text.rfind(mark, floor, limit) for mark in ("\n\n", "\n", " "))
        at = next((cut for cut in cuts if cut > 0 and _cut(text, cut) == cut), _cut(text, limit))
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    if text:
        yield text


def from_markdown(text: str, citations: tuple[Citation, ...], link: Link) -> str:
    """An answer's Markdown with citation marks as mrkdwn in which each mark is a link with a name.

    The words of a line that name the cited place become the link; where there are none, the name of the
    place follows in brackets. Addresses that the Markdown itself holds are dropped.
    """
    return "\n".join(_line(line, citations, link) for line in text.split("\n"))


def streamed(text: str) -> str:
    """An unfinished answer: its marks left out, for what they cite is told in the end."""
    return "\n".join(_styled(_MARKS.sub("", line)) for line in text.split("\n"))


def place(citation: Citation) -> str:
    """Name of the cited place: heading without its number, or the title; a guest's with its city."""
    name = _STEP_NUMBER.sub("", citation.heading) or citation.title
    return f"{name} ({citation.owner})" if citation.guest else name


def _line(line: str, citations: tuple[Citation, ...], link: Link) -> str:
    numbers = dict.fromkeys(int(number) for number in _NUMBER.findall(line))
    cited = [citations[number - 1] for number in numbers if 0 < number <= len(citations)]
    written = _styled(_MARKS.sub("", line))
    links: list[str] = []
    after: list[str] = []
    for citation in cited:
        name = escape(place(citation))
        if citations[0].id != citation.id and citation.heading not in {"", citation.title}:
            name = f"{escape(citation.title)}: {name}"
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
        found = re.search(pattern, written) or re.search(pattern, written, re.I)
        if found and "\0" not in written[found.start() : found.end()]:
            links.append(link(found[0], path_of(citation)))
            written = f"{written[: found.start()]}\0{len(links) - 1}\0{written[found.end() :]}"
        elif (label := link(name, path_of(citation))) not in after:
            after.append(label)
    written = re.sub("\0(\\d+)\0", lambda m: links[int(m[1])], written)
    return f"{written} ({', '.join(after)})" if after else written


def path_of(citation: Citation) -> str:
    """Path of the cited page with its fragment."""
    return citation_out(citation).url


def _styled(line: str) -> str:
    """One line of Markdown: links lose their targets, bold, headings and bullets become Slack's."""
    line = _LINK.sub(r"\1", line).replace("\0", "")
    line = escape(line)
    if heading := _HEADING.match(line):
        return f"*{heading[1].replace('*', '')}*"
    line = _BULLET.sub(r"\1• ", line)
    return _BOLD.sub(lambda m: f"*{m[1] or m[2]}*", line)


def _cut(text: str, at: int) -> int:
    """The last place up to ``at`` that is neither inside ``<...>`` nor inside ``&...;``."""
    opened = text.rfind("<", 0, at)
    if opened > text.rfind(">", 0, at):
        return opened or at
    entity = text.rfind("&", max(0, at - 5), at)
    if entity > text.rfind(";", 0, at) and entity > 0:
        return entity
    return at
