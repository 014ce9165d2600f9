"""How one reader sees things: their language, their settings, the moment. What all renderers in here share."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import escape as _escape

from folkmoot.core.instances.neighbours import ADDRESS, KEPT
from folkmoot.model.communities import Community
from folkmoot.model.people import Person, Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.time import DAY, HOUR, MINUTE, Micros
from folkmoot.text import languages
from folkmoot.web import filters, i18n
from folkmoot.web.i18n import gettext, ngettext
from folkmoot.web.render.kept import Shelf


def escaped(text: str) -> str:
    """Text as it may stand in HTML, between tags and in quoted attributes, as plain `str` so that joining costs nothing."""
    return str(_escape(text))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language that every row needs, escaped."""

    op: str
    moderator: str
    admin: str
    bot: str
    banned: str
    gone: str
    new: str
    next_new: str
    edited: str
    parent: str
    to: str
    origin: str
    upvotes: str
    downvotes: str
    upvote: str
    downvote: str
    score: str
    reply: str
    save: str
    saved: str
    report: str
    source: str
    more: str
    edit: str
    delete: str
    restore: str
    deleted_by_author: str
    removed: str
    removed_because: str
    blocked: str
    foreign: str
    by_bot: str
    pinned: str
    locked: str
    nsfw: str
    was_removed: str
    was_deleted: str


@cache
def words_of(code: str) -> Words:
    """The words of the language `code`."""
    _ = i18n.translation(code).words.gettext
    return Words(
        op=escaped(_("OP")),
        moderator=escaped(_("mod")),
        admin=escaped(_("admin")),
        bot=escaped(_("bot")),
        banned=escaped(_("banned")),
        gone=escaped(_("account deleted")),
        new=escaped(_("new")),
        next_new=escaped(_("next new")),
        edited=escaped(_("edited")),
        parent=escaped(_("parent")),
        to=escaped(_("to %(name)s")),
        origin=escaped(_("on %(host)s")),
        upvotes=escaped(_("upvotes")),
        downvotes=escaped(_("downvotes")),
        upvote=escaped(_("Upvote")),
        downvote=escaped(_("Downvote")),
        score=escaped(_("score")),
        reply=escaped(_("reply")),
        save=escaped(_("save")),
        saved=escaped(_("saved")),
        report=escaped(_("report")),
        source=escaped(_("source")),
        more=escaped(_("more")),
        edit=escaped(_("edit")),
        delete=escaped(_("delete")),
        restore=escaped(_("restore")),
        deleted_by_author=escaped(_("deleted by its author")),
        removed=escaped(_("removed by a moderator")),
        removed_because=escaped(_("removed by a moderator: %(reason)s")),
        blocked=escaped(_("hidden: you blocked this person")),
        foreign=escaped(_("hidden: not in your languages")),
        by_bot=escaped(_("hidden: written by a bot")),
        pinned=escaped(_("pinned")),
        locked=escaped(_("locked")),
        nsfw=escaped(_("NSFW")),
        was_removed=escaped(_("removed")),
        was_deleted=escaped(_("deleted")),
    )


_HOURS = 10_000


