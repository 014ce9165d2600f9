"""Begin a post from another one, for another community."""

from dataclasses import dataclass

from folkmoot.core.threads.read import must_be_open, must_be_visible
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store.db import Tx
from folkmoot.store.listing import views


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a new post begins with."""

    name: str
    url: str
    body: str
    alt_text: str
    nsfw: bool
    language_id: int


async def crosspost_draft(tx: Tx, viewer: Viewer, post_id: int) -> Draft:
    """The title and link of a post, and its text as a quotation beneath where it comes from.

    Raises `NotFound` couldnt_find_post where the viewer may not see it; `NotAllowed` instance_is_private.
    """
    await must_be_open(tx, viewer)
    found = await views.one_post(tx, viewer.id, post_id)
    if found is None:
        raise NotFound("couldnt_find_post")
    view, moderates = found
    must_be_visible(viewer, view, moderates=moderates or viewer.admin)
    post = view.post
    return Draft(post.name, post.url or "", quoted(post), post.alt_text or "", post.nsfw, post.language_id)


def quoted(post: Post) -> str:
    """Where a post comes from, and what it says, as Markdown."""
    lines = [f"cross-posted from: {post.ap_id}"]
    if post.body and post.body.strip():
        lines += ["", *(f"> {line}".rstrip() for line in post.body.strip().split("\n"))]
    return "\n".join(lines)
