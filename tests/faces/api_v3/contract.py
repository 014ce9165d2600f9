"""The contract of API v3 as a check on answers: strict, so that nothing travels that it does not know."""

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from folkmoot.api.openapi import document as described
from folkmoot.api.v3.routes import ROUTES
from tests.needs import shared_folder

_BASE = "urn:contract"


@cache
def document() -> dict[str, Any]:
    """The contract; where the shared fixtures are not at hand, our own description, which a test holds to it. Objects take no other
    members than it names."""
    there = shared_folder() / "contracts/lemmy-v3.openapi.json"
    found: dict[str, Any] = json.loads(
        there.read_text() if there.exists() else json.dumps(described("API v3", "", "", ROUTES))
    )
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return found


@cache
def _registry() -> Registry[Any]:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(_BASE, resource)
    return registry


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$"), path)
        for path in document()["paths"]
    ]


@cache
def _validator(method: str, path: str, status: str) -> Draft202012Validator | None:
    answers = document()["paths"][path][method]["responses"]
    if status not in answers:
        return None
    node = answers[status]
    pointer = node.get("$ref") or "#/paths/{}/{}/responses/{}".format(
        path.replace("~", "~0").replace("/", "~1"), method, status
    )
    target = document()
    for step in pointer[2:].split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    if status == "201":  # the contract says what is in it where it names the other status for the same
        return _validator(method, path, "200")
    if "application/json" not in target.get("content", {}):
        return None
    return Draft202012Validator(
        {"$ref": f"{_BASE}{pointer}/content/application~1json/schema"},
        registry=_registry(),
        format_checker=FormatChecker(),
    )


def violations(method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with an answer; also that its status is not among those of the operation. Paths outside the contract are free,
    and so is the answer that what the caller has is still right."""
    if status == 304:
        return [] if body is None else ["304 has no body"]
    for pattern, name in _patterns():
        if pattern.match(path) and method.lower() in document()["paths"][name]:
            if str(status) not in document()["paths"][name][method.lower()]["responses"]:
                return [f"{status} is not among the answers to {method} {name}"]
            validator = _validator(method.lower(), name, str(status))
            if validator is None:
                return []
            return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    return []
