"""The table: what is noted → the activities that are made of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from folkmoot.apub.outbox.library import Library
from folkmoot.store.outbox import Activity

Make = Callable[[Library, dict[str, Any]], Awaitable[list[Activity]]]

KINDS: dict[str, Make] = {}
