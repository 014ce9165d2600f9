"""Read what one was told about: replies, mentions, and the inbox that holds them and messages together."""

from dataclasses import dataclass

from folkmoot.core.listings import comments as comment_lists
from folkmoot.core.people.rules import must_have_account
from folkmoot.model.enums import CommentSort
from folkmoot.model.errors import Invalid
from folkmoot.model.notifications import InboxItem, InboxKind, Notice, NoticeKind, NoticeView, Unread
from folkmoot.model.people import Viewer
from folkmoot.model.records import altered
from folkmoot.model.views import Page
from folkmoot.store import messages, notices
from folkmoot.store.db import Tx
from folkmoot.store.notices import Place

EVERYTHING: tuple[InboxKind, ...] = ("reply", "mention", "message")
_LETTERS: dict[str, InboxKind] = {"r": "reply", "m": "mention", "p": "message"}


@dataclass(frozen=True, slots=True)
class ReadNotices:
    """What was asked: replies or mentions. `page` counts from 1."""

    kind: NoticeKind
    unread_only: bool = False
    sort: CommentSort = CommentSort.NEW
    page: int = 1
    limit: int = 10


@dataclass(frozen=True, slots=True)
class ReadInbox:
    """What was asked: any kinds together, the newest first. `after`: the cursor of the page before."""

    kinds: tuple[InboxKind, ...] = EVERYTHING
    unread_only: bool = True
    limit: int = 20
    after: str | None = None


async def read_notices(tx: Tx, viewer: Viewer, asked: ReadNotices) -> list[NoticeView]:
    """One page of replies or mentions; blocked people's are left out, and bots' by setting (N-4). Raises `NotLoggedIn`."""
    person, account = must_have_account(viewer)
    listed = await notices.page(
        tx,
        asked.kind,
        person.id,
        unread_only=asked.unread_only,
        bots=account.show_bot_accounts,
        sort=asked.sort,
        limit=asked.limit,
        offset=(asked.page - 1) * asked.limit,
    )
    return await _with_comments(tx, viewer, listed)


async def notice_view(tx: Tx, viewer: Viewer, notice: Notice) -> NoticeView:
    """One notice with its comment."""
    return (await _with_comments(tx, viewer, [notice]))[0]


async def read_inbox(tx: Tx, viewer: Viewer, asked: ReadInbox) -> Page[InboxItem]:
    """The newest replies, mentions and messages together. Five queries at the most. Raises `NotLoggedIn`; `Invalid` unknown for a
    cursor that leads nowhere."""
    person, account = must_have_account(viewer)
    entries = await notices.newest(
        tx,
        person.id,
        asked.kinds,
        unread_only=asked.unread_only,
        bots=account.show_bot_accounts,
        after=_place(asked.after) if asked.after else None,
        limit=asked.limit + 1,
    )
    shown = entries[: asked.limit]
    listed = [
        Notice(
            entry.place.kind, entry.place.id, person.id, entry.comment_id, entry.read, entry.place.published
        )
        for entry in shown
        if entry.comment_id is not None and entry.place.kind != "message"
    ]
    found = {(view.notice.kind, view.notice.id): view for view in await _with_comments(tx, viewer, listed)}
    of_messages = [entry.place.id for entry in shown if entry.place.kind == "message"]
    letters = await messages.views(tx, of_messages) if of_messages else {}
    items = []
    for entry in shown:
        if entry.place.kind == "message":
            items.append(InboxItem(message=letters[entry.place.id]))
        elif view := found.get((entry.place.kind, entry.place.id)):
            items.append(InboxItem(notice=view))
    more = len(entries) > asked.limit
    return Page(items, _cursor(shown[-1].place) if more else None)


async def unread_counts(tx: Tx, viewer: Viewer) -> Unread:
    """How much the viewer has not read, by kind (N-4). One query. Raises `NotLoggedIn`."""
    person, account = must_have_account(viewer)
    return await notices.unread_counts(tx, person.id, bots=account.show_bot_accounts)


async def _with_comments(tx: Tx, viewer: Viewer, listed: list[Notice]) -> list[NoticeView]:
    ids = [notice.comment_id for notice in listed]
    if not ids:
        return []
    views = await comment_lists.comment_views(tx, ids)
    mine = await comment_lists.overlays(tx, viewer, ids)
    return [
        NoticeView(notice, altered(views[notice.comment_id], mine=mine[notice.comment_id]))
        for notice in listed
        if notice.comment_id in views and notice.comment_id in mine
    ]


def _cursor(place: Place) -> str:
    letter = next(letter for letter, kind in _LETTERS.items() if kind == place.kind)
    return f"{place.published:x}{letter}{place.id:x}"


def _place(cursor: str) -> Place:
    for letter, kind in _LETTERS.items():
        moment, found, number = cursor.partition(letter)
        if found and len(cursor) <= 30:
            try:
                place = Place(int(moment, 16), kind, int(number, 16))
            except ValueError:
                break
            if 0 <= place.published < 2**62 and 0 < place.id < 2**31:
                return place
    raise Invalid("unknown", field="after")
