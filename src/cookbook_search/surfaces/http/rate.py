"""Rate limits: a token bucket an address, honest headers, 429 with the time to wait.

A bucket holds ``amount`` tokens and is refilled evenly over the period; each request takes one
(https://en.wikipedia.org/wiki/Token_bucket). Buckets are bounded in number: the one that was idle longest
gives way, and it was full again by then or its address is one of very many.
"""

from __future__ import annotations

import ipaddress
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cookbook_search.surfaces.http.problems import problem_response

PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
FORM = re.compile(r"^(?P<amount>[1-9]\d{0,6})/(?P<period>second|minute|hour|day)$")
BUCKETS = 50_000
FREE = ("/static/", "/healthz", "/readyz", "/metrics", "/slack/events")
"""Paths that cost nothing: files that browsers keep, what operations ask for, and what Slack signs.

All of Slack's users come from a few addresses of Slack's; a request without its signature is refused at once.
"""
IPV6_PREFIX = 64
"""A household or an office has this whole network."""


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


class RateLimit:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, rate: Rate) -> None:
        self._app = app
        self._buckets = Buckets(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its address has tokens; answer 429 where it has none."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        left, wait = self._buckets.take(key_of(scope))
        rate = self._buckets.rate
        headers = {
            "RateLimit-Policy": f'"address";q={rate.amount};w={rate.seconds}',
            "RateLimit": f'"address";r={left};t={math.ceil(wait)}',
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        if wait:
            seconds = math.ceil(wait)
            detail = f"Too many requests from this address; try again in {seconds} seconds."
            refusal = problem_response(HTTPStatus.TOO_MANY_REQUESTS, detail)
            refusal.headers["Retry-After"] = str(seconds)
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def key_of(scope: Scope) -> str:
    """Whom a request counts for: the address, of IPv6 its network."""
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
