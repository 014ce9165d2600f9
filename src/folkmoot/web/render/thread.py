"""A thread as HTML (interface.md, section 4): one pass over a flat list, joining what `render/comment.py` keeps of each comment."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from folkmoot.model.views import CommentView, Line, Thread
from folkmoot.web import filters
from folkmoot.web.i18n import ngettext
from folkmoot.web.render.comment import Piece, Place, cast_of, kept_piece, opening_of_gone, write_one
from folkmoot.web.render.look import Look, escaped

FLAT_FROM = 8
"""The level from which on answers are no longer indented but name whom they answer."""


@dataclass(slots=True)
class Gathered:
    """The pieces of a thread's comments by id, and the ids of those that are not made yet."""

    pieces: dict[int, Piece]
    missing: list[int]


def gather(thread: Thread, look: Look) -> Gathered:
    """What is kept of a thread. Read the views of what is missing, and give both to `render_thread`."""
    pieces: dict[int, Piece] = {}
    absent: list[int] = []
    get, code, neighbours = look.shelf.comments.get, look.code, look.neighbours
    for line in thread.lines:
        if line.deleted or line.removed:
            continue
        piece = get((line.id, code), line[1:5])
        if piece is None or (piece.leads and not piece.leads.isdisjoint(neighbours)):
            absent.append(line.id)
        else:
            pieces[line.id] = piece
    return Gathered(pieces, absent)


def is_new_here(post_id: int, look: Look) -> bool:
    """Whether nothing of this thread was rendered in this process in this language, so that its texts are wanted with it."""
    return look.shelf.threads.get((post_id, look.code), ()) is None


def new_comments(thread: Thread, look: Look) -> list[int]:
    """What the reader has not seen, in the order of the page."""
    visited = thread.post.mine.visited
    if visited is None or not look.member:
        return []
    return [
        line.id
        for line in thread.lines
        if line.published > visited
        and line.creator_id != look.viewer_id
        and line.creator_id not in thread.marks.blocked
        and not (line.deleted or line.removed)
    ]


def render_thread(
    thread: Thread,
    gathered: Gathered,
    views: Mapping[int, CommentView],
    look: Look,
    *,
    takes_replies: bool,
    more_href: str = "",
) -> bytes:
    """The whole `<ol class="t" id="tree">`, as it is sent, to stand in the form `#act`. `views` has what `gathered` misses; `more_href`
    leads to the comments that did not fit.

    Nothing in here asks the database.
    """
    if gathered.missing:
        op_id = thread.post.post.creator_id
        lines = {line.id: line for line in thread.lines}
        for number in gathered.missing:
            if (view := views.get(number)) is not None:
                gathered.pieces[number] = kept_piece(view, lines[number], look, op_id)
    look.shelf.threads.put((thread.post.post.id, look.code), (), True, 1)
    new = new_comments(thread, look)
    place = Place(
        look,
        thread.marks,
        takes_replies,
        thread.focus,
        thread.post.mine.visited if look.member else None,
        in_form=True,
        next_new=dict(pairwise(new)),
    )
    out = [b'<ol class="t" id="tree">\n']
    _write(out, thread.lines, gathered.pieces, place, thread.reasons)
    if thread.rest and more_href:
        out.append(
            _more_item(
                more_href, ngettext("%(n)s more thread", "%(n)s more threads", thread.rest), thread.rest
            )
        )
    out.append(b"</ol>")
    return b"".join(out)


def _write(
    out: list[bytes], lines: list[Line], pieces: dict[int, Piece], place: Place, reasons: Mapping[int, str]
) -> None:
    """One pass: open lists and items as the depth grows, close them as it shrinks."""
    look, kind = place.look, place.kind()
    shown: set[int] = set()
    opened: list[Line] = []
    for line in lines:
        number, parent_id, depth = line.id, line.parent_id, line.depth
        if depth < len(opened):
            _close(out, opened, depth)
        elif depth:
            out.append(b"<ol>\n" if depth < FLAT_FROM else b'<ol class="flat">\n')
        out.append(b"<li>")
        shown.add(number)
        parent = ""
        if parent_id:
            above = pieces.get(parent_id)
            here = parent_id in shown
            word = look.words.parent
            if above is not None and (depth >= FLAT_FROM or (depth == 0 and here)):
                word = look.words.to % {"name": above.name}
            parent = (
                f' <a href="#c{parent_id}">{word}</a>'
                if here
                else f' <a href="/comment/{parent_id}">{word}</a>'
            )
        piece = pieces.get(number)
        if piece is None:
            out.append(opening_of_gone(line, place, reasons.get(number), parent).encode())
        else:
            write_one(out, piece, cast_of(piece, place, kind, parent), look)
        opened.append(line)
    _close(out, opened, 0)


def _close(out: list[bytes], opened: list[Line], depth: int) -> None:
    """End the items that are deeper than `depth`, and that of `depth` itself."""
    while len(opened) > depth:
        line = opened.pop()
        if line.cut:
            more = _more_item(
                f"/comment/{line.id}", ngettext("%(n)s more reply", "%(n)s more replies", line.cut), line.cut
            )
            # The list of its answers was left open by the last of them, or there is none.
            out.append(b"%s</ol>\n" % more if out[-1] is _END_OF_ITEM else b"<ol>\n%s</ol>\n" % more)
        elif out[-1] is _END_OF_ITEM:
            out.append(b"</ol>\n")
        out.append(_END_OF_ITEM)


_END_OF_ITEM = b"</details></article></li>\n"


def _more_item(href: str, words: str, number: int) -> bytes:
    link = f'<a href="{escaped(href)}">{escaped(words % {"n": filters.number(number)})}</a>'
    return f'<li class="more">{link}</li>\n'.encode()
