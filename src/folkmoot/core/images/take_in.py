"""Check bytes that should be a picture: in threads, few at a time, because each may take a hundred megabytes meanwhile."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from folkmoot.media import pictures
from folkmoot.media.pictures import NotAPicture, Picture
from folkmoot.model.errors import Invalid

P = ParamSpec("P")
R = TypeVar("R")

AT_ONCE = 2
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a computation in a thread, when its turn comes."""
    loop = asyncio.get_running_loop()
    turn = _turns.get(loop)
    if turn is None:
        _turns.clear()  # of loops that are gone
        turn = _turns[loop] = asyncio.Semaphore(AT_ONCE)
    async with turn:
        return await asyncio.to_thread(work, *args, **kwargs)


async def take_in(body: bytes) -> Picture:
    """A picture that somebody sent. Raises `Invalid` not_an_image_type."""
    try:
        return await in_thread(pictures.taken_in, body)
    except NotAPicture as error:
        raise Invalid("not_an_image_type", field="image", detail=str(error)) from error
