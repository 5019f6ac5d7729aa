"""The real documents with outlines but without an index, and a small cookbook that answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cookbook_search.analyze import Analyzer
from cookbook_search.answer.library import Library
from cookbook_search.app import Cookbook
from cookbook_search.chunk import chunks
from cookbook_search.config import Settings
from cookbook_search.index import KIND_CODES
from cookbook_search.parse import read_corpus
from cookbook_search.types import Answer, Message

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="session")
def library(analyzer: Analyzer) -> Library:
    """The whole cookbook as the answerers see it; nothing is embedded, so it opens fast."""
    corpus, faults = read_corpus([CORPUS])
    assert faults == []
    by_document = [chunks(document) for document in corpus.documents]
    every = [chunk for of_document in by_document for chunk in of_document]
    return Library(
        SimpleNamespace(
            documents=corpus.documents,
            chunks=every,
            chunk_range=np.cumsum([0, *(len(of_document) for of_document in by_document)]),
            chunk_kind=np.array([KIND_CODES[chunk.kind] for chunk in every], dtype=np.uint8),
        ),
        analyzer,
    )


@pytest.fixture(scope="session")
def cookbook(tmp_path_factory: pytest.TempPathFactory) -> Cookbook:
    """The whole cookbook, indexed and open: rankings are fitted to it, not to a part of it."""
    opened = Cookbook(Settings(corpus=(CORPUS,), index=tmp_path_factory.mktemp("answer")))
    opened.index()
    opened.open()
    return opened


@pytest.fixture(scope="session")
def talk(cookbook: Cookbook) -> Callable[..., list[Answer]]:
    """Ask one question after another, each with the turns before it; the answers."""

    def ask_all(*questions: str) -> list[Answer]:
        turns: list[Message] = []
        answers: list[Answer] = []
        for question in questions:
            turns.append(Message("user", question))
            answers.append(asyncio.run(cookbook.ask(turns)))
            turns.append(Message("assistant", answers[-1].text))
        return answers

    return ask_all