@dataclass(slots=True)
class Look:
    """One reader looking at one page. `ages` and `counts` remember words for as long as the page is made.

    `moderates`: whether the reader looks after the community of the page.
    `up_counts`, `down_counts`, `scores`: which figures of votes the reader wants to see; scores stand in lists.
    `spoken`: language ids that need no tag; None where every known language gets one.
    """

    code: str
    now: Micros
    words: Words
    viewer_id: int = 0
    member: bool = False
    moderates: bool = False
    downvotes: bool = True
    up_counts: bool = True
    down_counts: bool = True
    scores: bool = True
    shows_nsfw_pictures: bool = False
    folds_bots: bool = False
    languages: frozenset[int] = frozenset()
    spoken: frozenset[int] | None = None
    shelf: Shelf = field(default_factory=Shelf)
    neighbours: frozenset[str] = frozenset()
    ages: dict[int, str] = field(default_factory=dict)
    counts: dict[int, str] = field(default_factory=dict)

    def ago(self, moment: Micros) -> str:
        """An age in words, as the filter `time_ago` writes it."""
        age = self.now - moment
        if age >= DAY:
            step = -(age // DAY)  # the words change at full days,
        elif age >= HOUR:
            step = _HOURS + age // HOUR  # hours,
        elif age >= 0:
            step = age // MINUTE  # and minutes
        else:
            return escaped(filters.time_ago(moment))
        words = self.ages.get(step)
        if words is None:
            words = self.ages[step] = escaped(filters.time_ago(moment))
        return words

    def comments(self, number: int) -> str:
        """ "1 comment", "4 comments"."""
        words = self.counts.get(number)
        if words is None:
            text = ngettext("%(n)s comment", "%(n)s comments", number) % {"n": filters.number(number)}
            words = self.counts[number] = escaped(text)
        return words

    def tags(self, language_id: int) -> bool:
        """Whether a text in this language says so."""
        return self.spoken is None or language_id not in self.spoken


def look_of(viewer: Viewer, site: LocalSite, now: Micros, memory: dict[str, Any] | None = None) -> Look:
    """The look of this reader in the current language of the task. `memory`: the database's, where rendered pieces are kept."""
    shelf: Shelf = Shelf() if memory is None else memory.get("pieces") or memory.setdefault("pieces", Shelf())
    near: frozenset[str] = (memory or {}).get(KEPT, frozenset())
    filters.page_moment.set(now)
    code = i18n.current().code
    account = viewer.account
    if account is None:
        return Look(code, now, words_of(code), downvotes=site.enable_downvotes, shelf=shelf, neighbours=near)
    own = languages.by_code(code)
    return Look(
        code,
        now,
        words_of(code),
        viewer_id=viewer.id,
        member=True,
        downvotes=site.enable_downvotes,
        up_counts=account.vote_show_upvotes,
        down_counts=account.vote_show_downvotes,
        scores=account.show_scores,
        shows_nsfw_pictures=not account.blur_nsfw,
        folds_bots=account.collapse_bot_comments or not account.show_bot_accounts,
        languages=viewer.languages,
        spoken=viewer.languages or frozenset({own.id} if own else ()),
        shelf=shelf,
        neighbours=near,
    )


# --- links in texts --------------------------------------------------------------------------------------------------

_LINK = re.compile(rf'(?P<before><a (?:[^>]* )?href=")(?P<to>{ADDRESS.pattern})"')


def opened_here(html: str, neighbours: frozenset[str]) -> str:
    """The same text, in which links to things on servers that we know lead to our copy of them (`web/search.py:open_here`)."""
    if not neighbours or 'href="http' not in html:
        return html
    return _LINK.sub(lambda link: _opened(link, neighbours), html)


def strangers_in(html: str, neighbours: frozenset[str]) -> frozenset[str]:
    """The servers that we do not know to which a text has links that could be opened here, if we did."""
    if 'href="http' not in html:
        return frozenset()
    return frozenset(link["host"].lower() for link in _LINK.finditer(html)) - neighbours


def _opened(link: re.Match[str], neighbours: frozenset[str]) -> str:
    if link["host"].lower() not in neighbours:
        return link[0]
    return f'{link["before"]}/open?url={quote(link["to"], safe="")}"'


# --- pieces --------------------------------------------------------------------------------------------------------


def moment_open(moment: Micros) -> str:
    """`<time …>` without its words."""
    iso = filters.time_iso(moment)
    return f'<time datetime="{iso}" title="{iso}">'


def person_path(name: str, host: str, *, local: bool) -> str:
    """The page of a person on this site, not escaped for HTML."""
    return f"/u/{quote(name, safe='')}" + ("" if local else f"@{quote(host, safe='.:-[]')}")


def community_path(name: str, host: str, *, local: bool) -> str:
    """The page of a community on this site, not escaped for HTML."""
    return f"/c/{quote(name, safe='')}" + ("" if local else f"@{quote(host, safe='.:-[]')}")


def person_link(person: Person) -> str:
    """The full handle, the server quieter."""
    path = escaped(person_path(person.name, person.host, local=person.local))
    return f'<a class="u" href="{path}">{escaped(person.name)}<small>@{escaped(person.host)}</small></a>'


def community_link(community: Community) -> str:
    """The full handle, the server quieter."""
    path = escaped(community_path(community.name, community.host, local=community.local))
    title = (
        f' title="{escaped(community.title)}"'
        if community.title and community.title != community.name
        else ""
    )
    return f'<a class="k" href="{path}"{title}>!{escaped(community.name)}<small>@{escaped(community.host)}</small></a>'


def web_address(url: str | None) -> str | None:
    """The address where a browser may be sent, None for any other kind."""
    return url if url and url.startswith(("https://", "http://")) else None


def origin_link(ap_id: str, words: Words) -> str:
    """A link to the thing on the server it is from, worded with its host; empty for what has no web address."""
    if web_address(ap_id) is None:
        return ""
    try:
        host = urlsplit(ap_id).netloc.rpartition("@")[2]
    except ValueError:
        return ""
    worded = words.origin % {"host": escaped(host)}
    return f'<a rel="external nofollow" href="{escaped(ap_id)}">{worded}</a>'


def language_code(language_id: int) -> str | None:
    """The ISO code for `lang`, None where the language is not known."""
    found = languages.by_id(language_id) if language_id else None
    return found.code if found else None


def language_tag(language_id: int) -> str:
    """The language's own name as a tag, empty where it is not known."""
    found = languages.by_id(language_id) if language_id else None
    return f'<span class="l">{escaped(found.name)}</span>' if found else ""


def new_words(number: int) -> str:
    """ "(3 new)"."""
    return escaped(gettext("(%(n)s new)") % {"n": filters.number(number)})
