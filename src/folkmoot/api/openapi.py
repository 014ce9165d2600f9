"""Descriptions of our APIs in OpenAPI 3.1, made from the tables of routes and their structs, so that they cannot say anything else than
what is served."""

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from folkmoot.api.v3.documents import NUMBERS
from folkmoot.api.v3.documents import Document as Beside
from folkmoot.api.v3.routes import Route
from folkmoot.api.v3.wire.accounts import ErrorResponse

Document = dict[str, Any]
_REF = "#/components/schemas/"
_FORMATS = {f"{-(2**31)} {2**31 - 1}": "int32", f"{-(2**63)} {2**63 - 1}": "int64"}
_RULE = re.compile(r"\s*\([A-Z]{1,3}-\d+[^)]*\)")
_ERRORS = {
    "400": "Refused: the name says why.",
    "401": "Not without a session, or not with what was given.",
    "404": "There is no such thing.",
    "413": "The body is too large.",
    "503": "The server is not well.",
}


def document(
    title: str, version: str, about: str, routes: Sequence[Route], beside: Sequence[Beside] = ()
) -> Document:
    """The description of these operations, and of documents that are served beside them."""
    structs: set[type[msgspec.Struct]] = {ErrorResponse}
    for route in routes:
        structs.update(struct for struct in (route.asks, route.answers) if struct is not None)
    ordered = sorted(structs, key=lambda struct: struct.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=_REF + "{name}")
    nulls = {route.answers.__name__ for route in routes if route.nulls and route.answers} | {
        ErrorResponse.__name__
    }
    schemas = {name: _tidied(schema, nulls=name in nulls) for name, schema in sorted(components.items())}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    paths |= {each.path: {"get": _of_document(each)} for each in beside}
    asked_only = _in_queries(routes) - _used(paths) - _used(schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": about},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in asked_only},
            "securitySchemes": {
                "bearerAuth": {"type": "http", "scheme": "bearer"},
                "cookieAuth": {"type": "apiKey", "in": "cookie", "name": "jwt"},
            },
        },
    }


def _operation(route: Route, schemas: dict[str, Any]) -> Document:
    """One operation of the table."""
    sessions: list[dict[str, list[str]]] = [{"bearerAuth": []}, {"cookieAuth": []}]
    said: Document = {
        "operationId": operation_id(route),
        "summary": _summary(route.handler),
        "tags": [route.path.strip("/").split("/")[2 if route.path.startswith("/api/") else 0]],
        "security": {"required": sessions, "optional": [{}, *sessions]}.get(route.auth, []),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)\}", route.path)
        ],
        "x-rate-limit-class": route.limit or None,
    }
    if route.asks is not None and route.method == "GET":
        asked = schemas[route.asks.__name__]
        required = asked.get("required", [])
        said["parameters"] += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in asked["properties"].items()
        ]
    elif route.asks is not None:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF + route.asks.__name__}}},
        }
    elif route.files:
        picture = {"type": "string", "contentMediaType": "application/octet-stream"}
        form = {
            "type": "object",
            "properties": {route.files: {"type": "array", "items": picture}},
            "required": [route.files],
        }
        said["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    said["responses"] = _responses(route, has_body="requestBody" in said)
    return said


def _of_document(said: Beside) -> Document:
    """A document as an operation."""
    asked = [(name, "path", True) for name in re.findall(r"\{(\w+)\}", said.path)]
    asked += [(name, "query", name in said.needs) for name in (*said.needs, *said.asks)]
    refused = {"application/json": {"schema": {"$ref": _REF + "ErrorResponse"}}}
    return {
        "operationId": said.name,
        "summary": said.summary,
        "tags": ["documents"],
        "security": [],
        "parameters": [
            {"name": name, "in": place, "required": needed, "schema": {"type": "integer" if name in NUMBERS else "string"}}
            for name, place, needed in asked
        ],
        "x-rate-limit-class": None,
        "responses": {
            "200": {
                "description": "Done.",
                "content": {said.media: {"schema": {"type": "object" if "json" in said.media else "string"}}},
            },
            "400": {"description": _ERRORS["400"], "content": refused},
        },
    }  # fmt: skip


def _responses(route: Route, *, has_body: bool) -> Document:
    good: Document = {"description": "Done."}
    if route.answers is not None:
        schema: Document = {"$ref": _REF + route.answers.__name__}
        if route.many:
            schema = {"type": "array", "items": schema}
        good["content"] = {"application/json": {"schema": schema}}
    elif route.media:
        good["content"] = {
            route.media: {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
        }
    wrong = {"400", "404"}
    if route.auth == "required":
        wrong.add("401")
    if has_body:
        wrong.add("413")
    if route.refuses:
        wrong.add(str(route.refuses))
    refused = {"application/json": {"schema": {"$ref": _REF + "ErrorResponse"}}}
    found = {str(route.status): good}
    for status in sorted(wrong):
        found[status] = {"description": _ERRORS[status]}
        if status != "404" or not route.media:  # a picture that is not there says nothing
            found[status]["content"] = refused
    if route.redirects:
        found["307"] = {"description": "It is elsewhere."}
    if route.also:
        found[str(route.also)] = good | {"description": _ERRORS[str(route.also)]}
    return found


def operation_id(route: Route) -> str:
    """A name for an operation, from what it is in the program: no two are alike."""
    module = route.handler.__module__.rpartition(".")[2]
    return f"{module}_{route.handler.__name__}"


def _summary(handler: Callable[..., Any]) -> str:
    """The first sentence of what a handler says of itself, without the numbers of rules."""
    words = inspect.cleandoc(handler.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return _RULE.sub("", words.partition(" Raises ")[0]).rstrip(".").strip() + "."


def _tidied(schema: Any, *, nulls: bool = False) -> Any:
    """A schema as the contract writes it: what may be missing is left out rather than null (T-4) unless `nulls`, numbers have a width."""
    if isinstance(schema, list):
        return [_tidied(each, nulls=nulls) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if not nulls and {"type": "null"} in schema.get("anyOf", ()):
        others = [each for each in schema["anyOf"] if each != {"type": "null"}]
        return _tidied(others[0] if len(others) == 1 else {"anyOf": others})
    if schema.get("type") == "integer":
        width = _FORMATS.get(f"{schema.get('minimum')} {schema.get('maximum')}")
        return {"type": "integer", **({"format": width} if width else {})}
    if "enum" in schema:
        return {"type": "string", "enum": list(schema["enum"])}
    if "properties" in schema:
        fields = {name: _tidied(each, nulls=nulls) for name, each in schema["properties"].items()}
        schema = {key: value for key, value in schema.items() if key != "title"} | {"properties": fields}
        if not schema.get("required"):
            schema.pop("required", None)
        return schema
    return {
        key: _tidied(value, nulls=nulls) for key, value in schema.items() if key not in {"title", "default"}
    }


def _in_queries(routes: Sequence[Route]) -> set[str]:
    """The structs that only stand for query strings: their fields are listed as parameters."""
    return {route.asks.__name__ for route in routes if route.asks is not None and route.method == "GET"}


def _used(part: Any) -> set[str]:
    """The schemas that a part of a document refers to."""
    if isinstance(part, list):
        return set().union(*map(_used, part))
    if not isinstance(part, dict):
        return set()
    named = {part["$ref"].removeprefix(_REF)} if isinstance(part.get("$ref"), str) else set()
    return named.union(*map(_used, part.values()))
