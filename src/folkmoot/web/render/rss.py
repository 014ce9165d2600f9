"""Feeds as apps and readers know them from Lemmy, element for element (F-2): RSS 2.0, in English, for everybody alike.

The richer form, in the reader's language, is Atom (`web/render/feeds.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros, to_datetime
from folkmoot.model.views import CommentView, PostView
from folkmoot.web.render.look import web_address
from folkmoot.web.render.post_card import picture_of
from folkmoot.web.render.xml import attribute, text

RSS = "application/rss+xml; charset=utf-8"
_OVERWRITTEN = "*Permanently Deleted*"
_OWN_LINK = re.compile(r'<a href="/[uc]/[^"]*"[^>]*>([^<]*)</a>')
_LINK = re.compile(r'<a href="([^"]*)" rel="nofollow noopener ugc">([^<]*)</a>')


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself: `link` is the page it belongs to, `description` text or HTML, `items` ready."""

    title: str
    link: str
    description: str
    items: Sequence[str]


def rss(channel: Channel) -> str:
    """The whole document."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>{text(channel.title)}</title><link>{text(channel.link)}</link>"
        f"<description>{text(channel.description)}</description>{''.join(channel.items)}</channel></rss>\n"
    )


def post_item(view: PostView, origin: str) -> str:
    """A post: what it is, whose it is, and its text."""
    post, community = view.post, view.community
    link = f"{origin}/post/{post.id}"
    parts = [
        f"<title>{text(post.name)}</title><link>{text(link)}</link>"
        f"<description>{text(_about_post(view, link))}</description>"
        f'<category domain="{attribute(community.ap_id)}">{text(community.title)}</category>'
        f"<comments>{text(link)}</comments>"
    ]
    if address := web_address(post.url):
        kind = post.url_content_type or "application/octet-stream"
        parts.append(f'<enclosure url="{attribute(address)}" length="0" type="{attribute(kind)}"/>')
    parts.append(f"<guid>{text(link)}</guid><pubDate>{_moment(post.published)}</pubDate>")
    if not (post.nsfw or community.nsfw) and (picture := picture_of(view)):
        parts.append(f'<media:content url="{attribute(picture)}" medium="image"/>')
    parts.append(f"<dc:creator>{text(view.creator.ap_id)}</dc:creator>")
    return f"<item>{''.join(parts)}</item>"


def reply_item(view: CommentView, origin: str) -> str:
    """A reply or mention in an inbox: who was told still reads what moderators removed, as in apps."""
    return _comment_item(view, origin, f"Reply from {view.creator.name}", gone=view.comment.deleted)


def comment_item(view: CommentView, origin: str) -> str:
    """A comment among those of its thread."""
    of = f" on {view.post.name}" if view.post else ""
    gone = view.comment.deleted or view.comment.removed
    return _comment_item(view, origin, f"{view.creator.display_name or view.creator.name}{of}", gone=gone)


def plain(html: str | None) -> str:
    """Our HTML as the outside knows it (D-2): no marks of direction, no links into our own pages."""
    if not html:
        return ""
    html = _OWN_LINK.sub(r"\1", html.replace(' dir="auto"', ""))
    return _LINK.sub(_as_known, html)


def _as_known(match: re.Match[str]) -> str:
    """What somebody made a link is not followed; an address that stood in the text is, and is shown without its beginning."""
    address, words = match.groups()
    if words == address:
        return f'<a href="{address}">{words.partition("://")[2] or words}</a>'
    return f'<a href="{address}" rel="nofollow">{words}</a>'


def _about_post(view: PostView, link: str) -> str:
    post = view.post
    html = (
        f"submitted by {_link(view.creator)} to {_link(view.community)}"
        f'<br>{post.score} points | <a href="{attribute(link)}">{post.comments} comments</a>'
    )
    if address := web_address(post.url):
        html += f'<br><a href="{attribute(address)}">{text(address)}</a>'
        if (post.url_content_type or "").startswith("image/"):
            html += f'<br><img src="{attribute(address)}">'
    return html + plain(post.body_html)


def _comment_item(view: CommentView, origin: str, title: str, *, gone: bool) -> str:
    comment, author = view.comment, view.creator
    link = f"{origin}/comment/{comment.id}"
    gone = gone and comment.content != _OVERWRITTEN
    about = f'/u/{author.name} <a href="{attribute(author.ap_id)}">(link)</a>'
    return (
        f"<item><title>{text(title)}</title><link>{text(link)}</link>"
        f"<description>{text('' if gone else plain(comment.content_html))}</description><author>{text(about)}</author>"
        f"<comments>{text(link)}</comments><guid>{text(link)}</guid><pubDate>{_moment(comment.published)}</pubDate></item>"
    )


def _link(of: Person | Community) -> str:
    return f'<a href="{attribute(of.ap_id)}">{text(of.name)}</a>'


def _moment(moment: Micros) -> str:
    return format_datetime(to_datetime(moment).replace(microsecond=0), usegmt=True)
