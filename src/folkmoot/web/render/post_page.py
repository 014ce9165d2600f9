"""The post on its own page, as HTML (interface.md, section 6)."""

from folkmoot.model.people import Person
from folkmoot.model.views import Crosspost, PostView, Thread
from folkmoot.web import filters
from folkmoot.web.i18n import gettext
from folkmoot.web.render.comment import vote_buttons
from folkmoot.web.render.look import (
    Look,
    community_link,
    escaped,
    language_code,
    language_tag,
    moment_open,
    opened_here,
    origin_link,
    person_link,
    web_address,
)
from folkmoot.web.render.post_card import is_picture, picture_of, tag_badges, title_link


def render_post(thread: Thread, look: Look) -> str:
    """The whole `<article class="p post">`."""
    view = thread.post
    post, words = view.post, look.words
    code = language_code(post.language_id)
    spoken = f' lang="{code}"' if code else ""
    parts = [
        f'<article class="p post" id="p{post.id}">\n<header><h1>{title_link(view)}</h1>\n<p class="m">{_meta(view, look)}</p></header>\n',
        _thumbnail(view, look),
        f'<div class="body"{spoken} dir="auto">{opened_here(post.body_html, look.neighbours)}</div>\n'
        if post.body_html
        else "",
        _link_card(view),
        _media(view, look),
        _elsewhere(thread.crossposts, look),
        _actions(view, look) if look.member else "",
        "</article>\n",
    ]
    if post.deleted or (post.removed and not thread.may_moderate and look.viewer_id != post.creator_id):
        said = words.deleted_by_author if post.deleted else words.removed
        parts[2:5] = [f'<p class="dim"><i>{said}</i></p>\n']
    return "".join(parts)


def _meta(view: PostView, look: Look) -> str:
    post, words = view.post, look.words
    parts = [
        person_link(view.creator) + _badges(view.creator, view, look),
        "<span>"
        + escaped(gettext("in %(community)s")) % {"community": community_link(view.community)}
        + "</span>",
        f'<a rel="bookmark" href="/post/{post.id}">{moment_open(post.published)}{look.ago(post.published)}</time></a>',
    ]
    if post.updated is not None:
        parts.append(f"<i>{words.edited} {moment_open(post.updated)}{look.ago(post.updated)}</time></i>")
    if not post.local:
        parts.append(origin_link(post.ap_id, words))
    if post.language_id and look.tags(post.language_id):
        parts.append(language_tag(post.language_id))
    if look.member:
        parts.append(
            vote_buttons(f"/post/{post.id}", post.upvotes, post.downvotes, view.mine.my_vote, look).lstrip()
        )
    else:
        parts.append(
            f'<span class="up">{filters.compact(post.upvotes)}<small> {words.upvotes}</small></span>'
        )
        if post.downvotes > 0:
            parts.append(
                f'<span class="dn">{filters.compact(post.downvotes)}<small> {words.downvotes}</small></span>'
            )
    badges = _states(view, look) + tag_badges(view)
    return badges + " ".join(part for part in parts if part)


def _states(view: PostView, look: Look) -> str:
    post, words = view.post, look.words
    states = (
        ("mod", words.pinned, post.featured_local or post.featured_community),
        ("tag", words.locked, post.locked),
        ("ban", words.nsfw, post.nsfw or view.community.nsfw),
        ("ban", words.was_removed, post.removed),
        ("tag", words.was_deleted, post.deleted),
    )
    return "".join(f'<b class="{kind}">{word}</b> ' for kind, word, holds in states if holds)


def _badges(person: Person, view: PostView, look: Look) -> str:
    words = look.words
    badges = (
        ("mod", words.moderator, view.creator_is_moderator),
        ("adm", words.admin, person.admin),
        ("bot", words.bot, person.bot),
        ("ban", words.banned, person.banned or view.creator_banned_from_community),
        ("tag", words.gone, person.deleted),
    )
    return "".join(f' <b class="{kind}">{word}</b>' for kind, word, holds in badges if holds)


def _thumbnail(view: PostView, look: Look) -> str:
    address = picture_of(view)
    covered = (view.post.nsfw or view.community.nsfw) and not look.shows_nsfw_pictures
    if address is None or covered or is_picture(view):
        return ""
    target = web_address(view.post.url) or f"/post/{view.post.id}"
    return (
        f'<a class="th" href="{escaped(target)}" tabindex="-1" aria-hidden="true">'
        f'<img src="{escaped(address)}" alt="" width="72" height="52"></a>\n'
    )


def _link_card(view: PostView) -> str:
    """What the linked page says about itself, unless it only repeats the title."""
    post = view.post
    said = (post.embed_description or "").strip()
    if not said or said == post.name or said == (post.body or "").strip():
        return ""
    return f'<div class="link"><p dir="auto">{escaped(said)}</p></div>\n'


def _media(view: PostView, look: Look) -> str:
    """The picture or film that the post is about. NSFW ones wait to be opened, except where the reader said otherwise."""
    post = view.post
    described = escaped(post.alt_text or "")
    kind = post.url_content_type or ""
    address = web_address(post.url)
    if is_picture(view):
        shown = f'<a href="{escaped(post.url or "")}" rel="nofollow"><img src="{escaped(post.url or "")}" alt="{described}"></a>'
    elif address and kind.startswith(("video/", "audio/")):
        element = kind.partition("/")[0]
        shown = f'<{element} src="{escaped(address)}" controls preload="none" aria-label="{described}"></{element}>'
    else:
        return ""
    if (post.nsfw or view.community.nsfw) and not look.shows_nsfw_pictures:
        word = escaped(gettext("Show the picture (NSFW)"))
        return f'<details class="media"><summary>{word}</summary>{shown}</details>\n'
    return f'<div class="media">{shown}</div>\n'


def _elsewhere(others: tuple[Crosspost, ...], look: Look) -> str:
    if not others:
        return ""
    named = " ".join(
        f'<a href="/post/{other.id}">!{escaped(other.name)}@{escaped(other.host)} ({look.comments(other.comments)})</a>'
        for other in others
    )
    text = escaped(gettext("also in %(places)s")) % {"places": named}
    return f'<p class="m"><span>{text}</span></p>\n'


def _actions(view: PostView, look: Look) -> str:
    words, mine, path = look.words, view.mine, f"/post/{view.post.id}"
    hidden = escaped(gettext("hidden") if mine.hidden else gettext("hide"))
    parts = [
        f'<button form="act" formaction="{path}/save" aria-pressed="{"true" if mine.saved else "false"}">'
        f"{words.saved if mine.saved else words.save}</button>",
        f'<button form="act" formaction="{path}/hide" aria-pressed="{"true" if mine.hidden else "false"}">{hidden}</button>',
    ]
    if view.post.creator_id == look.viewer_id:
        parts += [
            f'<a href="{path}/edit">{words.edit}</a>',
            f'<a href="{path}/delete" data-open>{words.delete}</a>',
        ]
    else:
        parts.append(f'<a href="{path}/report" data-open>{words.report}</a>')
    parts += [
        f'<a href="{path}/source" data-open>{words.source}</a>',
        f'<a href="{path}/more" data-open>{words.more}</a>',
    ]
    return f'<p class="a">{" ".join(parts)}</p>\n'
