"""What a list leaves out: one filter, one function.

Each function looks at the `Shape` of a list and gives a condition on the item `i` (a post or a comment), or nothing where it has nothing
to say. Conditions on other tables stand in scalar subselects, never in joins: whatever else a list asks for, the planner then sees a
single table in the order of a single index. `IS TRUE` and `IS NOT TRUE` keep EXISTS from being turned into a join.

Parameters: `:viewer` the reader, `:now` the moment, `:community_id`, `:creator_id`, `:languages`, `:not_before` a moment.
"""

from collections.abc import Callable, Iterator

from folkmoot.model.enums import Listing
from folkmoot.model.records import Record
from folkmoot.store import sight


class Shape(Record, frozen=True, gc=False, cache_hash=True):
    """Which conditions a list has. Equal shapes share one statement, which so stays planned.

    `scope` None: no listing type at all (L-8). `shows_…`: what is not left out. `removed_too`: an admin looks at one person (L-9).
    `put_away`: only posts the reader hid. `shallow`: only comments of the first levels. `gone_too`: deleted and removed comments stay in the list (C-6). `anywhere`: comments of posts and
    communities that are gone, too. `choosy`: blocks and languages apply (L-15). `pins`: featured posts
    come first. `recent`: nothing from before a moment. `free_of`: what this reader has none of (`Viewer.free_of`), so that it is not asked
    about.
    """

    table: str
    scope: Listing | None = None
    signed_in: bool = False
    community: bool = False
    creator: bool = False
    choosy: bool = False
    languages: bool = False
    shows_nsfw: bool = True
    shows_bots: bool = True
    shows_read: bool = True
    shows_hidden: bool = True
    removed_too: bool = False
    gone_too: bool = False
    anywhere: bool = False
    saved: bool = False
    put_away: bool = False
    vote: int = 0
    pins: bool = True
    link: bool = False
    recent: bool = False
    thread: bool = False
    branch: bool = False
    shallow: bool = False
    free_of: frozenset[str] = frozenset()

    @property
    def of_posts(self) -> bool:
        return self.table == "post"

    @property
    def noted(self) -> str:
        """The table in which the reader noted what the list holds; empty where it holds anything else."""
        return "post_hidden" if self.put_away else f"{self.table}_saved" if self.saved else ""

    @property
    def small(self) -> bool:
        """Whether what is asked for is little, so that all of it can be looked at: one person's, one thread's, one link's."""
        return self.creator or self.link or bool(self.noted or self.vote) or self.thread or self.branch

    @property
    def narrow(self) -> bool:
        """Whether an index leads to what is asked for, so that a scope is only one more question about it."""
        return self.community or self.small

    @property
    def from_everywhere(self) -> bool:
        """Whether it draws from communities that the reader did not name; a search without a listing type does, too."""
        if self.scope is None:
            return not self.narrow
        return self.scope not in _MEMBERS and not (self.community or self.thread or self.branch)

    def leaves_out(self, kind: str) -> bool:
        """Whether things are left out because this reader blocks something of a kind."""
        return self.choosy and kind not in self.free_of

    @property
    def hides(self) -> bool:
        """Whether posts that the reader hid are left out (L-13)."""
        return self.of_posts and self.signed_in and not self.shows_hidden and not self.creator


Condition = str | None
Filter = Callable[[Shape], Condition]


_MEMBERS: dict[Listing | None, str] = {
    Listing.SUBSCRIBED: "community_follow",
    Listing.MODERATOR_VIEW: "community_moderator",
}


def in_scope(shape: Shape) -> Condition:
    """Subscribed: communities the reader follows, pending follows included; ModeratorView: those they moderate (L-7). Local is asked of the
    community itself."""
    if shape.scope not in _MEMBERS:
        return None
    table = _MEMBERS[shape.scope]
    return f"EXISTS (SELECT 1 FROM {table} b WHERE b.person_id = :viewer AND b.community_id = i.community_id) IS TRUE"


def in_community(shape: Shape) -> Condition:
    """Only one community's."""
    return "i.community_id = :community_id" if shape.community else None


