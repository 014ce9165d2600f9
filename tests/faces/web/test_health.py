"""Whoever watches the server learns whether it can answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from folkmoot.app import Server
from folkmoot.settings import Settings
from folkmoot.store.db import Database

Browsers = Callable[..., Any]


async def test_a_server_that_works_says_so(browser: Browsers, db: Database) -> None:
    answer = await (await browser()).get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["database"] == db.dialect.name
    assert answer.headers["cache-control"] == "no-store"


async def test_a_server_without_its_database_says_so(browser: Browsers, monkeypatch: Any) -> None:
    async def gone(_db: Database) -> int:
        raise OSError("connection refused")

    monkeypatch.setattr("folkmoot.core.site.health.schema_version", gone)
    answer = await (await browser()).get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")


async def test_before_it_is_ready_everything_is_503(tmp_path: Path) -> None:
    server = Server(
        Settings(database=f"sqlite:///{tmp_path}/x.db", hostname="here.example", scheme="http"), work=False
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(server), base_url="http://here.example"
    ) as http:
        for path in ("/health", "/"):
            answer = await http.get(path)
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
