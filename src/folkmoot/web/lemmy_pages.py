"""Pages under the addresses that Lemmy's own web interface has for them: apps send people there to sign up or to get a new password, and
bookmarks and old posts lead there. Each leads on to ours. Lists have the same addresses here and there, and understand both ways to ask."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core.communities.view import find_community
from folkmoot.core.people.find import person_by_id
from folkmoot.core.threads.read import must_be_open
from folkmoot.web.base import context, viewer
from folkmoot.web.forms import Form, query
from folkmoot.web.handles import name_of

_OF_A_DRAFT = {"title": "title", "url": "url", "body": "body", "altText": "alt_text"}
"""What both forms of a new post take from their address: as Lemmy's names it, and as ours does."""

_OF_A_LIST = {"listingType": "scope", "dataType": "kind", "view": "view", "type": "type"}
"""What a list takes from its address: as Lemmy's names it, and as ours does."""
_WORDS = {
    "All": "all",
    "Local": "local",
    "Subscribed": "subscribed",
    "ModeratorView": "moderating",
    "Post": "posts",
    "Comment": "comments",
    "Posts": "posts",
    "Comments": "comments",
    "Overview": "overview",
    "Saved": "saved",
    "Communities": "communities",
    "Users": "people",
}


def query_of_a_list(request: Request) -> Form:
    """The query string of a list, where Lemmy's words stand for ours unless those are there, too."""
    asked = query(request)
    said = [
        (ours, _WORDS[asked.text(theirs)])
        for theirs, ours in _OF_A_LIST.items()
        if asked.text(theirs) in _WORDS
    ]
    if not said:
        return asked
    ours = [(name, value) for name, value in asked.pairs if name not in _OF_A_LIST or value not in _WORDS]
    return Form([*said, *ours])


def to(path: str) -> Callable[[Request], Awaitable[Response]]:
    """A handler that leads to a page of ours."""

    async def lead(_: Request) -> Response:
        return RedirectResponse(path, 303)

    return lead


async def to_comment(request: Request) -> Response:
    """A comment by its own number; that of its post adds nothing."""
    return RedirectResponse(f"/comment/{request.path_params['comment_id']}", 303)


async def to_submit(request: Request) -> Response:
    """The form of a new post, with what the address says of it: bookmarks and apps share links this way."""
    asked = query(request)
    draft = {ours: asked.text(theirs) for theirs, ours in _OF_A_DRAFT.items() if asked.text(theirs)}
    community_id = asked.number("communityId")
    if community_id is not None:
        draft["community"] = await _name_of_community(request, community_id)
    return RedirectResponse(f"/submit?{urlencode(draft)}" if draft else "/submit", 303)


async def to_modlog(request: Request) -> Response:
    """The modlog of one community."""
    name = await _name_of_community(request, request.path_params["community_id"])
    return RedirectResponse(f"/modlog?{urlencode({'community': name})}", 303)


async def to_conversation(request: Request) -> Response:
    """The conversation with somebody."""
    async with context(request).db.read() as tx:
        await must_be_open(tx, viewer(request))
        person = await person_by_id(tx, viewer(request), request.path_params["person_id"])
    return RedirectResponse(f"/messages/with/{name_of(person)}", 303)


async def _name_of_community(request: Request, community_id: int) -> str:
    """Raises `NotFound`, where this reader may not see it either; `NotAllowed` instance_is_private (R-11)."""
    async with context(request).db.read() as tx:
        await must_be_open(tx, viewer(request))
        return name_of(await find_community(tx, viewer(request), community_id))