def by_creator(shape: Shape) -> Condition:
    """Only one person's."""
    return "i.creator_id = :creator_id" if shape.creator else None


def with_link(shape: Shape) -> Condition:
    """Only posts of one address, one of them left out (P-11)."""
    return "i.url = :url AND i.id <> :but" if shape.link else None


def not_before(shape: Shape) -> Condition:
    """Only what was published at some moment or later."""
    return "i.published >= :not_before" if shape.recent else None


def in_thread(shape: Shape) -> Condition:
    """Only one post's comments."""
    return "i.post_id = :post_id" if shape.thread else None


def in_branch(shape: Shape) -> Condition:
    """Only one comment and what is below it."""
    return "(i.path = :path OR i.path LIKE :below)" if shape.branch else None


def near_the_top(shape: Shape) -> Condition:
    """Only comments of the first levels: a path has as many dots as its comment has levels (C-1, C-4)."""
    return "length(i.path) - length(replace(i.path, '.', '')) <= :depth" if shape.shallow else None


def of_open_community(shape: Shape) -> Condition:
    """Everything that is asked of the community, in one look at its row."""
    return f"(SELECT {open_community(shape)} FROM community m WHERE m.id = i.community_id)"


def open_community(shape: Shape) -> str:
    """The same where the community is there already, as `m`: deleted and removed ones (L-9), hidden ones (L-7, L-8), NSFW
    (L-10), blocked instances (L-15), who reads it (R-10) and who finds it in lists (section 13), Local."""
    follows = (
        "EXISTS (SELECT 1 FROM community_follow b WHERE b.person_id = :viewer AND b.community_id = m.id)"
    )
    asked = []
    if not (shape.thread or shape.branch or shape.anywhere):
        asked += ["NOT m.deleted"] if shape.removed_too else ["NOT m.deleted", "NOT m.removed"]
    if shape.scope in (Listing.ALL, Listing.LOCAL):
        asked.append(f"(NOT m.hidden OR {follows})" if shape.signed_in else "NOT m.hidden")
    elif shape.scope is None and not shape.thread:
        asked.append("NOT m.hidden")
    if shape.scope is Listing.LOCAL:
        asked.append("m.local")
    asked.append(sight.reads("m", signed_in=shape.signed_in))
    if shape.from_everywhere:
        asked.append(sight.listed("m", follows if shape.signed_in else None))
    if shape.of_posts and not shape.shows_nsfw:
        asked.append("NOT m.nsfw")
    if shape.leaves_out("instance"):
        asked.append(
            "NOT EXISTS (SELECT 1 FROM instance_block b WHERE b.person_id = :viewer AND b.instance_id = m.instance_id)"
        )
    return " AND ".join(asked)


def not_gone(shape: Shape) -> Condition:
    """Deleted posts but one's own, and removed ones (L-9). Comments stay where `gone_too` (C-6)."""
    if not shape.of_posts:
        return None if shape.gone_too else "NOT i.deleted AND NOT i.removed"
    deleted = "(NOT i.deleted OR i.creator_id = :viewer)" if shape.signed_in else "NOT i.deleted"
    return deleted if shape.removed_too else f"{deleted} AND NOT i.removed"


def of_standing_post(shape: Shape) -> Condition:
    """Comments outside their thread: not those of deleted and removed posts."""
    if shape.of_posts or shape.thread or shape.branch or shape.anywhere or shape.removed_too:
        return None
    return "(SELECT NOT t.deleted AND NOT t.removed FROM post t WHERE t.id = i.post_id)"


def not_nsfw(shape: Shape) -> Condition:
    """NSFW posts, unless shown (L-10)."""
    return "NOT i.nsfw" if shape.of_posts and not shape.shows_nsfw else None


def not_by_bots(shape: Shape) -> Condition:
    """What bots wrote, unless shown (L-11)."""
    return None if shape.shows_bots else "(SELECT NOT w.bot FROM person w WHERE w.id = i.creator_id)"


