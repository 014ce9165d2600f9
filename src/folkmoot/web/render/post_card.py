"""Rows of post lists as HTML (interface.md, section 5).

As for comments: what is the same for every reader is made once per post and version and kept; a page joins it with ages and what is the
reader's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from folkmoot.model.tags import tags_of
from folkmoot.model.time import Micros
from folkmoot.model.views import NO_POST_OVERLAY, Page, PostKey, PostOverlay, PostView
from folkmoot.web import filters
from folkmoot.web.i18n import ngettext
from folkmoot.web.render.look import (
    Look,
    Words,
    community_link,
    escaped,
    language_code,
    moment_open,
    new_words,
    person_link,
    web_address,
)


@dataclass(slots=True)
class Piece:
    """A post's row without its ages and without its reader; all HTML but numbers and moments."""

    id: int
    upvotes: int
    downvotes: int
    score: str
    title: str
    badges: str
    author: str
    community: str
    link: str
    published: Micros
    comments: int
    crossposts: str
    picture: str
    nsfw: bool


def piece_of(view: PostView, words: Words) -> Piece:
    """Make the piece of a post."""
    post = view.post
    return Piece(
        id=post.id,
        upvotes=post.upvotes,
        downvotes=post.downvotes,
        score=f'<b class="sc"><small>{words.score} </small>{filters.compact(post.score)}</b>',
        title=_title(view),
        badges=_badges(view, words),
        author=person_link(view.creator),
        community=community_link(view.community),
        link=f'<a rel="bookmark" href="/post/{post.id}">{moment_open(post.published)}',
        published=post.published,
        comments=post.comments,
        crossposts=_crossposts(view),
        picture=_picture(view),
        nsfw=post.nsfw or view.community.nsfw,
    )


def title_link(view: PostView) -> str:
    """The title leading to the article, with its host beside it; to the thread where there is no link."""
    post = view.post
    code = language_code(post.language_id)
    spoken = f' lang="{code}"' if code else ""
    url = post.url if post.url and (web_address(post.url) or post.url.startswith("magnet:")) else None
    if url is None:
        return f'<a href="/post/{post.id}"{spoken} dir="auto">{post.name_html}</a>'
    title = f'<a href="{escaped(url)}" rel="nofollow"{spoken} dir="auto">{post.name_html}</a>'
    if not post.url_host:
        return title
    host = escaped(post.url_host)
    return f'{title} <a class="h" href="/search?host={host}">({host})</a>'


def _title(view: PostView) -> str:
    post = view.post
    title = f"<div><h2>{title_link(view)}</h2>\n"
    if post.excerpt:
        code = language_code(post.language_id)
        spoken = f' lang="{code}"' if code else ""
        title += f'<p class="x"{spoken} dir="auto">{escaped(post.excerpt)}</p>\n'
    return title


def tag_badges(view: PostView) -> str:
    """The tags that a post has in its community."""
    tags = tags_of(view.post.tags, view.community.post_tags) if view.post.tags else []
    return "".join(f'<b class="tag" dir="auto">{escaped(tag.title)}</b> ' for tag in tags)


def _badges(view: PostView, words: Words) -> str:
    """Words before the author."""
    post = view.post
    badges = ""
    if post.featured_local or post.featured_community:
        badges += f'<b class="mod">{words.pinned}</b> '
    if post.locked:
        badges += f'<b class="tag">{words.locked}</b> '
    if post.nsfw or view.community.nsfw:
        badges += f'<b class="ban">{words.nsfw}</b> '
    if post.removed or view.community.removed:
        badges += f'<b class="ban">{words.was_removed}</b> '
    if post.deleted:
        badges += f'<b class="tag">{words.was_deleted}</b> '
    if view.creator.bot:
        badges += f'<b class="bot">{words.bot}</b> '
    return badges + tag_badges(view)


def _crossposts(view: PostView) -> str:
    if not view.crossposts:
        return ""
    text = ngettext("also in %(n)s community", "also in %(n)s communities", view.crossposts) % {
        "n": filters.number(view.crossposts)
    }
    return f' <a href="/post/{view.post.id}/crossposts">{escaped(text)}</a>'


def picture_of(view: PostView) -> str | None:
    """The address of the small picture beside a post."""
    post = view.post
    if web_address(post.thumbnail_url):
        return post.thumbnail_url
    return web_address(post.url) if is_picture(view) else None


_PICTURES = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")


def is_picture(view: PostView) -> bool:
    """Whether the post is about a picture. One that was uploaded here is known for that before its address was asked what it is."""
    post = view.post
    address = web_address(post.url)
    if address is None or post.url_content_type is not None:
        return address is not None and (post.url_content_type or "").startswith("image/")
    uploaded = f"://{view.creator.host}/pictrs/image/"
    return post.local and uploaded in address and address.endswith(_PICTURES)


