"""Work as rows: written in the transaction that caused them, leased and finished by `jobs/runner.py`."""

import json
from typing import Any

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


async def enqueue(tx: Tx, name: str, payload: dict[str, Any], *, run_at: Micros | None = None, unique_key: str | None = None) -> None:
    """Write a job. With `unique_key`, a job of that key that is still waiting serves for this one too."""
    await tx.run(
        "INSERT INTO job (name, payload, unique_key, run_at, published) VALUES (:name, :payload, :unique_key, :run_at, :now)"
        " ON CONFLICT (unique_key) DO NOTHING",
        name=name, payload=json.dumps(payload), unique_key=unique_key, run_at=tx.now if run_at is None else run_at, now=tx.now,
    )  # fmt: skip
    tx.changed("jobs")
