"""Texts that wait for their rows in the search tables: written in batches, outside the transaction of the write."""

from collections.abc import Iterable
from typing import Literal

from folkmoot.store.db import Tx


async def index_soon(tx: Tx, kind: Literal["post", "comment"], ids: Iterable[int]) -> None:
    """These texts were written, changed, went or came back.

    A row that waits already is taken hold of all the same: or a batch that runs meanwhile would read the text from before this transaction
    and strike the row out.
    """
    numbers = sorted(set(ids))
    if len(numbers) == 1:
        await tx.by_the_end(_INSERT, kind=kind, id=numbers[0])
    else:
        await tx.at_once(_INSERT, [{"kind": kind, "id": number} for number in numbers])


_INSERT = "INSERT INTO search_pending (kind, object_id) VALUES (:kind, :id) ON CONFLICT (kind, object_id) DO UPDATE SET kind = excluded.kind"
