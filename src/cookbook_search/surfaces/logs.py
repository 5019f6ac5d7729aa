"""The log on standard error: a line a record, of text or of JSON, without secrets, addresses or questions."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from cookbook_search.config import Settings
from cookbook_search.timing import current_trace

QUIET = (
    "alembic", "asyncio", "faiss", "fontTools", "httpcore", "httpx", "mcp", "openai", "opentelemetry",
    "slack_bolt", "slack_sdk", "urllib3", "weasyprint",
)  # fmt: skip
"""Libraries that tell addresses at `info` and whole requests at `debug`: of them warnings alone."""
UVICORN = ("uvicorn", "uvicorn.error")
ADDRESSES = "uvicorn.access"
"""Its lines hold whole addresses, and these hold questions."""
LEAST_SECRET = 6
"""Shorter ones would be found in every other word."""
_HIDDEN = "[secret]"


def configure_logging(settings: Settings) -> None:
    """Send all records of this process to standard error, in the form and from the weight of the settings."""
    formatter = (JsonLines if settings.log_format == "json" else TextLines)(secrets_of(settings))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_is_told)
    root = logging.getLogger()
    root.handlers = [handler]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in UVICORN:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    addresses = logging.getLogger(ADDRESSES)
    addresses.handlers, addresses.propagate = [], False


def _is_told(record: logging.LogRecord) -> bool:
    """Whether a record goes on: slack-bolt gives its loggers the level of the root, whatever theirs is."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in QUIET


def secrets_of(settings: Settings) -> list[str]:
    """What must never be written, the longest first: secret settings, and the password of the database."""
    values = [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]
    values.append(urlsplit(settings.database).password or "")
    return sorted({value for value in values if len(value) >= LEAST_SECRET}, key=len, reverse=True)


class Lines(logging.Formatter):
    """What both forms share; ``extra={"fields": {...}}`` of a record are its further fields."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record as it is written."""
        fields: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := current_trace():
            fields["request_id"] = trace.id
        fields |= getattr(record, "fields", {})
        error = self.formatException(record.exc_info) if record.exc_info else ""
        return self._without_secrets(self.line(fields, error))

    def line(self, fields: Mapping[str, object], error: str) -> str:
        """One record in the form of the class; ``error`` is its traceback, if any."""
        raise NotImplementedError

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return line


class JsonLines(Lines):
    """A JSON object a line."""

    def line(self, fields: Mapping[str, object], error: str) -> str:
        """``time, level, logger, message``, the further fields, and ``error`` where there is one."""
        told = {**fields, "error": error} if error else fields
        return json.dumps(told, ensure_ascii=False, default=str)


class TextLines(Lines):
    """For people: time, weight, message, then ``name=value``; a traceback follows on lines of its own."""

    def line(self, fields: Mapping[str, object], error: str) -> str:
        """See the class."""
        rest = dict(fields)
        time, level, message = (str(rest.pop(name)) for name in ("time", "level", "message"))
        rest.pop("logger")
        told = " ".join([message, *(f"{name}={_short(value)}" for name, value in rest.items())])
        return f"{time} {level:7} {printable(told)}" + (f"\n{error}" if error else "")


def _short(value: object) -> str:
    if isinstance(value, Mapping):
        return ",".join(f"{name}:{_short(held)}" for name, held in value.items())
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) and " " in value else str(value)


def printable(text: str) -> str:
    """On one line: nobody writes records of their own by asking for them."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
