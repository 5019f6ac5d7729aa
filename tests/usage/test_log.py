"""The log of questions: never slow, never failing, bounded, and honest about what it lost."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from cookbook_search.errors import StoreError
from cookbook_search.types import Asked
from cookbook_search.usage.log import QueryLog

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def asked(number: int = 0, words: str = "kysymys") -> Asked:
    return Asked(f"{number:016x}", NOW, "api", "search", "fi", words, False)


class Shelf:
    """A database that can be away."""

    def __init__(self) -> None:
        self.kept: list[Asked] = []
        self.calls = 0
        self.away = False
        self.called = threading.Event()

    def write(self, batch) -> None:
        self.calls += 1
        self.called.set()
        if self.away:
            raise StoreError("away")
        self.kept += batch


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def open_log(shelf: Shelf, **changes) -> QueryLog:
    settings = {"gather_seconds": 0.01, "retry_seconds": 0.01} | changes
    return QueryLog(shelf.write, lambda text, _: text.replace("Virtanen", "[nimi]"), **settings)


def test_questions_are_masked_and_stored_in_order(shelf: Shelf) -> None:
    log = open_log(shelf)
    for number in range(50):
        log.add(asked(number, f"Virtanen {number}"))
    log.drain()
    assert [one.text for one in shelf.kept] == [f"[nimi] {number}" for number in range(50)]
    assert shelf.calls < 50
    assert log.dropped == 0
    log.close()


def test_a_database_that_comes_back_gets_what_waited(shelf: Shelf) -> None:
    shelf.away = True
    log = open_log(shelf)
    log.add(asked(1))
    assert shelf.called.wait(10)
    assert shelf.kept == []
    log.add(asked(2))
    shelf.away = False
    log.drain()
    assert [one.id for one in shelf.kept] == [asked(1).id, asked(2).id]
    assert log.dropped == 0
    log.close()


def test_a_full_queue_drops_counts_and_never_waits(shelf: Shelf) -> None:
    shelf.away = True
    log = open_log(shelf, capacity=3)
    log.add(asked(0))
    assert shelf.called.wait(10)  # the writer holds the first, the queue is empty
    for number in range(1, 11):
        log.add(asked(number))
    assert log.dropped == 7
    shelf.away = False
    log.drain()
    assert len(shelf.kept) == 4
    log.close()


def test_closing_stores_what_waits(shelf: Shelf) -> None:
    log = open_log(shelf, gather_seconds=0.05)
    log.add(asked(1))
    log.add(asked(2))
    log.close()
    assert len(shelf.kept) == 2


def test_closing_without_a_database_ends_and_counts_the_lost(shelf: Shelf) -> None:
    shelf.away = True
    log = open_log(shelf, retry_seconds=60)
    log.add(asked(1))
    assert shelf.called.wait(10)
    log.close()
    assert (shelf.kept, log.dropped) == ([], 1)


def test_an_unforeseen_error_drops_one_batch_and_the_log_goes_on(shelf: Shelf, caplog) -> None:
    log = QueryLog(shelf.write, lambda text, _: str({"good": 1}[text]), gather_seconds=0.01)
    log.add(asked(1, "bad"))
    log.drain()
    log.add(asked(2, "good"))
    log.drain()
    assert [one.id for one in shelf.kept] == [asked(2).id]
    assert log.dropped == 1
    assert "could not be stored" in caplog.text
    log.close()


def test_a_log_that_was_never_used_has_no_thread(shelf: Shelf) -> None:
    before = threading.active_count()
    log = open_log(shelf)
    assert threading.active_count() == before
    log.close()


def test_many_threads_add_at_once(shelf: Shelf) -> None:
    log = open_log(shelf)
    threads = [
        threading.Thread(target=lambda start=start: [log.add(asked(start + n)) for n in range(100)])
        for start in range(0, 800, 100)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.drain()
    assert sorted(one.id for one in shelf.kept) == [asked(n).id for n in range(800)]
    log.close()


def test_what_waits_is_tried_once_more_when_the_log_is_closed(shelf: Shelf) -> None:
    shelf.away = True
    log = open_log(shelf, retry_seconds=60)
    log.add(asked())
    assert shelf.called.wait(5)
    shelf.away = False
    log.close()
    assert [one.text for one in shelf.kept] == ["kysymys"]
    assert log.dropped == 0
