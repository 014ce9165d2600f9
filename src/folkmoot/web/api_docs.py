"""The descriptions of our APIs, for people who write apps: pages made from the same documents that programs read."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from folkmoot.web.base import page
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.page_cache import SITE, may_be_kept

_NO_ACCOUNT, _ACCOUNT, _EITHER = (
    N_("open to everybody"),
    N_("with or without a session"),
    N_("needs a session"),
)
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Field:
    """One field or parameter. `type` in words, `of` the structure it is of, where that has a description of its own."""

    name: str
    type: str
    of: str
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it. `asks` and `answers` are names of structures, empty for none."""

    anchor: str
    method: str
    path: str
    summary: str
    session: str
    limit: str
    parameters: list[Field]
    asks: str
    answers: str


async def show_index(request: Request) -> Response:
    """Which APIs there are."""
    found = request.app.state.api_documents()
    may_be_kept(request, SITE)
    return await page(
        request, "docs/index.html", documents=[(name, each["info"]) for name, each in found.items()]
    )


async def show_document(request: Request) -> Response:
    """One API, operation by operation."""
    name = request.path_params["name"]
    found = _document(request)
    operations = sorted(_operations(found), key=lambda each: each[0])
    may_be_kept(request, SITE)
    return await page(
        request,
        "docs/api.html",
        name=name,
        info=found["info"],
        groups=[
            (tag, [each for _, each in some]) for tag, some in groupby(operations, key=lambda each: each[0])
        ],
        structures=[
            (title, schema.get("description", ""), _fields(schema), schema.get("enum", ()))
            for title, schema in found["components"]["schemas"].items()
        ],
    )


async def show_json(request: Request) -> Response:
    """The same for programs: OpenAPI 3.1."""
    return JSONResponse(_document(request), headers={"cache-control": "public, max-age=3600"})


def _document(request: Request) -> dict[str, Any]:
    found: dict[str, Any] | None = request.app.state.api_documents().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return found


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    """Every operation with the group it belongs to."""
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            sessions = said["security"]
            wanted = _NO_ACCOUNT if not sessions else _ACCOUNT if {} in sessions else _EITHER
            good = next(each for status, each in said["responses"].items() if status < "300")
            yield (
                said["tags"][0],
                Operation(
                    anchor=said["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=said["summary"],
                    session=gettext(wanted),
                    limit=said["x-rate-limit-class"] or "",
                    parameters=[
                        _field(each["name"], each["schema"], each["required"]) for each in said["parameters"]
                    ],
                    asks=_struct_in(said.get("requestBody", {})),
                    answers=_struct_in(good),
                ),
            )


def _struct_in(part: dict[str, Any]) -> str:
    """The name of the structure in a body of JSON."""
    schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return _field("", schema, True).of


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", ())
    return [_field(name, each, name in required) for name, each in schema.get("properties", {}).items()]


def _field(name: str, schema: dict[str, Any], required: bool) -> Field:
    """A schema in a word or two."""
    if "$ref" in schema:
        of = schema["$ref"].removeprefix(_REF)
        return Field(name, of, of, required)
    if "anyOf" in schema:
        (inner, *_) = (_field(name, each, required) for each in schema["anyOf"])
        return inner
    kind = schema.get("type", "any")
    if kind == "array":
        inner = _field(name, schema["items"], required)
        return Field(name, f"[{inner.type}]", inner.of, required)
    words = " | ".join(kind) if isinstance(kind, list) else kind
    return Field(name, f"{words} ({schema['format']})" if "format" in schema else words, "", required)
