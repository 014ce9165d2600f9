"""People, local accounts, and who is looking."""

from dataclasses import dataclass, field

from folkmoot.model.records import Record
from folkmoot.model.time import Micros


class Person(Record, frozen=True, gc=False):
    """Somebody, here or elsewhere.

    Kept by others: `post_count`, `post_score`, `comment_count`, `comment_score` by `store/counts.py`; `banned` by
    `core/people/ban.py`; `admin` mirrors the local account's flag. `version` grows with every change a reader can see.
    `host` is the server's domain, ours for local people.
    """

    id: int
    instance_id: int
    name: str
    host: str
    local: bool
    display_name: str | None
    bio: str | None
    bio_html: str | None
    avatar: str | None
    banner: str | None
    matrix_user_id: str | None
    ap_id: str
    inbox_url: str
    bot: bool
    admin: bool
    deleted: bool
    banned: bool
    ban_expires: Micros | None
    post_count: int
    post_score: int
    comment_count: int
    comment_score: int
    version: int
    published: Micros
    updated: Micros | None

    @property
    def handle(self) -> str:
        """`name@host`, always in full."""
        return f"{self.name}@{self.host}"


class LocalUser(Record, frozen=True, gc=False):
    """The account behind a local person: credentials' state and settings (defaults: W-12)."""

    id: int
    person_id: int
    email: str | None
    email_verified: bool
    accepted_application: bool
    admin: bool
    theme: str
    interface_language: str
    default_listing_type: str
    default_sort_type: str
    default_comment_sort_type: str
    post_listing_mode: str
    show_nsfw: bool
    blur_nsfw: bool
    show_avatars: bool
    show_bot_accounts: bool
    show_read_posts: bool
    show_scores: bool
    vote_show_score: bool
    vote_show_upvotes: bool
    vote_show_downvotes: bool
    vote_show_percentage: bool
    open_links_in_new_tab: bool
    auto_expand: bool
    infinite_scroll: bool
    keyboard_navigation: bool
    animated_images: bool
    collapse_bot_comments: bool
    send_notifications_to_email: bool
    last_donation_notification: Micros
    totp_enabled: bool
    federate_votes: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """Another account of somebody, such as the one under which they go on (MOV-1): its address, and its handle where it is known here."""

    target: str
    handle: str | None

    @classmethod
    def known(cls, target: str, name: str | None, host: str | None) -> "Moved":
        """The account at this address; it has a name where it is known here."""
        return cls(target, f"{name}@{host}" if name else None)


BLOCKS = ("person", "community", "instance", "domain", "keyword")
"""Kinds of what somebody may block."""
BANS = "ban"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking or acting: a person with an account, a remote person (account None), or nobody (`ANONYMOUS`).

    `session_id` names the session the request came with. `languages`: ids the account reads; empty means all. `free_of`: what they
    certainly have none of, kinds of blocks (`BLOCKS`) and `BANS` from communities; what is not named there they may or may not have.
    """

    person: Person | None = None
    account: LocalUser | None = None
    session_id: int | None = None
    languages: frozenset[int] = field(default_factory=frozenset)
    free_of: frozenset[str] = frozenset()

    @property
    def id(self) -> int:
        """The person's id; 0 for nobody, which no row has."""
        return self.person.id if self.person else 0

    @property
    def admin(self) -> bool:
        return self.account is not None and self.account.admin


ANONYMOUS = Viewer()
