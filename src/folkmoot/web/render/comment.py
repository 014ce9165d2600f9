"""One comment as HTML (interface.md, section 4); a whole thread is in `render/thread.py`.

What is the same for every reader is made once per comment and version and kept (`Piece`), and so is what most readers of one kind get:
everything between the ages of a comment that the reader has not voted on (`Cast`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from folkmoot.model.time import Micros
from folkmoot.model.views import NO_MARKS, CommentView, Line, Marks
from folkmoot.web import filters
from folkmoot.web.render.look import (
    Look,
    Words,
    escaped,
    language_code,
    language_tag,
    moment_open,
    opened_here,
    origin_link,
    person_link,
    strangers_in,
)


@dataclass(slots=True)
class Cast:
    """A comment as one kind of reader gets it: text, age, text, age of the edit, text, body, text. As it is sent, in UTF-8: a page joins
    hundreds of them."""

    first: bytes
    second: bytes
    third: bytes
    last: bytes


@dataclass(slots=True)
class Piece:
    """A comment without its ages and without its reader. Texts are HTML, the body as it is sent. `casts` by kind of reader and place."""

    id: int
    creator_id: int
    classes: str
    name: str
    bot: bool
    locked: bool
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
    children: int
    body: bytes
    leads: frozenset[str] = frozenset()
    """Servers that links in it lead to, which nobody here knew when it was made."""
    casts: dict[object, Cast] = field(default_factory=dict)


def piece_of(view: CommentView, look: Look, op_id: int) -> Piece:
    """Make the piece of a comment. `op_id`: who wrote the post."""
    words = look.words
    comment, person = view.comment, view.creator
    code = language_code(comment.language_id)
    spoken = f' lang="{code}"' if code else ""
    edited = comment.updated
    return Piece(
        id=comment.id,
        creator_id=comment.creator_id,
        classes="c d" if comment.distinguished else "c",
        name=escaped(person.name),
        bot=person.bot,
        locked=comment.locked,
        language_id=comment.language_id,
        head=person_link(person) + _badges(view, words, op_id),
        tag=f" {tag}" if (tag := language_tag(comment.language_id)) else "",
        link=f' <a rel="bookmark" href="/comment/{comment.id}">{moment_open(comment.published)}',
        published=comment.published,
        edited=edited,
        edited_link=f" <i>{words.edited} {moment_open(edited)}" if edited is not None else "",
        origin="" if comment.local else f" {origin_link(comment.ap_id, words)}",
        upvotes=comment.upvotes,
        downvotes=comment.downvotes,
        votes=_counts(comment.upvotes, comment.downvotes, words),
        children=comment.child_count,
        leads=strangers_in(comment.content_html, look.neighbours),
        body=f'<div{spoken} dir="auto">{opened_here(comment.content_html, look.neighbours)}</div>\n'.encode(),
    )


def _badges(view: CommentView, words: Words, op_id: int) -> str:
    person = view.creator
    badges = (
        ("op", words.op, person.id == op_id),
        ("mod", words.moderator, view.creator_is_moderator),
        ("adm", words.admin, person.admin),
        ("bot", words.bot, person.bot),
        ("ban", words.banned, person.banned or view.creator_banned_from_community),
        ("tag", words.gone, person.deleted),
        ("tag", words.locked, view.comment.locked),
    )
    return "".join(f' <b class="{kind}">{word}</b>' for kind, word, holds in badges if holds)


def _counts(up: int, down: int, words: Words) -> str:
    """Votes in words for whom cannot vote: the down ones above zero only."""
    text = f' <span class="up">{filters.compact(up)}<small> {words.upvotes}</small></span>'
    return text + (
        f' <span class="dn">{filters.compact(down)}<small> {words.downvotes}</small></span>'
        if down > 0
        else ""
    )


FORM = ' form="act"'
"""What a button needs that does not stand inside the form of small actions."""


def vote_buttons(path: str, up: int, down: int, mine: int | None, look: Look, form: str = FORM) -> str:
    """The two buttons of a comment or a post on its own page."""
    words = look.words
    shown_up = filters.compact(up) if look.up_counts else ""
    shown_down = filters.compact(down) if look.down_counts and down > 0 else ""
    buttons = (
        f' <button{form} formaction="{path}/vote" name="value" value="{0 if mine == 1 else 1}" class="up"'
        f' aria-pressed="{"true" if mine == 1 else "false"}"><small>{words.upvote} </small>{shown_up}</button>'
    )
    if look.downvotes:
        buttons += (
            f' <button{form} formaction="{path}/vote" name="value" value="{0 if mine == -1 else -1}" class="dn"'
            f' aria-pressed="{"true" if mine == -1 else "false"}"><small>{words.downvote} </small>{shown_down}</button>'
        )
    return buttons


def _actions(piece: Piece, look: Look, form: str, *, saved: bool, takes_replies: bool) -> str:
    """The line of what a member can do with a comment."""
    words, path = look.words, f"/comment/{piece.id}"
    takes_replies = takes_replies and (look.moderates or not piece.locked)
    reply = f'<a href="{path}/reply" data-open>{words.reply}</a> ' if takes_replies else ""
    pressed, word = ("true", words.saved) if saved else ("false", words.save)
    own = (
        f'<a href="{path}/edit" data-open>{words.edit}</a> <a href="{path}/delete" data-open>{words.delete}</a>'
        if piece.creator_id == look.viewer_id
        else f'<a href="{path}/report" data-open>{words.report}</a>'
    )
    return (
        f'<p class="a">{reply}<button{form} formaction="{path}/save" aria-pressed="{pressed}">{word}</button> {own}'
        f' <a href="{path}/source" data-open>{words.source}</a> <a href="{path}/more" data-open>{words.more}</a></p>\n'
    )


@dataclass(slots=True)
class Place:
    """Where comments stand, and who looks at them: what their markup takes from their surroundings.

    `in_form`: the form of small actions is around them, so that their buttons need not name it. `next_new`: the new comment after each.
    """

    look: Look
    marks: Marks = NO_MARKS
    takes_replies: bool = True
    focus: int | None = None
    visited: Micros | None = None
    in_form: bool = False
    next_new: Mapping[int, int] = field(default_factory=dict)

    def kind(self) -> str:
        """What has to be equal for two readers to get the same of a comment that neither has marked."""
        look = self.look
        marks = (
            look.member,
            look.up_counts,
            look.down_counts,
            look.downvotes,
            self.takes_replies,
            self.in_form,
        )
        return "".join("y" if mark else "n" for mark in marks)


def _cast(
    piece: Piece,
    place: Place,
    parent: str,
    *,
    new: bool = False,
    vote: int | None = None,
    saved: bool = False,
    reason: str = "",
) -> Cast:
    """Make everything of a comment but its ages, up to where its answers go."""
    look, form = place.look, "" if place.in_form else FORM
    classes = piece.classes
    if piece.id == place.focus:
        classes += " me"
    if new:
        classes += " n"
    if reason:
        classes += " f"
    badge = f' <b class="new">{look.words.new}</b>' if new else ""
    if new and (after := place.next_new.get(piece.id)):
        parent += f' <a href="#c{after}">{look.words.next_new}</a>'
    tag = piece.tag if piece.tag and look.tags(piece.language_id) else ""
    votes = (
        vote_buttons(f"/comment/{piece.id}", piece.upvotes, piece.downvotes, vote, look, form)
        if look.member
        else piece.votes
    )
    count = look.comments(piece.children + 1)
    summary = (
        f"<details><summary>{reason} · {count}</summary>"
        if reason
        else f"<details open><summary>{count}</summary>"
    )
    first = f'<article id="c{piece.id}" class="{classes}">\n<header>{piece.head}{badge}{tag}{piece.link}'
    end_of_edit = "</time></i>" if piece.edited is not None else ""
    third = f"{end_of_edit}{piece.origin}{votes}{parent}</header>\n{summary}\n"
    last = _actions(piece, look, form, saved=saved, takes_replies=place.takes_replies) if look.member else ""
    return Cast(first.encode(), f"</time></a>{piece.edited_link}".encode(), third.encode(), last.encode())


def _folded(piece: Piece, place: Place) -> str:
    """Why this reader sees the comment folded; empty where they do not."""
    look = place.look
    if not look.member:
        return ""
    if piece.creator_id in place.marks.blocked:
        return look.words.blocked
    if look.folds_bots and piece.bot:
        return look.words.by_bot
    if look.languages and piece.language_id and piece.language_id not in look.languages:
        return look.words.foreign
    return ""


def cast_of(piece: Piece, place: Place, kind: str, parent: str) -> Cast:
    """The cast for this reader: the kept one of their kind, or one of their own where anything about it is theirs."""
    marks, look, number = place.marks, place.look, piece.id
    visited = place.visited
    new = visited is not None and piece.published > visited and piece.creator_id != look.viewer_id
    reason = _folded(piece, place)
    if (
        new
        or reason
        or number in marks.votes
        or number in marks.saved
        or number == place.focus
        or (piece.creator_id == look.viewer_id)
    ):
        return _cast(
            piece,
            place,
            parent,
            new=new,
            vote=marks.votes.get(number),
            saved=number in marks.saved,
            reason=reason,
        )
    name = (kind, parent, bool(piece.tag) and look.tags(piece.language_id), piece.locked and look.moderates)
    cast = piece.casts.get(name)
    if cast is None:
        if len(piece.casts) >= _MOST_CASTS:
            piece.casts.clear()
        cast = piece.casts[name] = _cast(piece, place, parent)
    return cast


_MOST_CASTS = 3


def opening_of_gone(line: Line, place: Place, reason: str | None, parent: str) -> str:
    """What is left of a deleted or removed comment (C-6); who deleted it can bring it back, and moderators
    find their tools."""
    look = place.look
    words = look.words
    if line.deleted:
        said = words.deleted_by_author
    else:
        said = words.removed_because % {"reason": escaped(reason)} if reason else words.removed
    link = f'<a rel="bookmark" href="/comment/{line.id}">{moment_open(line.published)}{look.ago(line.published)}</time></a>'
    actions = ""
    if line.deleted and look.member and line.creator_id == look.viewer_id:
        form = "" if place.in_form else FORM
        actions = f'<p class="a"><button{form} formaction="/comment/{line.id}/restore">{words.restore}</button></p>\n'
    elif line.removed and look.moderates:
        actions = f'<p class="a"><a href="/comment/{line.id}/more" data-open>{words.more}</a></p>\n'
    return (
        f'<article id="c{line.id}" class="c x">\n<header><i>{said}</i> {link}{parent}</header>\n'
        f"<details open><summary>{look.comments(line.children + 1)}</summary>\n{actions}"
    )


def one_comment(view: CommentView, place: Place, *, op_id: int, reason: str | None = None) -> str:
    """A comment alone, `<article>` without answers: in lists, and as the answer after writing or editing.

    `op_id`: who wrote the post; `reason`: why the comment was removed.
    """
    comment, look = view.comment, place.look
    line = line_of(view)
    parent = f' <a href="/comment/{comment.parent_id}">{look.words.parent}</a>' if comment.parent_id else ""
    if comment.deleted or comment.removed:
        return opening_of_gone(line, place, reason, parent) + "</details></article>"
    piece = kept_piece(view, line, look, op_id)
    out: list[bytes] = []
    write_one(out, piece, cast_of(piece, place, place.kind(), parent), look)
    return b"".join([*out, b"</details></article>"]).decode()


def line_of(view: CommentView) -> Line:
    """The line of a comment that stands alone."""
    comment = view.comment
    return Line(
        comment.id, comment.version, view.creator.version, view.creator_is_moderator, view.creator_banned_from_community, 0,
        comment.parent_id, comment.creator_id, comment.child_count, comment.published, comment.deleted, comment.removed, 0,
    )  # fmt: skip


def kept_piece(view: CommentView, line: Line, look: Look, op_id: int) -> Piece:
    """The piece of a comment, made where it is not kept yet."""
    name, stamp = (line.id, look.code), line[1:5]
    piece: Piece | None = look.shelf.comments.get(name, stamp)
    if piece is None or not piece.leads.isdisjoint(look.neighbours):
        piece = piece_of(view, look, op_id)
        look.shelf.comments.put(name, stamp, piece, _weight(piece))
    return piece


def write_one(out: list[bytes], piece: Piece, cast: Cast, look: Look) -> None:
    """Append a comment up to where its answers go."""
    age = look.ago(piece.published).encode()
    edit = look.ago(piece.edited).encode() if piece.edited is not None else b""
    out += (cast.first, age, cast.second, edit, cast.third, piece.body, cast.last)


def _weight(piece: Piece) -> int:
    """About how much memory a piece will take, with the casts that are made of it later."""
    return 3000 + 2 * len(piece.head) + len(piece.body) + 2 * len(piece.origin)
