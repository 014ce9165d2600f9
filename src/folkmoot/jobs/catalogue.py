"""The table: job name → function. `core/after.py` says what follows from what; a test holds both to the same names.

A job is handed the tools and its payload, and has to be safe to run twice. Whatever it raises means: again later.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from folkmoot.apub import backfill, look_again, resolve, software
from folkmoot.apub.inbox import doubt, verify
from folkmoot.apub.lookup import lookup_of
from folkmoot.apub.outbox import publish, roll_back
from folkmoot.core import mailing
from folkmoot.core.communities import news
from folkmoot.core.images import delete as delete_images
from folkmoot.core.notifications import mail
from folkmoot.core.people import import_settings, mails
from folkmoot.core.posts import fetch_link, mention_link
from folkmoot.core.threads import complete
from folkmoot.jobs.tools import Tools
from folkmoot.logs import logger
from folkmoot.store import follows

log = logger(__name__)

Payload = dict[str, Any]
Work = Callable[[Tools, Payload], Awaitable[object]]


async def _send_mail(tools: Tools, payload: Payload) -> None:
    await mailing.send_mail(tools.mailer, payload)


async def _mail_reset(tools: Tools, payload: Payload) -> None:
    await mails.mail_reset(tools.db, tools.mailer, payload)


async def _import_settings(tools: Tools, payload: Payload) -> None:
    await import_settings.import_lists(tools.db, lookup_of(tools.context).bring, payload)


async def _fetch_link(tools: Tools, payload: Payload) -> None:
    pictures = fetch_link.Pictures(tools.context.fetch_picture, tools.context.files)
    await fetch_link.fetch_link(tools.db, tools.look_at, pictures, payload)


async def _mention_link(tools: Tools, payload: Payload) -> None:
    """A page that does not take it is not asked again."""
    try:
        await mention_link.mention_link(tools.db, tools.context.send_mention, payload)
    except (ValueError, OSError) as error:
        log.info("webmention_not_sent", post=payload["post_id"], error=str(error))


async def _make_room(tools: Tools, _payload: Payload) -> None:
    await delete_images.make_room(tools.context.files, tools.context.settings.picture_cache_mb << 20)


async def _delete_files(tools: Tools, payload: Payload) -> None:
    await delete_images.delete_files(tools.context.files, payload)


def _in_context(work: Callable[[Any, Payload], Awaitable[object]]) -> Work:
    """A job that speaks with other servers."""

    async def with_context(tools: Tools, payload: Payload) -> None:
        await work(tools.context, payload)

    return with_context


async def _publish_again(tools: Tools, payload: Payload) -> None:
    await publish.publish_again(tools.context, payload["kind"], payload["payload"])


async def _look_at_server(tools: Tools, payload: Payload) -> None:
    await software.look(tools.context, payload)


def _on_database(work: Callable[[Any, Payload], Awaitable[object]]) -> Work:
    """A job that needs nothing but the database."""

    async def with_database(tools: Tools, payload: Payload) -> None:
        await work(tools.db, payload)

    return with_database


CATALOGUE: dict[str, Work] = {
    fetch_link.FETCH: _fetch_link,
    mention_link.MENTION: _mention_link,
    mailing.SEND: _send_mail,
    mails.RESET: _mail_reset,
    mails.APPLICATION: _on_database(mails.mail_application),
    import_settings.IMPORT: _import_settings,
    delete_images.DELETE_FILES: _delete_files,
    delete_images.MAKE_ROOM: _make_room,
    delete_images.DELETE_PICTURES: _on_database(delete_images.delete_pictures),
    doubt.VERIFY: _in_context(verify.verify),
    resolve.BACKFILL: _in_context(backfill.backfill_community),
    resolve.CONFIRM_GONE: _in_context(verify.confirm_gone),
    news.LOOK_AGAIN: _in_context(look_again.look_again),
    complete.COMPLETE: _in_context(backfill.complete_thread),
    publish.AGAIN: _publish_again,
    publish.ASK_AGAIN: _on_database(publish.ask_again),
    follows.FOLLOW_ANEW: _on_database(publish.follow_anew),
    roll_back.JOB: _on_database(roll_back.roll_back),
    software.LOOK: _look_at_server,
    "notifications.mail_comment": _on_database(mail.mail_comment),
    "notifications.mail_message": _on_database(mail.mail_message),
    "reports.mail_admins": _on_database(mail.mail_admins),
}
