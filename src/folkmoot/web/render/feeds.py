"""Feeds in Atom, in the reader's language. Whatever people wrote, the result is well-formed XML."""

from collections.abc import Sequence
from dataclasses import dataclass

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros, to_rfc3339
from folkmoot.model.views import CommentView, PostView
from folkmoot.web.i18n import gettext, ngettext
from folkmoot.web.render.look import web_address
from folkmoot.web.render.xml import attribute, text

ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a feed. `html` says everything about it; `link` is also what tells it from others."""

    title: str
    link: str
    author: Person
    html: str
    published: Micros
    updated: Micros | None = None
    community: Community | None = None
    enclosure: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `link` is the page it belongs to, `href` its own address."""

    title: str
    link: str
    href: str
    description: str
    now: Micros
    entries: Sequence[Entry]
    language: str | None = None


def post_entry(view: PostView, origin: str) -> Entry:
    """A post as F-2 wants it."""
    post = view.post
    link = f"{origin}/post/{post.id}"
    address = web_address(post.url)
    return Entry(
        title=post.name,
        link=link,
        author=view.creator,
        html=_about_post(view, link),
        published=post.published,
        updated=post.updated,
        community=view.community,
        enclosure=(address, post.url_content_type or "text/html") if address else None,
    )


def comment_entry(view: CommentView, origin: str, *, reply: bool = False) -> Entry:
    """A comment: in an inbox titled by its author (F-2), else by its post too."""
    post = view.post
    name = view.creator.display_name or view.creator.name
    if reply or post is None:
        title = gettext("Reply from %(name)s") % {"name": name}
    else:
        title = gettext("%(name)s on %(title)s") % {"name": name, "title": post.name}
    return Entry(
        title=title,
        link=f"{origin}/comment/{view.comment.id}",
        author=view.creator,
        html=view.comment.content_html,
        published=view.comment.published,
        updated=view.comment.updated,
        community=view.community,
    )


def _about_post(view: PostView, link: str) -> str:
    post = view.post
    points = ngettext("%(n)s point", "%(n)s points", post.score) % {"n": post.score}
    comments = ngettext("%(n)s comment", "%(n)s comments", post.comments) % {"n": post.comments}
    author = f'<a href="{attribute(view.creator.ap_id)}">{text(view.creator.name)}</a>'
    community = f'<a href="{attribute(view.community.ap_id)}">{text(view.community.title)}</a>'
    said = text(gettext("submitted by %(author)s to %(community)s"))
    html = said % {"author": author, "community": community}
    html += f'<br>{text(points)} | <a href="{attribute(link)}">{text(comments)}</a>'
    if address := web_address(post.url):
        html += f'<br><a href="{attribute(address)}">{text(address)}</a>'
        if (post.url_content_type or "").startswith("image/"):
            html += f'<br><img src="{attribute(address)}" alt="{attribute(post.alt_text or "")}">'
    return f"{html}<br>{post.body_html}" if post.body_html else html


# --- formats -------------------------------------------------------------------------------------------------------


def to_atom(feed: Feed) -> str:
    """Atom (RFC 4287)."""
    newest = max((entry.updated or entry.published for entry in feed.entries), default=feed.now)
    entries = "".join(_entry(entry) for entry in feed.entries)
    language = f' xml:lang="{attribute(feed.language)}"' if feed.language else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"{language}>'
        f"<title>{text(feed.title)}</title><subtitle>{text(feed.description)}</subtitle><id>{text(feed.href)}</id>"
        f'<link rel="self" type="application/atom+xml" href="{attribute(feed.href)}"/>'
        f'<link rel="alternate" type="text/html" href="{attribute(feed.link)}"/>'
        f"<updated>{to_rfc3339(newest)}</updated>{entries}</feed>\n"
    )


def _entry(entry: Entry) -> str:
    author = f"{entry.author.name}@{entry.author.host}"
    parts = [
        f"<title>{text(entry.title)}</title><id>{text(entry.link)}</id>",
        f'<link rel="alternate" type="text/html" href="{attribute(entry.link)}"/>',
        f"<author><name>{text(author)}</name><uri>{text(entry.author.ap_id)}</uri></author>",
        f"<published>{to_rfc3339(entry.published)}</published><updated>{to_rfc3339(entry.updated or entry.published)}</updated>",
    ]
    if entry.community:
        parts.append(
            f'<category term="{attribute(entry.community.handle)}" label="{attribute(entry.community.title)}"/>'
        )
    if entry.enclosure:
        address, kind = entry.enclosure
        parts.append(f'<link rel="enclosure" type="{attribute(kind)}" href="{attribute(address)}"/>')
    parts.append(f'<content type="html">{text(entry.html)}</content>')
    return f"<entry>{''.join(parts)}</entry>"
