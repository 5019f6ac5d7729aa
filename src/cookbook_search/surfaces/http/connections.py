"""Connections: how long a client may take to ask and to listen, how much it may say before that.

uvicorn waits for ever for the rest of a request, and for a client that does not read: its keep-alive timeout
starts anew at each byte and ends when a request is in hand (https://github.com/Kludex/uvicorn/issues/157).
A few bytes a minute would hold a connection, and some thousand of them the server (Slowloris).
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cookbook_search.config import Settings
from cookbook_search.surfaces.http.problems import MEDIA_TYPE, problem_response

log = logging.getLogger(__name__)
GRACE_SECONDS = 1.0
"""By so much the guard, which answers in full, is ahead of a connection that is only closed."""
FRESH_SECONDS = 0.5
"""A connection without a request yet is kept so long when the server ends."""
LEAST_TAKEN = 4096
"""Bytes that a client must take within the time for sending, to be sent more."""
OTHER_FILES = 200
"""File descriptors for everything but connections."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client is granted."""

    header_seconds: float
    """From the first byte, or from connecting, to the end of the headers."""
    body_seconds: float
    """From there to the end of the body."""
    send_seconds: float
    """In this time ``LEAST_TAKEN`` bytes of the response must have been taken."""
    header_bytes: int
    """Request line and headers."""
    connections: int
    """At once; one more closes the one that has gone longest without a whole request."""


def protocol_of(settings: Settings) -> type[asyncio.Protocol]:
    """Uvicorn's protocol under the limits of the settings, for the connections of one server."""
    limits = Limits(
        header_seconds=settings.header_seconds,
        body_seconds=settings.body_seconds,
        send_seconds=settings.send_seconds,
        header_bytes=settings.max_header_bytes,
        connections=_room_for(settings.max_connections),
    )
    return type("LimitedProtocol", (Limited,), {"limits": limits, "waiting": OrderedDict()})


class Limited(HttpToolsProtocol):
    """One connection."""

    limits: Limits
    waiting: OrderedDict[Limited, None]
    """Connections without a whole request, the one that has waited longest first; of the whole server."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.access_log = False  # it holds what was asked, and from where
        self._deadline: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._in_head = True
        self._begun = False
        """Whether anything of the head is there."""
        self._fed = 0
        """Bytes of a head that is not complete yet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Expect a request; make room where there are too many connections."""
        super().connection_made(transport)
        self.waiting[self] = None
        self._expect_within(self.limits.header_seconds)
        if len(self.connections) > self.limits.connections:
            longest, _ = self.waiting.popitem(last=False)
            longest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.waiting.pop(self, None)
        self._expect_nothing()
        if self._sending is not None:
            self._sending.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; a head that grows beyond the limit is refused before it is whole."""
        if self.transport.is_closing():
            return
        if self._in_head:
            self._fed += len(data)
            if self._deadline is None:
                self._expect_within(self.limits.header_seconds)
        super().data_received(data)
        if self._in_head and self._fed > self.limits.header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large; send less.")

    def on_message_begin(self) -> None:
        """A request begins, perhaps behind another one."""
        super().on_message_begin()
        self._begun = True
        if self._deadline is None:
            self._expect_within(self.limits.header_seconds)

    def on_headers_complete(self) -> None:
        """The head is whole: what is still awaited is the body."""
        self._in_head, self._begun, self._fed = False, False, 0
        self._expect_within(self.limits.body_seconds + GRACE_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: now it is the server's turn."""
        self._in_head = True
        self._expect_nothing()
        self.waiting.pop(self, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The response is in the hands of the transport."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_sending()
        elif not self.pipeline:
            self.waiting[self] = None

    def shutdown(self) -> None:
        """The server ends. A client that has only just connected could not know it: its request is heard."""
        if self.cycle is None:
            self.loop.call_later(FRESH_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        """Close, whether or not the client ever takes what it was sent."""
        super().timeout_keep_alive_handler()
        self._watch_sending()

    def pause_writing(self) -> None:
        """The client takes less than it is sent."""
        super().pause_writing()
        self._watch_sending()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, "This is no HTTP request that can be read.")

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._too_late, seconds)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self, seconds: float) -> None:
        """The client did not say in time what it wants."""
        if self.pipeline or (self.cycle is not None and not self.cycle.response_complete):
            self._expect_within(seconds)  # an earlier request of it is still being answered
        elif self._begun:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The headers did not come in time.")
        else:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer what never reaches the application, and close."""
        if self.transport.is_closing():
            return
        self._expect_nothing()
        body = bytes(problem_response(status, detail).body)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {MEDIA_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
        self._watch_sending()

    def _watch_sending(self) -> None:
        """End the connection unless the client goes on taking what waits for it."""
        if self._sending is None and (left := self.transport.get_write_buffer_size()):
            self._sending = self.loop.call_later(self.limits.send_seconds, self._look_at_sending, left)

    def _look_at_sending(self, before: int) -> None:
        self._sending = None
        left = self.transport.get_write_buffer_size()
        if left and before - left < LEAST_TAKEN and (self.flow.write_paused or self.transport.is_closing()):
            self.transport.abort()
        else:
            self._watch_sending()


def _room_for(connections: int) -> int:
    """As many connections as wanted, or as the system allows files; its soft limit is raised for them."""
    wanted = connections + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft < wanted:
        log.warning("the system allows %d open files: fewer connections than COOKBOOK_MAX_CONNECTIONS", soft)
    return max(min(connections, soft - OTHER_FILES), 1)
