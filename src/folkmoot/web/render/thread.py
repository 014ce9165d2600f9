"""Comments as HTML: a thread, or one comment (interface.md, section 4).

What is the same for every reader is made once per comment and version and kept (`Piece`). A page joins pieces, ages, and what is the
reader's own, in one pass over a flat list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from folkmoot.model.time import Micros
from folkmoot.model.views import NO_MARKS, CommentView, Line, Marks, Thread
from folkmoot.web import filters
from folkmoot.web.i18n import ngettext
from folkmoot.web.render.kept import Kept
from folkmoot.web.render.look import (
    Look,
    Words,
    escaped,
    language_code,
    language_tag,
    moment_open,
    origin_link,
    person_link,
)

FLAT_FROM = 8
"""The level from which on answers are no longer indented but name whom they answer."""
_KEPT_BYTES = 24 << 20


@dataclass(slots=True)
class Piece:
    """A comment without its ages and without its reader. `head`, `link` and `body` are HTML."""

    id: int
    parent_id: int | None
    creator_id: int
    classes: str
    name: str
    bot: bool
    gone: bool
    language_id: int
    head: str
    tag: str
    link: str
    published: Micros
    edited: Micros | None
    edited_link: str
    origin: str
    upvotes: int
    downvotes: int
    votes: str
    body: str


_pieces: Kept[Piece] = Kept(_KEPT_BYTES)
_threads: Kept[bool] = Kept(20_000)
"""Which threads were rendered here, by number."""


def piece_of(view: CommentView, words: Words, op_id: int) -> Piece:
    """Make the piece of a comment. `op_id`: who wrote the post."""
    comment, person = view.comment, view.creator
    badges = _badges(view, words, op_id)
    link = f'<a rel="bookmark" href="/comment/{comment.id}">{moment_open(comment.published)}'
    code = language_code(comment.language_id)
    edited = comment.updated
    return Piece(
        id=comment.id,
        parent_id=comment.parent_id,
        creator_id=comment.creator_id,
        classes="c d" if comment.distinguished else "c",
        name=escaped(person.name),
        bot=person.bot,
        gone=comment.deleted or comment.removed,
        language_id=comment.language_id,
        head=person_link(person) + badges,
        tag=language_tag(comment.language_id),
        link=link,
        published=comment.published,
        edited=edited,
        edited_link=f" <i>{words.edited} {moment_open(edited)}" if edited is not None else "",
        origin="" if comment.local else origin_link(comment.ap_id, words),
        upvotes=comment.upvotes,
        downvotes=comment.downvotes,
        votes=_counts(comment.upvotes, comment.downvotes, words),
        body=f'<div lang="{code}" dir="auto">{comment.content_html}</div>' if code else f'<div dir="auto">{comment.content_html}</div>',
    )  # fmt: skip


def _badges(view: CommentView, words: Words, op_id: int) -> str:
    person = view.creator
    badges = ""
    if person.id == op_id:
        badges += f' <b class="op">{words.op}</b>'
    if view.creator_is_moderator:
        badges += f' <b class="mod">{words.moderator}</b>'
    if person.admin:
        badges += f' <b class="adm">{words.admin}</b>'
    if person.bot:
        badges += f' <b class="bot">{words.bot}</b>'
    if person.banned or view.creator_banned_from_community:
        badges += f' <b class="ban">{words.banned}</b>'
    if person.deleted:
        badges += f' <b class="tag">{words.gone}</b>'
    return badges


def _counts(up: int, down: int, words: Words) -> str:
    """Votes in words for whom cannot vote: the down ones above zero only."""
    text = f' <span class="up">{filters.compact(up)}<small> {words.upvotes}</small></span>'
    return text + (
        f' <span class="dn">{filters.compact(down)}<small> {words.downvotes}</small></span>'
        if down > 0
        else ""
    )


def vote_buttons(path: str, up: int, down: int, mine: int | None, look: Look) -> str:
    """The two buttons of a comment or a post on its own page."""
    words = look.words
    shown_up, shown_down = (
        (filters.compact(up), filters.compact(down) if down > 0 else "") if look.scores else ("", "")
    )
    buttons = (
        f' <button form="act" formaction="{path}/vote" name="value" value="{0 if mine == 1 else 1}" class="up"'
        f' aria-pressed="{"true" if mine == 1 else "false"}"><small>{words.upvote} </small>{shown_up}</button>'
    )
    if look.downvotes:
        buttons += (
            f' <button form="act" formaction="{path}/vote" name="value" value="{0 if mine == -1 else -1}" class="dn"'
            f' aria-pressed="{"true" if mine == -1 else "false"}"><small>{words.downvote} </small>{shown_down}</button>'
        )
    return buttons


def _actions(piece: Piece, look: Look, *, saved: bool, takes_replies: bool) -> str:
    """The line of what a member can do with a comment."""
    words, path = look.words, f"/comment/{piece.id}"
    reply = f'<a href="{path}/reply" data-open>{words.reply}</a> ' if takes_replies else ""
    pressed, word = ("true", words.saved) if saved else ("false", words.save)
    own = (
        f'<a href="{path}/edit" data-open>{words.edit}</a> <a href="{path}/delete" data-open>{words.delete}</a>'
        if piece.creator_id == look.viewer_id
        else f'<a href="{path}/report" data-open>{words.report}</a>'
    )
    return (
        f'<p class="a">{reply}<button form="act" formaction="{path}/save" aria-pressed="{pressed}">{word}</button> {own}'
        f' <a href="{path}/source" data-open>{words.source}</a> <a href="{path}/more" data-open>{words.more}</a></p>\n'
    )


# --- one comment ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Place:
    """Where a comment stands: what its markup takes from its surroundings. `parent`: a link, ready made. `reason`: why it was removed."""

    look: Look
    marks: Marks = NO_MARKS
    takes_replies: bool = True
    focus: int | None = None
    visited: Micros | None = None


def _opening(piece: Piece, line: Line, place: Place, parent: str) -> str:
    """Everything of a comment up to where its answers go."""
    look, marks = place.look, place.marks
    identity = piece.id
    age = look.ago(piece.published)
    count = look.comments(line.children + 1)
    classes, new = piece.classes, ""
    if identity == place.focus:
        classes += " me"
    if place.visited is not None and piece.published > place.visited and piece.creator_id != look.viewer_id:
        classes += " n"
        new = f' <b class="new">{look.words.new}</b>'
    edited = f"{piece.edited_link}{look.ago(piece.edited)}</time></i>" if piece.edited is not None else ""
    tag = f" {piece.tag}" if piece.tag and look.tags(piece.language_id) else ""
    origin = f" {piece.origin}" if piece.origin else ""
    if look.member:
        votes = vote_buttons(
            f"/comment/{identity}", piece.upvotes, piece.downvotes, marks.votes.get(identity), look
        )
        actions = _actions(piece, look, saved=identity in marks.saved, takes_replies=place.takes_replies)
        reason = _folded(piece, place)
    else:
        votes, actions, reason = piece.votes, "", ""
    if reason:
        classes += " f"
    shown = (
        f"<details><summary>{reason} · {count}</summary>"
        if reason
        else f"<details open><summary>{count}</summary>"
    )
    return (
        f'<article id="c{identity}" class="{classes}">\n<header>{piece.head}{new}{tag} {piece.link}{age}</time></a>{edited}{origin}{votes}'
        f"{parent}</header>\n{shown}\n{piece.body}\n{actions}"
    )


def _folded(piece: Piece, place: Place) -> str:
    """Why this reader sees the comment folded; empty where they do not."""
    look = place.look
    if piece.creator_id in place.marks.blocked:
        return look.words.blocked
    if look.folds_bots and piece.bot:
        return look.words.by_bot
    if look.languages and piece.language_id and piece.language_id not in look.languages:
        return look.words.foreign
    return ""


def _opening_of_gone(line: Line, look: Look, reason: str | None, parent: str) -> str:
    """What is left of a deleted or removed comment (C-6)."""
    words = look.words
    if line.deleted:
        said = words.deleted_by_author
    else:
        said = words.removed_because % {"reason": escaped(reason)} if reason else words.removed
    link = f'<a rel="bookmark" href="/comment/{line.id}">{moment_open(line.published)}{look.ago(line.published)}</time></a>'
    return (
        f'<article id="c{line.id}" class="c x">\n<header><i>{said}</i> {link}{parent}</header>\n'
        f"<details open><summary>{look.comments(line.children + 1)}</summary>\n"
    )


def one_comment(view: CommentView, place: Place, *, op_id: int, reason: str | None = None) -> str:
    """A comment alone, `<article>` without answers: in lists, and as the answer after writing or editing."""
    comment = view.comment
    line = line_of(view)
    parent = (
        f' <a href="/comment/{comment.parent_id}">{place.look.words.parent}</a>' if comment.parent_id else ""
    )
    if comment.deleted or comment.removed:
        return _opening_of_gone(line, place.look, reason, parent) + "</details></article>"
    name, stamp = (comment.id, place.look.code), line[1:5]
    piece = _pieces.get(name, stamp)
    if piece is None:
        piece = piece_of(view, place.look.words, op_id)
        _pieces.put(name, stamp, piece, _weight(piece))
    return _opening(piece, line, place, parent) + "</details></article>"


def line_of(view: CommentView) -> Line:
    """The line of a comment that stands alone."""
    comment = view.comment
    return Line(
        comment.id, comment.version, view.creator.version, view.creator_is_moderator, view.creator_banned_from_community, 0,
        comment.parent_id, comment.creator_id, comment.child_count, comment.published, comment.deleted, comment.removed, 0,
    )  # fmt: skip


# --- a thread ------------------------------------------------------------------------------------------------------


def missing(thread: Thread, look: Look) -> list[int]:
    """The comments of a thread for which there is no piece yet: read them and give them to `render_thread`."""
    get, code = _pieces.get, look.code
    return [
        line.id
        for line in thread.lines
        if not (line.deleted or line.removed) and get((line.id, code), line[1:5]) is None
    ]


def is_new_here(post_id: int, look: Look) -> bool:
    """Whether nothing of this thread was rendered in this process in this language, so that its texts are wanted with it."""
    return _threads.get((post_id, look.code), ()) is None


def render_thread(
    thread: Thread, views: Mapping[int, CommentView], look: Look, *, takes_replies: bool, more_href: str = ""
) -> str:
    """The whole `<ol class="t" id="tree">`. `views` has at least what `missing` named; `more_href` leads to the comments that did not fit.

    Nothing in here asks the database.
    """
    pieces = _gather(thread, views, look)
    place = Place(
        look, thread.marks, takes_replies, thread.focus, thread.post.mine.visited if look.member else None
    )
    out = ['<ol class="t" id="tree">\n']
    _write(out, thread.lines, pieces, place, thread.reasons)
    if thread.rest and more_href:
        out.append(
            _more_item(
                more_href, ngettext("%(n)s more thread", "%(n)s more threads", thread.rest), thread.rest
            )
        )
    out.append("</ol>")
    return "".join(out)


def _gather(thread: Thread, views: Mapping[int, CommentView], look: Look) -> dict[int, Piece]:
    """The pieces of a thread by comment, made where they are missing."""
    found: dict[int, Piece] = {}
    get, code = _pieces.get, look.code
    op_id = thread.post.post.creator_id
    for line in thread.lines:
        name, stamp = (line.id, code), line[1:5]
        piece = get(name, stamp)
        if piece is None and (view := views.get(line.id)) is not None:
            piece = piece_of(view, look.words, op_id)
            _pieces.put(name, stamp, piece, _weight(piece))
        if piece is not None:
            found[line.id] = piece
    _threads.put((thread.post.post.id, code), (), True, 1)
    return found


def _write(
    out: list[str], lines: Iterable[Line], pieces: dict[int, Piece], place: Place, reasons: Mapping[int, str]
) -> None:
    """One pass: open lists and items as the depth grows, close them as it shrinks."""
    look = place.look
    shown: set[int] = set()
    opened: list[Line] = []
    for line in lines:
        depth = line.depth
        if depth < len(opened):
            _close(out, opened, depth)
        elif depth:
            out.append("<ol>\n" if depth < FLAT_FROM else '<ol class="flat">\n')
        shown.add(line.id)
        parent = ""
        if line.parent_id:
            above = pieces.get(line.parent_id)
            here = line.parent_id in shown
            to_name = above is not None and not above.gone and (depth >= FLAT_FROM or (depth == 0 and here))
            word = look.words.to % {"name": above.name} if to_name and above else look.words.parent
            parent = (
                f' <a href="#c{line.parent_id}">{word}</a>'
                if here
                else f' <a href="/comment/{line.parent_id}">{word}</a>'
            )
        piece = pieces.get(line.id)
        out.append("<li>")
        if piece is None or line.deleted or line.removed:
            out.append(_opening_of_gone(line, look, reasons.get(line.id), parent))
        else:
            out.append(_opening(piece, line, place, parent))
        opened.append(line)
    _close(out, opened, 0)


def _close(out: list[str], opened: list[Line], depth: int) -> None:
    """End the items that are deeper than `depth`, and that of `depth` itself."""
    while len(opened) > depth:
        line = opened.pop()
        if line.cut:
            more = _more_item(
                f"/comment/{line.id}", ngettext("%(n)s more reply", "%(n)s more replies", line.cut), line.cut
            )
            # The list of its answers was left open by the last of them, or there is none.
            out.append(f"{more}</ol>\n" if out[-1] is _END_OF_ITEM else f"<ol>\n{more}</ol>\n")
        elif out[-1] is _END_OF_ITEM:
            out.append("</ol>\n")
        out.append(_END_OF_ITEM)


_END_OF_ITEM = "</details></article></li>\n"


def _more_item(href: str, words: str, number: int) -> str:
    return f'<li class="more"><a href="{escaped(href)}">{escaped(words % {"n": filters.number(number)})}</a></li>\n'


def _weight(piece: Piece) -> int:
    return (
        600 + len(piece.head) + len(piece.body) + len(piece.link) + len(piece.origin) + len(piece.edited_link)
    )
