"""An answer of the assistant as a message of Slack."""

from __future__ import annotations

import json

from cookbook_search.surfaces.slack.blocks import MAX_BLOCKS, Block, Note, actions, button, context, sections
from cookbook_search.surfaces.slack.conversation import answer_metadata
from cookbook_search.surfaces.slack.mrkdwn import escape, from_markdown, path_of
from cookbook_search.surfaces.slack.wording import Wording
from cookbook_search.types import Answer, UsageKind

SUGGESTIONS = 3


def answer_note(answer: Answer, answer_id: str, wording: Wording) -> Note:
    """Text, sources by title, what to ask next, and thumbs."""
    text = from_markdown(answer.text, answer.citations, wording.link)
    tail: list[Block] = []
    if sources := _sources(answer, wording):
        tail.append(context(sources))
    if answer.citations and answer.language != "fi":
        tail.append(context(wording("in_finnish")))
    if answer.notice:
        tail.append(context(escape(answer.notice)))
    suggested = [
        button(question, f"ask:{number}", question)
        for number, question in enumerate(answer.suggestions[:SUGGESTIONS])
    ]
    if suggested:
        tail.append(actions(suggested))
    tail.append(actions(thumbs(answer_id, "chat", wording)))
    blocks = sections(text)[: MAX_BLOCKS - len(tail)]
    return Note(text, (*blocks, *tail), answer_metadata(answer))


def thumbs(about: str, kind: UsageKind, wording: Wording) -> list[Block]:
    """Two buttons that judge a search or an answer."""
    return [
        button(
            symbol,
            f"vote:{vote}",
            json.dumps({"about": about, "kind": kind, "vote": vote}),
            wording.plain(f"vote.{vote}"),
        )
        for vote, symbol in (("up", "👍"), ("down", "👎"))
    ]


def _sources(answer: Answer, wording: Wording) -> str:
    """Titles of the cited documents, each once."""
    titles = {
        citation.id: wording.link(escape(citation.title), path_of(citation).partition("#")[0])
        for citation in answer.citations
    }
    return f"{wording('sources')} {' · '.join(titles.values())}" if titles else ""
