"""``/api/docs``: the API's reference, made of its own OpenAPI document without any script from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from cookbook_search.surfaces.http.pages.site import Site

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    required: bool
    told: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A route as the reference shows it."""

    method: str
    path: str
    told: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    example: str
    """JSON of a request; empty where none is given."""
    answers: tuple[tuple[str, str], ...]
    """Status and what it means."""
    result: tuple[Field, ...]


def router(site: Site) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/api/docs")
    def reference(request: Request) -> HTMLResponse:
        document = request.app.openapi()
        return site.page(
            request,
            "reference.html",
            operations=list(operations(document)),
            document_url=request.app.openapi_url,
        )

    return routes


def operations(document: Schema) -> Iterator[Operation]:
    """Every operation of an OpenAPI document, in its order."""
    for path, methods in document["paths"].items():
        for method, found in methods.items():
            body = _resolve(document, _json_of(found.get("requestBody", {})))
            answer = _resolve(document, _json_of(found["responses"].get("200", {})))
            examples = body.get("examples") or []
            yield Operation(
                method=method.upper(),
                path=path,
                told=found.get("description", found.get("summary", "")),
                parameters=tuple(
                    Field(p["name"], _kind(p["schema"]), p.get("required", False), p.get("description", ""))
                    for p in found.get("parameters", ())
                ),
                body=tuple(_fields(body)),
                example=json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else "",
                answers=tuple((status, told["description"]) for status, told in found["responses"].items()),
                result=tuple(_fields(answer)),
            )


def _json_of(holder: Schema) -> Schema:
    schema: Schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _resolve(document: Schema, schema: Schema) -> Schema:
    reference = schema.get("$ref", "")
    found: Schema = document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema
    return found


def _fields(schema: Schema) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield Field(name, _kind(field), name in required, field.get("description", ""))


def _kind(schema: Schema) -> str:
    """The type in words: ``array of RecipeHit``, ``"fi" | "sv" | null``, ``integer 1..50``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    return (
        kind
        if low is None and high is None
        else f"{kind} {'' if low is None else low}..{'' if high is None else high}"
    )