def not_read(shape: Shape) -> Condition:
    """Posts read before, unless shown; never left out of saved lists or one person's (L-12)."""
    if not shape.of_posts or shape.shows_read or shape.saved or shape.creator:
        return None
    return "EXISTS (SELECT 1 FROM post_read b WHERE b.person_id = :viewer AND b.post_id = i.id AND b.read) IS NOT TRUE"


def not_hidden(shape: Shape) -> Condition:
    """Posts the reader hid, unless shown or of one person (L-13)."""
    if not shape.hides:
        return None
    return "EXISTS (SELECT 1 FROM post_hidden b WHERE b.person_id = :viewer AND b.post_id = i.id) IS NOT TRUE"


def voted_on(shape: Shape) -> Condition:
    """What the reader voted up or down, their own things left out (L-14)."""
    if not shape.vote:
        return None
    key = f"{shape.table}_id"
    mine = f"SELECT v.{key} FROM {shape.table}_vote v WHERE v.person_id = :viewer AND v.value = {shape.vote}"
    return f"i.id IN ({mine}) AND i.creator_id <> :viewer"


def not_by_blocked(shape: Shape) -> Condition:
    """People the reader blocks (L-15)."""
    if not shape.leaves_out("person"):
        return None
    return "EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :viewer AND b.target_id = i.creator_id) IS NOT TRUE"


def not_in_blocked_community(shape: Shape) -> Condition:
    """Communities the reader blocks (L-15)."""
    if not shape.leaves_out("community"):
        return None
    return "EXISTS (SELECT 1 FROM community_block b WHERE b.person_id = :viewer AND b.community_id = i.community_id) IS NOT TRUE"


def in_languages(shape: Shape) -> Condition:
    """Only languages the reader chose (L-15)."""
    return "i.language_id IN :languages[]" if shape.choosy and shape.languages else None


def not_of_blocked_domain(shape: Shape) -> Condition:
    """Links to sites the reader blocks, their subdomains included."""
    if not shape.leaves_out("domain") or not shape.of_posts:
        return None
    return (
        "EXISTS (SELECT 1 FROM domain_block b WHERE b.person_id = :viewer AND (b.expires IS NULL OR b.expires > :now)"
        " AND (i.url_host = b.domain OR i.url_host LIKE '%.' || replace(b.domain, '_', '\\_') ESCAPE '\\')) IS NOT TRUE"
    )


def not_of_blocked_keyword(shape: Shape) -> Condition:
    """Posts whose title, link or text has a keyword the reader blocks as a word of its own. The texts are only read for readers who
    block any; their keywords become one pattern, made once."""
    if not shape.leaves_out("keyword") or not shape.of_posts:
        return None
    pattern = (
        "(SELECT string_agg(KEYWORD<<b.keyword>>, '|') FROM keyword_block b WHERE b.person_id = :viewer"
        " AND (b.expires IS NULL OR b.expires > :now))"
    )
    texts = "t.name || ' ' || coalesce(t.url, '') || ' ' || coalesce(t.body, '')"
    return (
        f"CASE WHEN {pattern} IS NULL THEN TRUE"
        f" ELSE (SELECT NOT (FOLDED<<{texts}>> MATCHES {pattern}) FROM post t WHERE t.id = i.id) END"
    )


WHOSE: tuple[Filter, ...] = (in_community, by_creator, with_link, not_before, in_thread, in_branch, voted_on)
"""What an index can follow: these stand where the rows are fetched."""

WHICH: tuple[Filter, ...] = (
    not_gone,
    near_the_top,
    not_nsfw,
    in_languages,
    of_open_community,
    of_standing_post,
    not_by_bots,
    not_read,
    not_hidden,
    not_by_blocked,
    not_in_blocked_community,
    not_of_blocked_domain,
    not_of_blocked_keyword,
)
"""What is asked of each row, cheap questions first."""

WHICH_BESIDE: tuple[Filter, ...] = tuple(
    open_community if each is of_open_community else each for each in WHICH
)
"""The same where each row has its community beside it, as `m`."""


def conditions(shape: Shape, filters: tuple[Filter, ...]) -> Iterator[str]:
    """The conditions of `shape`, in order."""
    for each in filters:
        condition = each(shape)
        if condition is not None:
            yield condition
