"""Feeds: RSS 2.0 (F-1, F-2) and Atom, from one set of entries. Whatever people wrote, the result is well-formed XML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros, to_datetime, to_rfc3339
from folkmoot.model.views import CommentView, PostView
from folkmoot.web.i18n import gettext, ngettext
from folkmoot.web.render.look import web_address
from folkmoot.web.render.post_card import picture_of

RSS, ATOM = "application/rss+xml; charset=utf-8", "application/atom+xml; charset=utf-8"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
    picture: str | None = None
    comments: str | None = None


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
        picture=picture_of(view) if not (post.nsfw or view.community.nsfw) else None,
        comments=link,
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
    author = f'<a href="{_attribute(view.creator.ap_id)}">{_text(view.creator.name)}</a>'
    community = f'<a href="{_attribute(view.community.ap_id)}">{_text(view.community.title)}</a>'
    said = _text(gettext("submitted by %(author)s to %(community)s"))
    html = said % {"author": author, "community": community}
    html += f'<br>{_text(points)} | <a href="{_attribute(link)}">{_text(comments)}</a>'
    if address := web_address(post.url):
        html += f'<br><a href="{_attribute(address)}">{_text(address)}</a>'
        if (post.url_content_type or "").startswith("image/"):
            html += f'<br><img src="{_attribute(address)}" alt="{_attribute(post.alt_text or "")}">'
    return f"{html}<br>{post.body_html}" if post.body_html else html


# --- formats -------------------------------------------------------------------------------------------------------


def to_rss(feed: Feed) -> str:
    """RSS 2.0."""
    items = "".join(_item(entry) for entry in feed.entries)
    language = f"<language>{_text(feed.language)}</language>" if feed.language else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{_text(feed.title)}</title><link>{_text(feed.link)}</link><description>{_text(feed.description)}</description>{language}"
        f'<atom:link rel="self" type="application/rss+xml" href="{_attribute(feed.href)}"/>'
        f"<lastBuildDate>{_moment(feed.now)}</lastBuildDate>{items}</channel></rss>\n"
    )


def _item(entry: Entry) -> str:
    parts = [
        f"<title>{_text(entry.title)}</title><link>{_text(entry.link)}</link>",
        f"<description>{_text(entry.html)}</description>",
        f'<guid isPermaLink="true">{_text(entry.link)}</guid><pubDate>{_moment(entry.published)}</pubDate>',
        f"<dc:creator>{_text(entry.author.ap_id)}</dc:creator>",
    ]
    if entry.comments:
        parts.append(f"<comments>{_text(entry.comments)}</comments>")
    if entry.community:
        parts.append(
            f'<category domain="{_attribute(entry.community.ap_id)}">{_text(entry.community.title)}</category>'
        )
    if entry.enclosure:
        address, kind = entry.enclosure
        parts.append(f'<enclosure url="{_attribute(address)}" length="0" type="{_attribute(kind)}"/>')
    if entry.picture:
        parts.append(f'<media:content url="{_attribute(entry.picture)}" medium="image"/>')
    return f"<item>{''.join(parts)}</item>"


def to_atom(feed: Feed) -> str:
    """Atom (RFC 4287)."""
    newest = max((entry.updated or entry.published for entry in feed.entries), default=feed.now)
    entries = "".join(_entry(entry) for entry in feed.entries)
    language = f' xml:lang="{_attribute(feed.language)}"' if feed.language else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"{language}>'
        f"<title>{_text(feed.title)}</title><subtitle>{_text(feed.description)}</subtitle><id>{_text(feed.href)}</id>"
        f'<link rel="self" type="application/atom+xml" href="{_attribute(feed.href)}"/>'
        f'<link rel="alternate" type="text/html" href="{_attribute(feed.link)}"/>'
        f"<updated>{to_rfc3339(newest)}</updated>{entries}</feed>\n"
    )


def _entry(entry: Entry) -> str:
    author = f"{entry.author.name}@{entry.author.host}"
    parts = [
        f"<title>{_text(entry.title)}</title><id>{_text(entry.link)}</id>",
        f'<link rel="alternate" type="text/html" href="{_attribute(entry.link)}"/>',
        f"<author><name>{_text(author)}</name><uri>{_text(entry.author.ap_id)}</uri></author>",
        f"<published>{to_rfc3339(entry.published)}</published><updated>{to_rfc3339(entry.updated or entry.published)}</updated>",
    ]
    if entry.community:
        parts.append(
            f'<category term="{_attribute(entry.community.handle)}" label="{_attribute(entry.community.title)}"/>'
        )
    if entry.enclosure:
        address, kind = entry.enclosure
        parts.append(f'<link rel="enclosure" type="{_attribute(kind)}" href="{_attribute(address)}"/>')
    parts.append(f'<content type="html">{_text(entry.html)}</content>')
    return f"<entry>{''.join(parts)}</entry>"


def _moment(moment: Micros) -> str:
    return format_datetime(to_datetime(moment).replace(microsecond=0), usegmt=True)


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str) -> str:
    return _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
