"""Texts that wait for their rows in the search tables: written in batches, outside the transaction of the write."""

from collections.abc import Collection, Iterable
from typing import Literal

from folkmoot.store.changes import MANY
from folkmoot.store.db import Tx

Table = Literal["post", "comment"]

_NAMED = 100
"""So many texts are named one by one."""


async def index_soon(tx: Tx, kind: Table, ids: Iterable[int]) -> None:
    """These texts were written, changed, went or came back.

    A row that waits already is taken hold of all the same: or a batch that runs meanwhile would read the text from before this transaction
    and strike the row out.
    """
    numbers = sorted(set(ids))
    texts_changed(tx, kind, numbers)
    if len(numbers) == 1:
        await tx.by_the_end(_INSERT, kind=kind, id=numbers[0])
    else:
        await tx.at_once(_INSERT, [{"kind": kind, "id": number} for number in numbers])


def texts_changed(tx: Tx, kind: Table, ids: Collection[int]) -> None:
    """Say what searches that are remembered have to look at again (`search_order.py`), without a wait for the search tables."""
    for number in ids if len(ids) <= _NAMED else (MANY,):
        tx.changed(f"{kind}_text", number)


_INSERT = "INSERT INTO search_pending (kind, object_id) VALUES (:kind, :id) ON CONFLICT (kind, object_id) DO UPDATE SET kind = excluded.kind"
