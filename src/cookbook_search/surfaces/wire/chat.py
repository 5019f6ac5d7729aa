"""The assistant as JSON: requests, responses and the events of a stream."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.surfaces.wire.citations import citation_url
from cookbook_search.types import Answer, Citation, Engine, Kind, Language, Message, Role, SourcesFound

MAX_MESSAGES = 40
MAX_CONTENT = 4000
NEW_CONVERSATION = "new"
"""The conversation id that asks the server to keep the turns."""
MAX_QUESTION = 2000
"""Characters of the last message, which is searched with."""


class MessageIn(Wire):
    """One turn."""

    role: Role
    content: Annotated[str, Field(min_length=1, max_length=MAX_CONTENT)]


class ChatRequest(Wire):
    """The conversation so far; the user's question last."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "messages": [
                        {"role": "user", "content": "Yritykset käyvät kerran eivätkä palaa, mitä teen?"}
                    ]
                }
            ]
        },
    )

    messages: list[MessageIn] = Field(
        min_length=1, max_length=MAX_MESSAGES, description="Oldest first; the last one is the question."
    )
    language: Language | None = Field(
        default=None, description="Language of the answer; that of the question where null."
    )
    conversation_id: Annotated[str, Field(max_length=64)] | None = Field(
        default=None,
        description="Null: nothing is kept, send all turns each time. `new`: the server keeps the turns and "
        "answers with an id; send that id with the new question alone.",
    )

    @model_validator(mode="after")
    def _question_last(self) -> ChatRequest:
        last = self.messages[-1]
        if last.role != "user":
            raise ValueError("the last message must be the user's question")
        if len(last.content) > MAX_QUESTION:
            raise ValueError(f"the question is longer than {MAX_QUESTION} characters")
        return self

    def turns(self) -> list[Message]:
        """As the assistant takes them."""
        return [Message(message.role, message.content) for message in self.messages]


class CitationOut(Wire):
    """Where a claim stands; `[n]` in the answer is the n-th citation."""

    id: str
    kind: Kind
    owner: str
    title: str
    heading: str
    anchor: str = Field(description="Fragment on the document's page; empty: the document itself.")
    url: str = Field(description="Path of the page, with the fragment.")
    quote: str = Field(description="The cookbook's own sentences.")
    language: Language = Field(description="Language of the quote.")
    guest: bool = Field(description="Whether it is of another city's cookbook than the server's own.")


class ChatResponse(Wire):
    """The assistant's turn."""

    answer: str = Field(description="Markdown with citation marks `[1]`.")
    citations: list[CitationOut] = Field(description="Empty where the assistant refused.")
    query: str = Field(description="What the cookbook was searched with.")
    suggestions: list[str]
    refused: bool
    engine: Engine
    language: Language
    notice: str = Field(description="What the reader should know of how the answer was made; mostly empty.")
    conversation_id: str | None
    answer_id: str


class Sources(Wire):
    """Event `sources`, the first: what the answer will lean on."""

    query: str
    language: Language
    citations: list[CitationOut]


class TextPiece(Wire):
    """Event `text`: more of the answer; all joined are the answer."""

    text: str


class Citations(Wire):
    """Event `citations`: those of the finished answer."""

    citations: list[CitationOut]


class Suggestions(Wire):
    """Event `suggestions`: questions to go on with."""

    suggestions: list[str]


def citations_out(citations: tuple[Citation, ...]) -> list[CitationOut]:
    """Citations with the addresses of their pages."""
    return [
        CitationOut(
            id=citation.id,
            kind=citation.kind,
            owner=citation.owner,
            title=citation.title,
            heading=citation.heading,
            anchor=citation.anchor,
            url=citation_url(citation),
            quote=citation.quote,
            language=citation.language,
            guest=citation.guest,
        )
        for citation in citations
    ]


def sources(found: SourcesFound) -> Sources:
    """The first event of a stream."""
    return Sources(query=found.query, language=found.language, citations=citations_out(found.citations))


def chat_response(answer: Answer, answer_id: str, conversation_id: str | None) -> ChatResponse:
    """The whole answer; also the event `done`, the last."""
    return ChatResponse(
        answer=answer.text,
        citations=citations_out(answer.citations),
        query=answer.query,
        suggestions=list(answer.suggestions),
        refused=answer.refused,
        engine=answer.engine,
        language=answer.language,
        notice=answer.notice,
        conversation_id=conversation_id,
        answer_id=answer_id,
    )
