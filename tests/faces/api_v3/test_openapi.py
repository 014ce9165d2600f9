"""What we say of our API is what the contract says of it: paths, methods, parameters, fields, what is required, and types."""

import json
from typing import Any

import pytest

from folkmoot.api.openapi import document
from folkmoot.api.v3.documents import DOCUMENTS
from folkmoot.api.v3.routes import ROUTES
from tests.needs import shared

Shape = Any
OURS = document("API v3", "0.19", "", ROUTES, DOCUMENTS)


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("contracts/lemmy-v3.openapi.json").read_text())
    return found


def shape(document: dict[str, Any], schema: Any, above: tuple[str, ...] = ()) -> Shape:
    """A schema without names and words: types, fields, what is required; integers without their width."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in above:
            return "again"
        return shape(document, document["components"]["schemas"][name], (*above, name))
    if "anyOf" in schema:
        others = [each for each in schema["anyOf"] if each != {"type": "null"}]
        assert len(others) == 1, schema
        return shape(document, others[0], above)
    if "properties" in schema:
        fields = {name: shape(document, each, above) for name, each in schema["properties"].items()}
        return {"fields": fields, "required": sorted(schema.get("required", []))}
    if schema.get("type") == "array":
        return [shape(document, schema["items"], above)]
    kind = schema.get("type")
    if isinstance(kind, list):
        (kind,) = [each for each in kind if each != "null"]
    return "string" if "enum" in schema else "object" if kind is None else kind


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (method, path): said
        for path, methods in document["paths"].items()
        if path.startswith(("/api/", "/pictrs/"))
        for method, said in methods.items()
    }


OPERATIONS = sorted(operations(OURS))


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda word: word)
def test_an_operation_is_as_the_contract_has_it(contract: dict[str, Any], method: str, path: str) -> None:
    ours, theirs = operations(OURS)[method, path], operations(contract)[method, path]
    assert parameters(OURS, ours) == parameters(contract, theirs)
    assert body(OURS, ours) == body(contract, theirs)
    assert answer(OURS, ours) == answer(contract, theirs)
    missing = said_of(theirs) - said_of(ours)
    assert not missing or (path, missing) == ("/pictrs/image", {"200"}), (
        "some pict-rs answer 200 instead of 201"
    )
    assert bool(ours["security"]) == bool(theirs["security"]) or theirs["x-auth"] == "none"
    assert ours["x-rate-limit-class"] == theirs["x-rate-limit-class"]


def parameters(document: dict[str, Any], said: Any) -> Any:
    return {
        (each["in"], each["name"]): (each["required"], shape(document, each["schema"]))
        for each in said.get("parameters", [])
    }


def body(document: dict[str, Any], said: Any) -> Any:
    content = said.get("requestBody", {}).get("content", {})
    return {kind: shape(document, each["schema"]) for kind, each in content.items()}


def said_of(said: Any) -> set[str]:
    """The statuses of an operation."""
    return set(said["responses"])


def answer(document: dict[str, Any], said: Any) -> Any:
    good = next(each for status, each in said["responses"].items() if status.startswith("2"))
    return {kind: shape(document, each["schema"]) for kind, each in good.get("content", {}).items()}


def test_no_operation_is_missing_or_too_many(contract: dict[str, Any]) -> None:
    assert set(OPERATIONS) == set(operations(contract))


def test_documents_at_the_root_are_described_too(contract: dict[str, Any]) -> None:
    ours, theirs = (
        {
            path: said["get"]
            for path, said in each["paths"].items()
            if not path.startswith(("/api/", "/pictrs/"))
        }
        for each in (OURS, contract)
    )
    assert set(ours) == set(theirs)
    for path, said in ours.items():
        assert parameters(OURS, said) == parameters(contract, theirs[path])
        assert set(answer(OURS, said)) == set(answer(contract, theirs[path]))


def test_names_are_unique_and_every_reference_leads_somewhere() -> None:
    everything = [said for methods in OURS["paths"].values() for said in methods.values()]
    names = [said["operationId"] for said in everything]
    assert len(names) == len(set(names))
    assert all(said["summary"].strip(". ") for said in everything)
    text = json.dumps(OURS)
    for name in OURS["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text