def _picture(view: PostView) -> str:
    address = picture_of(view)
    if address is None:
        return ""
    target = web_address(view.post.url) or f"/post/{view.post.id}"
    return (
        f'<a class="th" href="{escaped(target)}" tabindex="-1" aria-hidden="true">'
        f'<img src="{escaped(address)}" alt="" width="72" height="52" loading="lazy"></a>\n'
    )


# --- rows ----------------------------------------------------------------------------------------------------------


def kept_pieces(keys: Sequence[PostKey], look: Look) -> dict[int, Piece]:
    """The pieces of these posts, as far as they are there: read the others and give both to `render_cards`. Who holds a piece has it, also
    when the shelf gives it up meanwhile."""
    get, code = look.shelf.posts.get, look.code
    found = ((key.id, get((key.id, code), key[1:])) for key in keys)
    return {number: piece for number, piece in found if piece is not None}


def render_cards(
    page: Page[PostKey],
    kept: Mapping[int, Piece],
    views: Mapping[int, PostView],
    mine: Mapping[int, PostOverlay],
    look: Look,
    *,
    in_community: bool = False,
    in_profile: bool = False,
) -> str:
    """The whole `<ol class="ps">`; empty for an empty page. `views` has at least what `kept` lacks."""
    if not page.items:
        return ""
    out = ['<ol class="ps">\n']
    for key in page.items:
        piece = kept.get(key.id)
        if piece is None:
            view = views.get(key.id)
            if view is None:  # purged between two queries
                continue
            piece = _kept_piece(key, view, look)
        author = "" if in_profile else f"{piece.author} "
        community = "" if in_community else f"{piece.community} "
        out.append(f"<li>{_row(piece, mine.get(key.id, NO_POST_OVERLAY), look, author, community)}</li>\n")
    out.append("</ol>")
    return "".join(out)


def _kept_piece(key: PostKey, view: PostView, look: Look) -> Piece:
    """Make a piece and keep it."""
    piece = piece_of(view, look.words)
    size = 800 + len(piece.title) + len(piece.author) + len(piece.community) + len(piece.picture)
    look.shelf.posts.put((key.id, look.code), key[1:], piece, size)
    return piece


def render_views(
    views: Sequence[PostView], look: Look, *, in_community: bool = False, in_profile: bool = False
) -> str:
    """The same of posts that were read whole."""
    keys = Page([_key(view) for view in views])
    whole = {view.post.id: view for view in views}
    mine = {view.post.id: view.mine for view in views}
    kept = kept_pieces(keys.items, look)
    return render_cards(keys, kept, whole, mine, look, in_community=in_community, in_profile=in_profile)


def _key(view: PostView) -> PostKey:
    post, creator, community = view.post, view.creator, view.community
    return PostKey(post.id, post.version, creator.id, community.id, creator.version, community.version)


def render_row(view: PostView, look: Look) -> str:
    """One post's row, `<article>` alone, without its author: among other things of a profile."""
    piece = piece_of(view, look.words)
    return _row(piece, view.mine, look, "", f"{piece.community} ")


def _row(piece: Piece, mine: PostOverlay, look: Look, author: str, community: str) -> str:
    number = piece.id
    words = look.words
    read = " read" if mine.read else ""
    score = piece.score if look.scores else ""
    count = look.comments(piece.comments)
    if mine.read_comments is not None and piece.comments > mine.read_comments:
        count += f" {new_words(piece.comments - mine.read_comments)}"
    if look.member:
        up, down = mine.my_vote == 1, mine.my_vote == -1
        votes = _button(number, "up", words.upvote, 1, on=up) + score
        if look.downvotes:
            votes += _button(number, "dn", words.downvote, -1, on=down)
        pressed, word = ("true", words.saved) if mine.saved else ("false", words.save)
        actions = (
            f' <button form="act" formaction="/post/{number}/save" aria-pressed="{pressed}">{word}</button>'
            f' <a href="/post/{number}/more" data-open>{words.more}</a>'
        )
    else:
        votes, actions = score, ""
    picture = "" if piece.nsfw and not look.shows_nsfw_pictures else piece.picture
    return (
        f'<article id="p{number}" class="p{read}">\n<div class="v">{votes}</div>\n{piece.title}'
        f'<p class="m">{piece.badges}{author}{community}{piece.link}{look.ago(piece.published)}</time></a>'
        f' <a href="/post/{number}#comments">{count}</a>{piece.crossposts}{actions}</p></div>\n{picture}</article>'
    )


def _button(number: int, kind: str, word: str, value: int, *, on: bool) -> str:
    return (
        f'<button form="act" formaction="/post/{number}/vote" name="value" value="{0 if on else value}" class="{kind}"'
        f' aria-pressed="{"true" if on else "false"}"><small>{word}</small></button>'
    )
