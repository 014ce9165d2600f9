"""The public log of moderation, every filter part of the address."""

from dataclasses import dataclass
from functools import partial

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.communities.view import find_community
from folkmoot.core.listings.modlog import PURGES, ReadModlog, knows_names, read_modlog
from folkmoot.core.people.find import find_person
from folkmoot.core.site.frame import read_site
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.modlog import ModlogEntry
from folkmoot.web.base import context, page, viewer
from folkmoot.web.errors import words
from folkmoot.web.forms import Form, query
from folkmoot.web.handles import CommunityLink, PersonLink, community_link, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.paging import address, trail_of

PER_PAGE = 50

DEEDS: dict[tuple[ModlogKind, bool], str] = {
    (ModlogKind.REMOVE_POST, True): N_("removed the post %(post)s by %(person)s in %(community)s"),
    (ModlogKind.REMOVE_POST, False): N_("restored the post %(post)s by %(person)s in %(community)s"),
    (ModlogKind.LOCK_POST, True): N_("locked the post %(post)s in %(community)s"),
    (ModlogKind.LOCK_POST, False): N_("unlocked the post %(post)s in %(community)s"),
    (ModlogKind.FEATURE_POST, True): N_("pinned the post %(post)s to %(community)s"),
    (ModlogKind.FEATURE_POST, False): N_("unpinned the post %(post)s from %(community)s"),
    (ModlogKind.FEATURE_POST_SITE, True): N_("pinned the post %(post)s to the site"),
    (ModlogKind.FEATURE_POST_SITE, False): N_("unpinned the post %(post)s from the site"),
    (ModlogKind.REMOVE_COMMENT, True): N_("removed a comment by %(person)s on %(post)s in %(community)s"),
    (ModlogKind.REMOVE_COMMENT, False): N_("restored a comment by %(person)s on %(post)s in %(community)s"),
    (ModlogKind.LOCK_COMMENT, True): N_("locked a comment by %(person)s on %(post)s in %(community)s"),
    (ModlogKind.LOCK_COMMENT, False): N_("unlocked a comment by %(person)s on %(post)s in %(community)s"),
    (ModlogKind.WARN, True): N_("warned %(person)s about what they wrote on %(post)s in %(community)s"),
    (ModlogKind.REMOVE_COMMUNITY, True): N_("removed the community %(community)s"),
    (ModlogKind.REMOVE_COMMUNITY, False): N_("restored the community %(community)s"),
    (ModlogKind.HIDE_COMMUNITY, True): N_("hid the community %(community)s from lists"),
    (ModlogKind.HIDE_COMMUNITY, False): N_("listed the community %(community)s again"),
    (ModlogKind.BAN, True): N_("banned %(person)s from the site"),
    (ModlogKind.BAN, False): N_("let %(person)s take part in the site again"),
    (ModlogKind.BAN_FROM_COMMUNITY, True): N_("banned %(person)s from %(community)s"),
    (ModlogKind.BAN_FROM_COMMUNITY, False): N_("let %(person)s take part in %(community)s again"),
    (ModlogKind.ADD_MODERATOR, True): N_("made %(person)s a moderator of %(community)s"),
    (ModlogKind.ADD_MODERATOR, False): N_("made %(person)s a member of %(community)s again"),
    (ModlogKind.TRANSFER_COMMUNITY, True): N_("made %(person)s the first moderator of %(community)s"),
    (ModlogKind.ADD_ADMIN, True): N_("made %(person)s an administrator"),
    (ModlogKind.ADD_ADMIN, False): N_("made %(person)s a member again"),
    (ModlogKind.PURGE_PERSON, True): N_("deleted a person for good"),
    (ModlogKind.PURGE_COMMUNITY, True): N_("deleted a community for good"),
    (ModlogKind.PURGE_POST, True): N_("deleted a post in %(community)s for good"),
    (ModlogKind.PURGE_COMMENT, True): N_("deleted a comment on %(post)s for good"),
}
"""What happened, in words."""

_OFFICES = frozenset({ModlogKind.ADD_MODERATOR, ModlogKind.TRANSFER_COMMUNITY, ModlogKind.ADD_ADMIN})

