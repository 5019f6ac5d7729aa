"""Order and calendar: prerequisites before, never more people than there are, circles survive."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from plan.pantry import recipe

from cookbook_search.plan.order import in_order, needed_for
from cookbook_search.plan.schedule import PARALLEL, Work, is_holiday, schedule
from cookbook_search.types import PHASES

START = dt.date(2027, 1, 4)
NAMES = [f"r{n}" for n in range(8)]


@st.composite
def graphs(draw):
    """Recipes that need each other in any way, also in circles and themselves."""
    chosen = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8, unique=True))
    return {
        f"Vantaa/{name}": recipe(
            name,
            draw(st.sampled_from(PHASES)),
            people=draw(st.integers(1, 9)),
            weeks=draw(st.integers(1, 30)),
            prerequisites=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))),
        )
        for name in chosen
    }


def leads_to(graph, key, seen=()):
    """Everything that must come before, over any number of steps."""
    found = set()
    for other in graph[key].prerequisites:
        name = f"Vantaa/{other}"
        if name in graph and name not in found and name not in seen:
            found |= {name} | leads_to(graph, name, (*seen, key))
    return found


@given(graphs())
def test_every_recipe_comes_once_and_after_what_it_needs(graph):
    ordered = [found.key for found in in_order(graph.values(), graph, {}, "tunnista")]

    assert sorted(ordered) == sorted(graph)
    for key in graph:
        for name in graph[key].prerequisites:
            other = f"Vantaa/{name}"
            if other in graph and key not in leads_to(graph, other) | {other}:  # not in a circle with it
                assert ordered.index(other) < ordered.index(key)


def test_without_needs_it_is_by_phase_then_worth():
    graph = {r.key: r for r in (recipe("a", "uudista"), recipe("b", "sitouta"), recipe("c", "sitouta"))}
    values = {"Vantaa/c": 2.0, "Vantaa/b": 1.0}
    ordered = in_order(graph.values(), graph, values, "sitouta")
    assert [found.id for found in ordered] == ["c", "b", "a"]


def test_measuring_begins_with_the_work():
    graph = {r.key: r for r in (recipe("a", "mittaa"), recipe("b", "kehita"), recipe("c", "orkestroi"))}
    ordered = in_order(graph.values(), graph, {"Vantaa/a": 1.0}, "orkestroi")
    assert [found.id for found in ordered] == ["a", "c", "b"]


def test_what_belongs_to_earlier_phases_is_taken_as_done():
    graph = {
        r.key: r
        for r in (
            recipe("a", "tunnista"),
            recipe("b", "kaynnista", prerequisites=("a",)),
            recipe("c", "sitouta", prerequisites=("b", "ei-ole")),
            recipe("d", "mittaa", prerequisites=("c", "d")),
        )
    }
    before, done = needed_for(graph["Vantaa/d"], graph, "sitouta")
    assert ([r.id for r in before], [r.id for r in done]) == (["c"], ["b"])
    before, done = needed_for(graph["Vantaa/d"], graph, "tunnista")
    assert ({r.id for r in before}, done) == ({"a", "b", "c"}, [])


@st.composite
def works(draw):
    count = draw(st.integers(1, 8))
    return [
        Work(
            str(n), draw(st.integers(1, 30)), draw(st.integers(1, 9)),
            tuple(str(other) for other in draw(st.lists(st.integers(0, 9), max_size=3))),
        )
        for n in range(count)
    ]  # fmt: skip


@given(works(), st.integers(1, 6), st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31)))
def test_the_calendar_holds(placed, people, start):
    slots = schedule(placed, people, start)

    assert list(slots) == [work.key for work in placed]
    last = max(slot.end_week for slot in slots.values())
    for week in range(last):
        busy = sum(slot.people for slot in slots.values() if slot.start_week <= week < slot.end_week)
        assert busy <= people * PARALLEL
    for at, work in enumerate(placed):
        slot = slots[work.key]
        working = [w for w in range(slot.start_week, slot.end_week) if not is_holiday(start, w)]
        assert slot.people == min(work.wanted, people)
        assert work.weeks <= len(working) <= 1.5 * work.weeks + 1
        assert not is_holiday(start, slot.start_week)
        assert not is_holiday(start, slot.end_week - 1)
        for key in work.needs:
            if key in {earlier.key for earlier in placed[:at]}:
                assert slots[key].end_week <= slot.start_week


def test_with_enough_people_everything_begins_at_once():
    slots = schedule([Work("a", 4, 1), Work("b", 4, 1), Work("c", 4, 1)], 1, START)
    assert [(s.start_week, s.weeks) for s in slots.values()] == [(0, 4), (0, 4), (4, 4)]


def test_nobody_works_in_july_or_at_christmas():
    assert not is_holiday(START, 25)  # 28.6.
    assert all(is_holiday(START, week) for week in range(26, 30))  # 5.7. to 26.7.
    assert not is_holiday(START, 30)  # 2.8.
    assert is_holiday(START, 51)  # 27.12.
    slots = schedule([Work("a", 10, 1)], 1, dt.date(2027, 6, 9))  # a Wednesday
    assert (slots["a"].start_week, slots["a"].weeks) == (0, 14)


def test_fewer_people_than_wanted_take_all_there_are_and_longer():
    slots = schedule([Work("a", 8, 4)], 2, START)
    assert (slots["a"].people, slots["a"].weeks) == (2, 10)
