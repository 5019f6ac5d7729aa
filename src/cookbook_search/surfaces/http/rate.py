"""Rate limits: a token bucket an API key, a session or an address, honest headers, 429 with the time to wait.

A bucket holds ``amount`` tokens and is refilled evenly over the period; each request takes one
(https://en.wikipedia.org/wiki/Token_bucket). Buckets are bounded in number: the one that was idle longest
gives way, and it was full again by then or its address is one of very many.
"""

from __future__ import annotations

import ipaddress
import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.surfaces.http.problems import problem_response
from cookbook_search.types import Caller

PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
FORM = re.compile(r"^(?P<amount>[1-9]\d{0,6})/(?P<period>second|minute|hour|day)$")
BUCKETS = 50_000
FREE = ("/static/", "/healthz", "/readyz", "/metrics", "/slack/events")
"""Paths that cost nothing: files that browsers keep, what operations ask for, and what Slack signs.

All of Slack's users come from a few addresses of Slack's; a request without its signature is refused at once.
"""
IPV6_PREFIX = 64
"""A household or an office has this whole network."""
FAILURES = 10
"""Wrong keys and tokens of an address, a minute."""
Counted = Literal["address", "session", "key"]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a period."""

    amount: int
    seconds: int

    @property
    def a_second(self) -> float:
        """Tokens that come back in a second."""
        return self.amount / self.seconds


def parse_rate(text: str) -> Rate | None:
    """``60/minute`` as a rate; None for ``0``, which lifts the limit. Raises ValueError for another form."""
    if text.strip() == "0":
        return None
    found = FORM.match(text.strip())
    if found is None:
        raise ValueError(f"`{text}` is no rate; write it as 60/minute (second, minute, hour, day), or 0")
    return Rate(int(found["amount"]), PERIODS[found["period"]])


class Buckets:
    """The buckets of one process; ``clock`` gives seconds that never go back."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = BUCKETS) -> None:
        self.rate = rate
        self._clock = clock
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> tuple[int, float]:
        """Take a token: (tokens left, seconds until there is one); the wait is 0 where one was taken."""
        now = self._clock()
        level, since = self._levels.pop(key, (float(self.rate.amount), now))
        level = min(self.rate.amount, level + (now - since) * self.rate.a_second)
        wait = 0.0
        if level >= 1:
            level -= 1
        else:
            wait = (1 - level) / self.rate.a_second
        self._levels[key] = (level, now)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return int(level), wait

    def is_empty(self, key: str) -> bool:
        """Whether there is no token to take."""
        level, since = self._levels.get(key, (float(self.rate.amount), 0.0))
        return level + (self._clock() - since) * self.rate.a_second < 1


class RateLimit:
    """ASGI middleware, inside the one that finds the caller."""

    def __init__(self, app: ASGIApp, address: Rate | None, key: Rate | None) -> None:
        """The rates of an address, which is also that of a session, and of an API key; None: no limit."""
        self._app = app
        self._buckets: dict[Counted, Buckets | None] = {
            "address": Buckets(address) if address else None,
            "session": Buckets(address) if address else None,
            "key": Buckets(key) if key else None,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its caller has tokens; answer 429 where there are none."""
        counted, name = counted_for(scope)
        buckets = self._buckets[counted]
        if buckets is None or scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        left, wait = buckets.take(name)
        rate = buckets.rate
        headers = {
            "RateLimit-Policy": f'"{counted}";q={rate.amount};w={rate.seconds}',
            "RateLimit": f'"{counted}";r={left};t={math.ceil(wait)}',
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        if wait:
            detail = f"Too many requests from this {counted}; try again in {math.ceil(wait)} seconds."
            await too_many(detail, wait)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


class Attempts:
    """Wrong keys and tokens by address; safe to share by threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._buckets = Buckets(Rate(FAILURES, 60), clock)
        self._lock = threading.Lock()

    def are_used_up(self, address: str) -> bool:
        """Whether so many were wrong lately that none is tried now."""
        with self._lock:
            return self._buckets.is_empty(address)

    def count(self, address: str) -> None:
        """One more was wrong."""
        with self._lock:
            self._buckets.take(address)


def too_many(detail: str, wait: float) -> Response:
    """429 with the time to wait."""
    refusal = problem_response(HTTPStatus.TOO_MANY_REQUESTS, detail)
    refusal.headers["Retry-After"] = str(math.ceil(wait))
    return refusal


def counted_for(scope: Scope) -> tuple[Counted, str]:
    """Whom a request counts for: the API key, the session, else the address."""
    caller = scope.get("caller")
    if isinstance(caller, Caller) and caller.way != "anyone":
        return ("key" if caller.way == "key" else "session"), caller.id
    return "address", address_of(scope)


def address_of(scope: Scope) -> str:
    """The address that a request comes from, of IPv6 its network."""
    client = scope.get("client")
    if not client:
        return ""
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
