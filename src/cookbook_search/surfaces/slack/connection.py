"""The client of Slack's Web API: waits as long as Slack asks, and never sends twice what may have arrived."""

from __future__ import annotations

from aiohttp import ClientConnectorError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

RATE_LIMIT_RETRIES = 8
CONNECT_RETRIES = 2
TIMEOUT_SECONDS = 30


def retries() -> list[AsyncRetryHandler]:
    """Wait out Retry-After; try again where no connection was made, but not where one broke."""
    return [
        AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES),
        AsyncConnectionErrorRetryHandler(CONNECT_RETRIES, error_types=[ClientConnectorError]),
    ]


def web_client(base_url: str, token: str | None) -> AsyncWebClient:
    """A client of the API at this address."""
    return AsyncWebClient(
        token=token or None, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=retries()
    )
