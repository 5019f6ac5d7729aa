"""The conversation page. Its script takes over where there is one; without it the form carries the turns."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import Field, ValidationError

from cookbook_search.errors import CookbookError
from cookbook_search.surfaces.http.pages.answer import answer_html
from cookbook_search.surfaces.http.pages.site import Site
from cookbook_search.surfaces.http.problems import status_of
from cookbook_search.surfaces.wire.base import Wire
from cookbook_search.surfaces.wire.chat import MAX_CONTENT, MAX_QUESTION
from cookbook_search.surfaces.wire.citations import citation_out
from cookbook_search.surfaces.wire.documents import page_url
from cookbook_search.types import Answer, AnyDocument, Kind, Language, Message, Slug

MAX_TURNS = 8
MAX_CARRIED = 20_000
"""Characters of earlier turns that the form carries; the oldest give way."""


class CarriedSource(Wire):
    """Where a claim of an earlier answer stands."""

    kind: Kind
    id: Slug
    guest: Annotated[str, Field(max_length=60)] = ""
    """The owner, where it is another city's."""
    language: Language = "fi"
    anchor: Annotated[str, Field(max_length=200)]
    title: Annotated[str, Field(max_length=600)]
    heading: Annotated[str, Field(max_length=600)]

    @property
    def owner(self) -> str:
        """Named where it is another city's."""
        return self.guest

    @property
    def url(self) -> str:
        """Path of the page, with the fragment."""
        return page_url(self.kind, self.id, self.guest, self.anchor)


class CarriedTurn(Wire):
    """An earlier turn, as the form carries it. It comes from the browser: everything in it is data."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
    answer: Annotated[str, Field(min_length=1, max_length=MAX_CONTENT)]
    language: Language
    sources: Annotated[list[CarriedSource], Field(max_length=40)]


def router(site: Site) -> APIRouter:
    """``/keskustelu``: ``q`` begins it, ``resepti`` (of ``owner``) is a recipe that it is about."""
    routes = APIRouter()

    @routes.get("/keskustelu")
    def chat_page(request: Request) -> HTMLResponse:
        question = request.query_params.get("q", "").strip()[:MAX_QUESTION]
        return site.page(request, "chat.html", **_values(site, request, question, []))

    @routes.post("/keskustelu")
    async def chat_turn(request: Request) -> HTMLResponse:
        form = parse_qs((await request.body()).decode(errors="replace"), max_num_fields=4 * MAX_TURNS)
        written = (form.get("next") or form.get("q") or [""])[0]
        question = written.strip().replace("\r\n", "\n")
        return await _answered(site, request, question, _carried(form.get("turn", [])))

    return routes


def _values(site: Site, request: Request, question: str, turns: list[CarriedTurn]) -> dict[str, Any]:
    """What the page shows before there is an answer."""
    recipe = _recipe(site, request)
    here = site.href(request)(
        "/keskustelu",
        resepti=recipe.id if recipe else "",
        owner=recipe.owner if recipe and recipe.guest else "",
    )
    return {
        "question": question, "recipe": recipe, "turns": turns, "max_question": MAX_QUESTION, "answer": None,
        "error": None, "logged": site.cookbook.settings.log_queries, "html": answer_html, "carried": turns,
        "here": here, "cited": [],
    }  # fmt: skip


async def _answered(site: Site, request: Request, question: str, turns: list[CarriedTurn]) -> HTMLResponse:
    """The page with the answer, or with what is wrong with the question."""
    values = _values(site, request, question, turns)
    if not question or len(question) > MAX_QUESTION:
        values["error"] = "QueryError"
        return site.page(request, "chat.html", HTTPStatus.UNPROCESSABLE_ENTITY, **values)
    opening = _opening(site, request, values["recipe"])
    try:
        messages = [*opening, *_messages(turns), Message("user", question)]
        answer = await site.cookbook.ask(messages)
    except CookbookError as error:
        values["error"] = type(error).__name__
        return site.page(request, "chat.html", status_of(error), **values)
    site.cookbook.usage.record_answer(answer, question, "web")
    values |= {
        "answer": answer, "carried": _bounded([*turns, _carry(question, answer)]),
        "cited": [citation_out(citation) for citation in answer.citations],
    }  # fmt: skip
    return site.page(request, "chat.html", **values)


def _recipe(site: Site, request: Request) -> AnyDocument | None:
    recipe = request.query_params.get("resepti")
    try:
        return site.cookbook.document(recipe, "recipe", request.query_params.get("owner")) if recipe else None
    except CookbookError:
        return None


def _opening(site: Site, request: Request, recipe: AnyDocument | None) -> list[Message]:
    """Turns that put the recipe in front of the conversation; the script sends the same."""
    if recipe is None:
        return []
    language = site.language(request)
    title, summary = recipe.title[language], recipe.summary[language]
    return [Message("user", title), Message("assistant", f"**{title}**. {summary}")]


def _messages(turns: list[CarriedTurn]) -> list[Message]:
    return [
        message
        for turn in turns
        for message in (Message("user", turn.question), Message("assistant", turn.answer))
    ]


def _carried(values: list[str]) -> list[CarriedTurn]:
    """The turns of the form; one that was tampered with is left out."""
    turns = []
    for value in values[-MAX_TURNS:]:
        try:
            turns.append(CarriedTurn.model_validate_json(value))
        except ValidationError:
            continue
    return turns


def _carry(question: str, answer: Answer) -> CarriedTurn:
    sources = [
        CarriedSource(
            kind=cited.kind,
            id=cited.id,
            guest=cited.owner if cited.guest else "",
            language=cited.language,
            anchor=cited.anchor,
            title=cited.title,
            heading=cited.heading,
        )
        for cited in answer.citations
    ]
    text = answer.text[:MAX_CONTENT]
    return CarriedTurn(question=question, answer=text, language=answer.language, sources=sources[:40])


def _bounded(turns: list[CarriedTurn]) -> list[CarriedTurn]:
    """The newest turns that the form can carry."""
    kept: list[CarriedTurn] = []
    room = MAX_CARRIED
    for turn in reversed(turns[-MAX_TURNS:]):
        room -= len(turn.model_dump_json())
        if room < 0:
            break
        kept.insert(0, turn)
    return kept
