"""The assistant over HTTP: JSON, or Server-Sent Events where the client accepts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from cookbook_search.answer import Conversations
from cookbook_search.app import Cookbook
from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.embedding import FetchSite, surface_of
from cookbook_search.surfaces.http.problems import MEDIA_TYPE, problem_of
from cookbook_search.surfaces.wire.base import Problem, Wire
from cookbook_search.surfaces.wire.chat import (
    NEW_CONVERSATION,
    ChatRequest,
    ChatResponse,
    Citations,
    Suggestions,
    TextPiece,
    chat_response,
    citations_out,
    sources,
)
from cookbook_search.types import Answer, AnswerDone, AnswerEvent, Message, SourcesFound

EVENT_STREAM = "text/event-stream"
_PROBLEM_CONTENT = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The answer; with `Accept: text/event-stream` as the events `sources`, `text` (many), "
        "`citations`, `suggestions` and `done` (the whole response), or `error` (problem details).",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
    },
    404: {"description": "The conversation has ended.", "content": _PROBLEM_CONTENT},
    422: {"description": "The request is wrong.", "content": _PROBLEM_CONTENT},
    503: {"description": "No index answers yet.", "content": _PROBLEM_CONTENT},
}


class EventStreamRoute(APIRoute):
    """Matches only clients that accept Server-Sent Events; the others go on to the next route."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match without the media type in ``Accept``."""
        if EVENT_STREAM not in Headers(scope=scope).get("accept", ""):
            return Match.NONE, {}
        return super().matches(scope)


def router(cookbook: Cookbook) -> APIRouter:
    """The routes, answering from this cookbook."""
    routes = APIRouter()
    streaming = APIRouter(route_class=EventStreamRoute)
    settings = cookbook.settings
    conversations = Conversations(settings.conversations, settings.conversation_minutes * 60)

    def opened(request: ChatRequest) -> tuple[list[Message], str | None]:
        """All turns, and the id under which they are kept."""
        asked = request.conversation_id
        if asked is None or not settings.conversations:
            return request.turns(), None
        if asked == NEW_CONVERSATION:
            return request.turns(), conversations.begin()
        return [*conversations.messages(asked), *request.turns()], asked

    def keep(conversation_id: str | None, turns: list[Message], answer: Answer) -> None:
        if conversation_id is not None:
            conversations.keep(conversation_id, (*turns, Message("assistant", answer.text)))

    @streaming.post("/api/v1/chat", response_class=EventSourceResponse, include_in_schema=False)
    async def chat_events(request: ChatRequest, fetch_site: FetchSite = "") -> AsyncIterator[ServerSentEvent]:
        """The answer as it comes."""
        question = request.messages[-1].content
        try:
            turns, conversation_id = opened(request)
            async with aclosing(cookbook.stream(turns, request.language)) as events:
                async for event in events:
                    answer_id = ""
                    if isinstance(event, AnswerDone):
                        surface = surface_of(fetch_site)
                        answer_id = cookbook.usage.record_answer(event.answer, question, surface)
                        keep(conversation_id, turns, event.answer)
                    for name, data in _named(event, answer_id, conversation_id):
                        yield ServerSentEvent(event=name, raw_data=data.model_dump_json())
        except CookbookError as error:
            yield ServerSentEvent(event="error", raw_data=problem_of(error).model_dump_json())

    @routes.post("/api/v1/chat", response_model=ChatResponse, responses=_RESPONSES, tags=["chat"])
    async def chat(request: ChatRequest, fetch_site: FetchSite = "") -> ChatResponse:
        """A short answer from the cookbook with citations, or a friendly no."""
        turns, conversation_id = opened(request)
        answer = await cookbook.ask(turns, request.language)
        answer_id = cookbook.usage.record_answer(answer, request.messages[-1].content, surface_of(fetch_site))
        keep(conversation_id, turns, answer)
        return chat_response(answer, answer_id, conversation_id)

    both = APIRouter()
    both.include_router(streaming)
    both.include_router(routes)
    return both


def _named(event: AnswerEvent, answer_id: str, conversation_id: str | None) -> list[tuple[str, Wire]]:
    """The events of the stream that one event of the assistant becomes."""
    if isinstance(event, SourcesFound):
        return [("sources", sources(event))]
    if isinstance(event, AnswerDone):
        answer = event.answer
        return [
            ("citations", Citations(citations=citations_out(answer.citations))),
            ("suggestions", Suggestions(suggestions=list(answer.suggestions))),
            ("done", chat_response(answer, answer_id, conversation_id)),
        ]
    return [("text", TextPiece(text=event.text))]
