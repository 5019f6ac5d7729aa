"""`cookbook chat`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from cookbook_search.app import Cookbook
from cookbook_search.config import read_settings
from cookbook_search.errors import CookbookError, QueryError
from cookbook_search.surfaces.cli.conversing import AnswerPrinter, Prompt
from cookbook_search.surfaces.cli.options import IndexOption, JsonFlag, LanguageChoice
from cookbook_search.surfaces.terminal import err
from cookbook_search.surfaces.wire.chat import chat_response
from cookbook_search.types import Answer, AnswerDone, Language, Message, TextDelta


def chat(
    question: Annotated[
        str | None, typer.Argument(help="One question; without it a conversation begins.")
    ] = None,
    language: Annotated[
        LanguageChoice | None,
        typer.Option(help="Language of the answers; each question's own if left out."),
    ] = None,
    index: IndexOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask the assistant: one question, or a conversation; piped lines are its turns."""
    cookbook = Cookbook(read_settings(index=index))
    cookbook.open()
    conversation = Conversation(cookbook, language.value if language else None, as_json)
    with asyncio.Runner() as runner:
        if question is not None:
            answer = runner.run(conversation.turn(question))
            raise typer.Exit(1 if answer.refused else 0)
        refused = False
        for text in questions(conversation):
            try:
                refused = runner.run(conversation.turn(text)).refused
            except KeyboardInterrupt:  # ends this answer, not the conversation
                err.print()
            except QueryError as error:
                err.print(str(error), soft_wrap=True)
    raise typer.Exit(1 if refused and not sys.stdin.isatty() else 0)


class Conversation:
    """The turns so far, and what asks and prints the next one."""

    def __init__(self, cookbook: Cookbook, language: Language | None, as_json: bool) -> None:
        self._cookbook = cookbook
        self._language = language
        self._as_json = as_json
        self._turns: list[Message] = []
        self.suggestions: tuple[str, ...] = ()

    def clear(self) -> None:
        """Begin anew."""
        self._turns.clear()
        self.suggestions = ()

    async def turn(self, text: str) -> Answer:
        """Ask and print the answer as it comes. Raises QueryError, and then the turn does not count."""
        turns = [*self._turns, Message("user", text)]
        printer = None if self._as_json else AnswerPrinter()
        answer: Answer | None = None
        async for event in self._cookbook.stream(turns, self._language):
            if isinstance(event, TextDelta) and printer is not None:
                printer.more(event.text)
            elif isinstance(event, AnswerDone):
                answer = event.answer
        if answer is None:
            raise CookbookError("The answer broke off; ask again.")
        if printer is None:
            sys.stdout.write(chat_response(answer, "", None).model_dump_json() + "\n")
            sys.stdout.flush()
        else:
            printer.done(answer, numbered=sys.stdin.isatty())
        self._turns = [*turns, Message("assistant", answer.text)]
        self.suggestions = answer.suggestions
        return answer


def questions(conversation: Conversation) -> Iterator[str]:
    """What the user types, until the end of input; a number picks a suggestion, `/new` begins anew."""
    prompt = Prompt(interactive=sys.stdin.isatty())
    while (line := prompt.read()) is not None:
        if line in {"/new", "/uusi", "/ny"}:
            conversation.clear()
            prompt.greet()
        elif line in {"/quit", "/lopeta", "/sluta"}:
            return
        elif line.isdigit() and 1 <= int(line) <= len(conversation.suggestions):
            yield conversation.suggestions[int(line) - 1]
        elif line:
            yield line
