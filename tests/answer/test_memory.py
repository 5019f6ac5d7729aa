"""Kept conversations: bounded, and forgotten in time."""

from __future__ import annotations

import pytest

from cookbook_search.answer.memory import KEPT_TURNS, Conversations
from cookbook_search.errors import ConversationNotFound
from cookbook_search.types import Message


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


TURNS = (Message("user", "hei"), Message("assistant", "Hei!"))


def test_turns_are_kept_and_found():
    conversations = Conversations(10, 60)
    name = conversations.begin()
    conversations.keep(name, TURNS)
    assert conversations.messages(name) == TURNS


def test_a_conversation_is_forgotten_after_its_silence():
    clock = Clock()
    conversations = Conversations(10, 60, clock)
    conversations.keep("a", TURNS)
    clock.now = 59
    conversations.keep("a", TURNS)
    clock.now = 118
    assert conversations.messages("a") == TURNS
    clock.now = 120
    with pytest.raises(ConversationNotFound, match="begin a new one"):
        conversations.messages("a")


def test_the_longest_silent_gives_way():
    conversations = Conversations(2, 60)
    for name in ("a", "b", "a", "c"):
        conversations.keep(name, TURNS)
    assert conversations.messages("a") == conversations.messages("c") == TURNS
    with pytest.raises(ConversationNotFound):
        conversations.messages("b")


def test_only_the_latest_turns_are_kept():
    conversations = Conversations(2, 60)
    conversations.keep("a", TURNS * KEPT_TURNS)
    assert len(conversations.messages("a")) == KEPT_TURNS


def test_ids_are_not_guessed():
    conversations = Conversations(2, 60)
    names = {conversations.begin() for _ in range(100)}
    assert len(names) == 100
    assert min(len(name) for name in names) >= 22
