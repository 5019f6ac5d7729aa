"""Where the time of a request goes: its stages and a few facts, told to whoever keeps its trace.

Work that belongs to no trace is not timed. A trace follows its request into threads and tasks, as context
variables do.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

BOUNDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
"""Upper ends of the buckets, in seconds: a search takes milliseconds, a language model seconds."""
Fact = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One piece of the work."""

    name: str
    begun: int
    """Nanoseconds of ``time.perf_counter_ns``."""
    ended: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended - self.begun) / 1e9


@dataclass(slots=True)
class Trace:
    """What one request did; ``tell`` hears of each stage as it ends."""

    id: str
    tell: Callable[[Stage], None] = lambda _stage: None
    stages: list[Stage] = field(default_factory=list)
    """In the order in which they ended: what a stage holds stands before it."""
    facts: dict[str, Fact] = field(default_factory=dict)
    error: Exception | None = None
    """What no handler expected."""

    def add(self, stage: Stage) -> None:
        """Keep a stage and tell it on."""
        self.stages.append(stage)
        self.tell(stage)


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_trace() -> Trace | None:
    """The trace of the request at work, if any."""
    return _current.get()


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    """What happens in the block belongs to this trace."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time a block or, as ``@stage(name)``, each call of a function."""
    trace = _current.get()
    if trace is None:
        yield
        return
    begun = time.perf_counter_ns()
    try:
        yield
    finally:
        trace.add(Stage(name, begun, time.perf_counter_ns()))


def note(**facts: Fact) -> None:
    """Tell something about the request at work; never what was asked, unless the settings want it."""
    if (trace := _current.get()) is not None:
        trace.facts.update(facts)


@dataclass(slots=True)
class Timing:
    """Durations of one kind of work, as a histogram."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many fell under each bound, and above the last."""
    total: float = 0.0
    """Seconds in all."""

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds
