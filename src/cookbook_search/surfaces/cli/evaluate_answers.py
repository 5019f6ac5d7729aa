"""The part of `cookbook eval` that measures the assistant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from cookbook_search.analyze import open_analyzer
from cookbook_search.app import Cookbook
from cookbook_search.config import Settings
from cookbook_search.embed import open_embedder
from cookbook_search.evaluate import (
    ANSWER_MEASURES,
    Places,
    Shelf,
    answers_as_json,
    evaluate_answers,
    read_conversations,
    summarise_answers,
)
from cookbook_search.surfaces.terminal import print_answer_tables, print_json
from cookbook_search.types import Answer, Message


def measure_answers(path: Path, settings: Settings, per_turn: Path | None, as_json: bool) -> None:
    """Have the judged conversations and print how the assistant did, by language and kind of question."""
    conversations = read_conversations(path)
    cookbook = Cookbook(settings)
    analyzer = open_analyzer(settings.analyzer)
    documents = cookbook.snapshot.documents
    shelf = Shelf(documents, analyzer, open_embedder("bundled", analyzer))

    def ask(messages: Sequence[Message]) -> Answer:
        return asyncio.run(cookbook.ask(messages))

    outcomes = evaluate_answers(conversations, ask, shelf, Places(documents))
    tables = {
        "language": summarise_answers(outcomes, lambda outcome: outcome.conversation.lang),
        "asks": summarise_answers(outcomes, lambda outcome: outcome.turn.asks),
        "all": summarise_answers(outcomes, lambda _: "all"),
    }
    if per_turn is not None:
        per_turn.write_text(answers_as_json(outcomes) + "\n", encoding="utf-8")
    if as_json:
        shown = {
            name: {g: {m: asdict(e) for m, e in row.items()} for g, row in t.items()}
            for name, t in tables.items()
        }
        print_json({"conversations": len(conversations), "turns": len(outcomes), **shown})
    else:
        print_answer_tables(tables["language"] | tables["all"], tables["asks"], ANSWER_MEASURES)
