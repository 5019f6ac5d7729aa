"""Settings: the only reader of the environment.

Values come, strongest first, from arguments, ``COOKBOOK_*`` environment variables and
``cookbook.toml`` in the working directory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from cookbook_search.errors import SettingsError
from cookbook_search.types import Access

LEAST_TOKEN = 16
"""Characters of the editors' token at least: too many to guess."""


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where a Milvus keeps the index."""

    uri: str
    """``http://host:port`` or ``https://host:port``, or the path of a file of Milvus Lite."""
    name: str
    """Alias of the collection that is served, and the beginning of the names of all of the index."""

    def __str__(self) -> str:
        return f"{self.name} at {self.uri}"


class Settings(BaseSettings):
    """Everything that can be configured; frozen once read."""

    model_config = SettingsConfigDict(
        env_prefix="COOKBOOK_", toml_file="cookbook.toml", frozen=True, extra="forbid"
    )

    corpus: tuple[Path, ...] = Field(
        default=(Path("corpus"),), description="Folders of the cookbooks to index, JSON list."
    )
    index: Annotated[Path | MilvusAddress, NoDecode] = Field(
        default=Path("index"),
        description="Folder of the snapshots, or `milvus://host:port/name` (`milvus+https` with TLS).",
    )
    index_cache: Path = Field(
        default=Path("index"),
        description="With Milvus, folder of what a build keeps and of what a server copies from there.",
    )
    milvus_token: SecretStr = Field(
        default=SecretStr(""), description="Token of Milvus, or `user:password`; empty: none."
    )
    milvus_seconds: float = Field(default=5, gt=0, description="Longest wait for an answer of Milvus.")
    library: Path = Field(
        default=Path("cookbooks"),
        description="Folder of other cities' cookbooks; `cookbook add` fills it.",
    )
    model: str = Field(
        default="bundled",
        description="Embedding model: `bundled`, or a sentence-transformers name or local path.",
    )
    reranker: str = Field(
        default="",
        description="Cross-encoder that orders the best documents, by name or local path; empty: none.",
    )
    analyzer: Literal["auto", "voikko", "simplemma"] = Field(
        default="auto", description="Finnish analyzer; `auto` takes Voikko where it is installed."
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on.")
    base_url: str = Field(
        default="",
        description="Public address of the site, for links that leave it; empty: as the request has it.",
    )
    language: Literal["fi", "sv", "en"] = Field(
        default="fi", description="Interface language where the browser asks for none of ours."
    )
    theme: str = Field(
        default="neutral",
        description="Look of the pages: `neutral`, `vantaa`, `contrast`, or the path of a CSS file.",
    )
    publisher: str = Field(
        default="Vantaan kaupunki", description="Who answers for the site, in the accessibility statement."
    )
    accessibility_contact: str = Field(
        default="",
        description="E-mail for feedback on accessibility; the statement says where it is missing.",
    )
    reload_seconds: float = Field(
        default=1.0, gt=0, description="How often the server looks whether a new snapshot is current."
    )
    cache_size: int = Field(
        default=1024, ge=0, description="Answers kept in memory for repeated queries; 0 keeps none."
    )
    database: str = Field(
        default="sqlite:///state/cookbook.db",
        description="What must outlive the process: SQLAlchemy URL of a SQLite or PostgreSQL database.",
    )
    log_queries: bool = Field(
        default=True,
        description="Keep questions, masked and without who asked, so that editors see what is missing.",
    )
    privacy_contact: str = Field(
        default="", description="E-mail address for privacy requests, shown on the privacy page."
    )
    access: Access = Field(
        default="public",
        description="`public`: search and chat are open to all; `closed`: to callers who are known.",
    )
    metrics_access: Literal["auto", "open", "known"] = Field(
        default="auto",
        description="For whom `/metrics` is: `open` to all, `known` callers, or `auto`: as search is.",
    )
    editor_token: SecretStr = Field(
        default=SecretStr(""),
        description="What editors sign in with at /toimitus, at least 16 characters; empty: no such pages.",
    )
    oidc_issuer: str = Field(
        default="",
        pattern=r"^$|^https://\S+$|^http://(localhost|127\.0\.0\.1)[:/]\S*$",
        description="Issuer of the identity provider (OpenID Connect) with which people sign in.",
    )
    oidc_client_id: str = Field(
        default="", validate_default=True, description="Our client id at the identity provider."
    )
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Our client secret there; empty: a public client, by PKCE alone."
    )
    oidc_scopes: tuple[str, ...] = Field(
        default=("profile",), description="Scopes asked for beside `openid`, JSON list."
    )
    oidc_roles_claim: str = Field(
        default="roles", min_length=1, description="Claim of the ID token that tells roles or groups."
    )
    oidc_admins: tuple[str, ...] = Field(
        default=("admin",), description="Values of that claim that make an admin, JSON list."
    )
    oidc_editors: tuple[str, ...] = Field(
        default=("editor",), description="Values of that claim that make an editor, JSON list."
    )
    oidc_readers: tuple[str, ...] = Field(
        default=(), description="Values of that claim that make a reader; empty: whoever signs in."
    )
    session_hours: float = Field(
        default=8, gt=0, le=168, description="Hours after which people who signed in sign in again."
    )
    judged_queries: Path = Field(
        default=Path("evaluation/dev.jsonl"),
        description="Judged queries by which a staged index is compared with the current one.",
    )
    gaps_least: int = Field(
        default=2,
        ge=1,
        le=1000,
        description="Questions that a group must hold to be shown to editors; smaller ones are only counted.",
    )
    retention_days: int = Field(
        default=90, ge=1, le=3650, description="Days after which questions and feedback are deleted."
    )
    plan_days: int = Field(
        default=1095,
        ge=1,
        le=36500,
        description="Days after the last change after which a stored launch plan is deleted.",
    )
    conversations: int = Field(
        default=1000,
        ge=0,
        description="Conversations kept in memory for clients that ask; 0: none.",
    )
    conversation_minutes: float = Field(
        default=60, gt=0, description="Minutes of silence after which a kept conversation is forgotten."
    )
    llm_url: str = Field(
        default="",
        description="Base address of an OpenAI-compatible API; empty: the embedded answerer alone.",
    )
    llm_model: str = Field(default="", description="Name of the language model at that address.")
    llm_key: SecretStr = Field(default=SecretStr(""), description="Key of that API, where it wants one.")
    llm_timeout_seconds: float = Field(
        default=20,
        gt=0,
        description="Longest wait for each next piece of the model's answer.",
    )
    llm_total_seconds: float = Field(
        default=60, gt=0, description="Longest time for the model's whole answer; then what is there is used."
    )
    llm_retries: int = Field(
        default=1,
        ge=0,
        le=5,
        description="New attempts where the model's server is busy or fails.",
    )
    llm_max_tokens: int = Field(default=500, ge=50, description="Tokens of the model's answer at most.")
    llm_context_tokens: int = Field(
        default=6000,
        ge=1000,
        description="Tokens of the prompt at most.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes that serve; about one a core.")
    shutdown_seconds: int = Field(
        default=20, ge=0, description="How long running requests may take to end when the server stops."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Form of the log on standard error: a line of text a record, or of JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least weight of what is logged; probes and files are logged at `debug`."
    )
    traces: bool = Field(
        default=False, description="Send OpenTelemetry traces, as its own OTEL_ variables say."
    )
    log_text: bool = Field(default=False, description="Write into the log what people ask; personal data.")
    rate_limit: str = Field(
        default="600/minute",
        description="Requests of one address, as `60/minute` (second, minute, hour, day); `0` lifts it.",
    )
    key_rate_limit: str = Field(
        default="1200/minute", description="Requests of one API key, in the same form; `0` lifts it."
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Addresses or networks of proxies whose X-Forwarded headers are believed."
    )
    slack_command: str = Field(
        default="/keittokirja", pattern=r"^/[a-zåäö0-9_-]{1,31}$", description="Slack's slash command."
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""), description="Slack's signing secret; set, `/slack/events` answers."
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""), description="Slack's app-level token `xapp-`, for `cookbook slack`."
    )
    slack_bot_token: SecretStr = Field(
        default=SecretStr(""), description="Slack's bot token `xoxb-`, for one workspace."
    )
    slack_client_id: str = Field(
        default="", description="Slack's client id, for several workspaces in place of the bot token."
    )
    slack_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Slack's client secret, with the client id."
    )
    slack_token_key: SecretStr = Field(
        default=SecretStr(""), description="Fernet key under which the workspaces' tokens are kept."
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        pattern=r"^https?://[^\s]+/$",
        description="Base address of Slack's Web API; GovSlack has another.",
    )
    max_body_bytes: int = Field(
        default=65536, ge=1024, description="Largest request body in bytes; a larger one is refused."
    )
    max_header_bytes: int = Field(
        default=32768,
        ge=4096,
        description="Address and headers of a request in bytes; larger ones are refused.",
    )
    max_requests: int = Field(
        default=200, ge=1, description="Requests answered at once by one process; the next is told to wait."
    )
    max_connections: int = Field(
        default=2000,
        ge=1,
        description="Connections of one process; one more closes the one that has asked nothing longest.",
    )
    header_seconds: float = Field(
        default=10, gt=0, description="Time for the headers of a request to come in whole."
    )
    body_seconds: float = Field(
        default=20, gt=0, description="Time for the body of a request to come in whole."
    )
    request_seconds: float = Field(
        default=120, gt=0, description="Time until an answer must have begun; then 503."
    )
    send_seconds: float = Field(
        default=30, gt=0, description="Time in which a client must take at least 4 KiB of what waits for it."
    )
    hsts_seconds: int = Field(
        default=31_536_000,
        ge=0,
        description="How long browsers that came by https use nothing else; 0 leaves it to the proxy.",
    )
    embed_origins: tuple[str, ...] = Field(
        default=(), description="Origins of the sites that may embed search and chat, JSON list."
    )

    @field_validator("editor_token")
    @classmethod
    def _long_enough(cls, token: SecretStr) -> SecretStr:
        if 0 < len(token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError(f"use at least {LEAST_TOKEN} characters, or none to have no editors' pages")
        return token

    @field_validator("oidc_client_id")
    @classmethod
    def _of_the_provider(cls, client_id: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not client_id:
            raise ValueError("set our client id at the identity provider, as COOKBOOK_OIDC_ISSUER is set")
        return client_id

    @field_validator("index", mode="before")
    @classmethod
    def _milvus(cls, value: object) -> object:
        text = str(value)
        return _milvus_address(text) if text.startswith(("milvus:", "milvus+")) else value

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(value) for value in values)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before ``cookbook.toml``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _milvus_address(value: str) -> MilvusAddress:
    """Raises ValueError where the address is not one of the three forms."""
    parts = urlsplit(value)
    name = parts.path.strip("/")
    if parts.scheme == "milvus" and not parts.netloc and name:
        path = Path(parts.path)
        return MilvusAddress(str(path), re.sub(r"\W", "_", path.stem, flags=re.ASCII))
    scheme = {"milvus": "http", "milvus+https": "https"}.get(parts.scheme)
    plain = not (parts.query or parts.fragment or parts.username) and parts.hostname
    if not scheme or not plain or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
        raise ValueError(
            f"`{value}` is no address of an index; write milvus://host:port/name, "
            "milvus+https://host:port/name or milvus:///folder/file.db (Milvus Lite); "
            "a name has letters, digits and _, and a token has a setting of its own"
        )
    port = parts.port or (443 if scheme == "https" else 19530)
    return MilvusAddress(f"{scheme}://{parts.hostname}:{port}", name)


def _origin(value: str) -> str:
    """Scheme, host and port, as a browser writes them. Raises ValueError where there is more, or less."""
    parts = urlsplit(value.strip().rstrip("/").lower())
    host = parts.netloc.removesuffix({"http": ":80", "https": ":443"}.get(parts.scheme, ""))
    plain = parts.scheme in {"http", "https"} and host and not parts.path and not parts.query
    if not plain or not set(host) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.:[]"):
        raise ValueError(
            f"`{value}` is not the origin of one site; write scheme and host, for example "
            "https://intra.example.fi (no path, no `*`; a name with ä or ö in its xn-- form)"
        )
    return f"{parts.scheme}://{host}"


def read_settings(**arguments: object) -> Settings:
    """Read the settings; ``arguments`` that are not None win over environment and file.

    Raises SettingsError naming each setting that cannot be used.
    """
    try:
        return Settings(**{name: value for name, value in arguments.items() if value is not None})  # type: ignore[arg-type]  # values are checked by pydantic
    except ValidationError as error:
        faults = "; ".join(
            f"COOKBOOK_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SettingsError(f"A setting cannot be used. Mend it: {faults}") from error
    except (ValueError, OSError) as error:
        raise SettingsError(f"The settings cannot be read: {error}") from error
