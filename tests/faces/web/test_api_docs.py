"""The descriptions of our APIs: pages for people, documents for programs, nothing from elsewhere."""

import re
from typing import Any

from folkmoot.web.session import COOKIE
from tests.cast import Cast


async def test_there_are_no_others(browser: Any, cast: Cast) -> None:
    for path in ("/docs/api/v9", "/docs/api/v9.json"):
        assert (await (await browser()).get(path)).status_code == 404


async def test_every_operation_and_structure_has_its_place(browser: Any, cast: Cast) -> None:
    reader = await browser()
    index = await reader.get("/docs/api")
    assert index.status_code == 200
    for name in re.findall(r'href="/docs/api/(\w+)"', index.text):
        document = (await reader.get(f"/docs/api/{name}.json")).json()
        shown = await reader.get(f"/docs/api/{name}")
        assert shown.status_code == 200
        assert document["openapi"].startswith("3.1")
        for path, methods in document["paths"].items():
            for method in methods:
                assert f"<code>{method.upper()} {path}</code>" in shown.text
        anchors = set(re.findall(r' id="([^"]+)"', shown.text))
        assert set(document["components"]["schemas"]) <= anchors
        assert set(re.findall(r'href="#([^"]+)"', shown.text)) <= anchors


async def test_it_needs_nothing_from_elsewhere_and_no_script(browser: Any, cast: Cast) -> None:
    page = (await (await browser()).get("/docs/api/v3")).text
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "<script>" not in page
    assert " style=" not in page


async def test_documents_are_served_as_they_are_described(browser: Any, cast: Cast) -> None:
    reader = await browser("alice")
    token = reader.http.cookies[COOKIE]
    described = (await reader.get("/docs/api/v3.json")).json()["paths"]
    documents = {
        path: said["get"]
        for path, said in described.items()
        if "documents" in said.get("get", {}).get("tags", ())
    }
    assert len(documents) == 10
    for path, said in documents.items():
        name = "gardening" if "/c/" in path else "alice"
        asked = "?resource=acct:alice@here.example" if "webfinger" in path else ""
        answer = await reader.get(path.format(name=name, jwt=token) + asked)
        (media,) = said["responses"]["200"]["content"]
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media), path
