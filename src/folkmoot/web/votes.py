"""Votes: one button, and the counts as they stand now."""

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.model.errors import Invalid
from folkmoot.model.votes import Tally
from folkmoot.web.base import context, done, limited, viewer
from folkmoot.web.forms import read_form


async def vote_on_a_post(request: Request) -> Response:
    """Set the reader's vote on a post: `value` 1, -1 or 0."""
    number, value = request.path_params["id"], await _value(request)
    async with context(request).db.write() as tx:
        tally = await vote_on_post(tx, viewer(request), number, value)
    return done(request, f"/post/{number}#p{number}", _answer(tally, value))


async def vote_on_a_comment(request: Request) -> Response:
    """Set the reader's vote on a comment: `value` 1, -1 or 0."""
    number, value = request.path_params["id"], await _value(request)
    async with context(request).db.write() as tx:
        tally = await vote_on_comment(tx, viewer(request), number, value)
    return done(request, f"/comment/{number}#c{number}", _answer(tally, value))


async def _value(request: Request) -> int:
    """Other numbers take the vote back (P-18). Raises `Invalid` unknown for what is no number, `RateLimited`."""
    await limited(request, "message")
    value = (await read_form(request)).number("value")
    if value is None:
        raise Invalid("unknown", field="value")
    return value if value in (1, -1) else 0


def _answer(tally: Tally, mine: int) -> dict[str, int]:
    return {"up": tally.upvotes, "down": tally.downvotes, "mine": mine}
