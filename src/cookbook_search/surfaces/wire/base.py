"""What all wire models share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Wire):
    """An error, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str = Field(default="", description="Under which the log tells of the request.")
    errors: list[dict[str, str]] = Field(
        default_factory=list, description="Field and fault, where a request is wrong."
    )