CHOICES: tuple[tuple[str, str, frozenset[ModlogKind] | None], ...] = (
    ("", N_("Everything"), None),
    ("remove_post", N_("Posts removed"), frozenset({ModlogKind.REMOVE_POST})),
    ("remove_comment", N_("Comments removed"), frozenset({ModlogKind.REMOVE_COMMENT})),
    ("lock_post", N_("Posts locked"), frozenset({ModlogKind.LOCK_POST})),
    ("lock_comment", N_("Comments locked"), frozenset({ModlogKind.LOCK_COMMENT})),
    ("feature_post", N_("Posts pinned"), frozenset({ModlogKind.FEATURE_POST, ModlogKind.FEATURE_POST_SITE})),
    ("warn", N_("Warnings"), frozenset({ModlogKind.WARN})),
    ("ban", N_("Bans"), frozenset({ModlogKind.BAN, ModlogKind.BAN_FROM_COMMUNITY})),
    ("community", N_("Communities removed or hidden"), frozenset({ModlogKind.REMOVE_COMMUNITY, ModlogKind.HIDE_COMMUNITY})),
    ("office", N_("Moderators and administrators"), _OFFICES),
    ("purge", N_("Deleted for good"), PURGES),
)  # fmt: skip
"""What the filter by kind offers: word in the address, label, kinds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line as the template wants it. `moderator` is None for readers who may not know; `text` is what was removed, `title` its
    post's."""

    entry: ModlogEntry
    deed: str
    moderator: PersonLink | None
    person: PersonLink | None
    community: CommunityLink | None
    title: str | None
    post_href: str | None
    text: Markup


def row_of(entry: ModlogEntry) -> Row:
    """A line of the log for the template."""
    html = entry.comment.content_html if entry.comment else entry.post.body_html if entry.post else None
    kind = ModlogKind(entry.kind)
    shown = kind in (ModlogKind.REMOVE_POST, ModlogKind.REMOVE_COMMENT) and entry.state
    return Row(
        entry=entry,
        deed=DEEDS.get((kind, entry.state)) or DEEDS[kind, True],
        moderator=person_link(entry.moderator) if entry.moderator else None,
        person=person_link(entry.person) if entry.person else None,
        community=community_link(entry.community) if entry.community else None,
        title=entry.post.name if entry.post else None,
        post_href=f"/post/{entry.post.id}" if entry.post else None,
        text=Markup(html or "") if shown else Markup(),  # noqa: S704 - cleaned when it was written
    )


async def show_modlog(request: Request) -> Response:
    """The newest lines first. A filter that names somebody unknown says so and shows nothing."""
    asked = query(request)
    who = viewer(request)
    kinds = {word: kinds for word, _, kinds in CHOICES}
    errors: dict[str, str] = {}
    async with context(request).db.read() as tx:
        names = await knows_names(tx, who) or not (await read_site(tx)).hide_modlog_mod_names
        ids: dict[str, int | None] = {"post": asked.number("post"), "comment": asked.number("comment")}
        for field, find in (
            ("community", find_community),
            ("person", find_person),
            ("moderator", find_person),
        ):
            name = asked.text(field).strip()
            if name and (field != "moderator" or names):
                try:
                    ids[field] = (await find(tx, who, name)).id
                except NotFound as refusal:
                    errors[field] = words(refusal)
        wanted = ReadModlog(
            kinds=kinds.get(asked.text("kind")),
            community_id=ids.get("community"),
            moderator_id=ids.get("moderator"),
            person_id=ids.get("person"),
            post_id=ids["post"],
            comment_id=ids["comment"],
            limit=PER_PAGE,
            after=asked.text("after") or None,
        )
        found = await read_modlog(tx, who, wanted)
    trail, log = trail_of(asked), partial(_address, asked)
    rows = [] if errors else [row_of(entry) for entry in found.items]
    return await page(
        request,
        "moderation/modlog.html",
        rows=rows,
        names=names,
        asked=asked,
        errors=errors,
        choices=[(word, gettext(label)) for word, label, _ in CHOICES],
        narrowed=log() != "/modlog" or bool(trail.after),
        prev=trail.prev(log),
        next=trail.next(log, found.next) if not errors else "",
    )


def _address(asked: Form, **cursors: str) -> str:
    """The address of this log, from the beginning or after a cursor."""
    fields = ("kind", "community", "person", "moderator", "post", "comment")
    kept = {name: asked.text(name).strip() for name in fields}
    return address("/modlog", **kept, **cursors)
