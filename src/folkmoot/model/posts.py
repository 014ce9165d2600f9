"""Posts."""

from folkmoot.model.records import Record
from folkmoot.model.time import Micros


class Post(Record, frozen=True, gc=False):
    """A link, text or picture in a community.

    Kept by others: votes, score, `comments`, `newest_comment*` and the ranks by `store/counts.py`. `carried_*` are totals that came
    from elsewhere without voters; they are part of `upvotes` and `downvotes`. `*_html` is rendered when written, never while
    reading. `version` grows with every change a reader can see, counts included. `tags`: keys of tags of its community
    (`model/tags.py`).
    """

    id: int
    community_id: int
    creator_id: int
    name: str
    name_html: str
    url: str | None
    url_host: str | None
    body: str | None
    body_html: str | None
    excerpt: str | None
    alt_text: str | None
    ap_id: str
    local: bool
    nsfw: bool
    language_id: int
    tags: str
    removed: bool
    deleted: bool
    locked: bool
    featured_community: bool
    featured_local: bool
    embed_title: str | None
    embed_description: str | None
    embed_video_url: str | None
    thumbnail_url: str | None
    url_content_type: str | None
    upvotes: int
    downvotes: int
    score: int
    comments: int
    newest_comment: Micros
    hot_rank: float
    active_rank: float
    scaled_rank: float
    controversy_rank: float
    version: int
    published: Micros
    updated: Micros | None
