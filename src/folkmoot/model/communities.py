"""Communities."""

from dataclasses import dataclass

from folkmoot.model.records import Record
from folkmoot.model.time import Micros


class Community(Record, frozen=True, gc=False):
    """A place to post, here or elsewhere.

    Kept by others: `subscribers`, `subscribers_local`, `posts`, `comments`, the active users and `hot_rank` by
    `store/counts.py`. `version` grows with every change a reader can see, counts included, but not with `comments`. `post_tags` is for
    `model/tags.py`.
    """

    id: int
    instance_id: int
    name: str
    host: str
    local: bool
    title: str
    description: str | None
    description_html: str | None
    icon: str | None
    banner: str | None
    ap_id: str
    inbox_url: str
    followers_url: str | None
    nsfw: bool
    hidden: bool
    removed: bool
    deleted: bool
    posting_restricted_to_mods: bool
    visibility: str
    post_tags: str
    subscribers: int
    subscribers_local: int
    posts: int
    comments: int
    users_active_day: int
    users_active_week: int
    users_active_month: int
    users_active_half_year: int
    hot_rank: float
    version: int
    published: Micros
    updated: Micros | None

    @property
    def counted(self) -> bool:
        """Whether it is one of the communities of our site (G-5)."""
        return self.local and not self.deleted and not self.removed

    @property
    def subscribers_known(self) -> int:
        """How many follow it at the least: a home elsewhere need not say how many, and then those of here are all that is known."""
        return max(self.subscribers, self.subscribers_local)

    @property
    def handle(self) -> str:
        """`name@host`, always in full."""
        return f"{self.name}@{self.host}"


@dataclass(frozen=True, slots=True)
class Barred:
    """Why somebody is banned from a community, as the log says it, since when and until when; `expires` None means for good."""

    reason: str | None
    since: Micros
    expires: Micros | None
