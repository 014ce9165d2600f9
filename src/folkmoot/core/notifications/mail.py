"""Mails about what happened to one's writing (N-7): who wants them gets one per notice."""

from typing import Any

from folkmoot.core import mailing
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.store import accounts, comments, mail_notices, people, posts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

EXCERPT = 2000
"""Characters of a text that a mail repeats."""


async def mail_comment(db: Database, payload: dict[str, Any]) -> None:
    """The job `notifications.mail_comment`: a mail for each unread notice of a comment that still stands. Mails of their own jobs, so that
    one bad address keeps nobody else from theirs.
    """
    async with db.write() as tx:
        comment = await comments.by_id(tx, payload["comment_id"])
        if comment is None or comment.deleted or comment.removed:
            return
        post = await posts.by_id(tx, comment.post_id)
        author = await people.by_id(tx, comment.creator_id)
        told = await mail_notices.of_comment(tx, comment.id)
        if post is None or author is None or not told:
            return
        site = await store_site.local_site(tx)
        for reader in await accounts.with_mail_notices(tx, told):
            what = "mentioned you" if told[reader.id] == "mention" else "answered you"
            await _queue(
                tx, site, reader,
                subject=f"{author.handle} {what}: {post.name}",
                text=f"{author.handle} {what} under “{post.name}”:\n\n{_quoted(comment.content)}\n\n{site.origin}/comment/{comment.id}",
            )  # fmt: skip


async def mail_message(db: Database, payload: dict[str, Any]) -> None:
    """The job `notifications.mail_message`: a mail for a message that was not read yet."""
    async with db.write() as tx:
        message = await mail_notices.unread_message(tx, payload["message_id"])
        if message is None:
            return
        author = await people.by_id(tx, message.creator_id)
        if author is None or author.banned:
            return
        site = await store_site.local_site(tx)
        for reader in await accounts.with_mail_notices(tx, [message.recipient_id]):
            await _queue(
                tx, site, reader,
                subject=f"Message from {author.handle}",
                text=f"{author.handle} wrote to you:\n\n{_quoted(message.content)}\n\n{site.origin}/messages",
            )  # fmt: skip


async def mail_admins(db: Database, payload: dict[str, Any]) -> None:
    """The job `reports.mail_admins`: a mail to every admin about a report that is still open, where the site wants that."""
    async with db.write() as tx:
        site = await store_site.local_site(tx)
        if not site.reports_email_admins:
            return
        report = await mail_notices.open_report(tx, payload["kind"], payload["report_id"])
        author = await people.by_id(tx, report.creator_id) if report else None
        if report is None or author is None:
            return
        what = {"post": "a post", "comment": "a comment"}.get(payload["kind"], "a message")
        for admin in await accounts.admins_with_mail(tx):
            await _queue(
                tx, site, admin,
                subject=f"Report about {what}",
                text=f"{author.handle} reports {what}:\n\n{_quoted(report.reason)}\n\n{site.origin}/reports",
                why="You get this because you administer the site.",
            )  # fmt: skip


async def _queue(tx: Tx, site: LocalSite, reader: Viewer, *, subject: str, text: str, why: str = "") -> None:
    if reader.account is None or not reader.account.email:
        return
    why = (
        why or f"You get this because you asked for mails. To end them: {site.origin}/settings/notifications"
    )
    await mailing.queue(tx, site, to=reader.account.email, subject=subject, text=f"{text}\n\n-- \n{why}\n")


def _quoted(text: str) -> str:
    """The text as mails quote, not longer than `EXCERPT`."""
    shown = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
    return "\n".join(f"> {line}" for line in shown.splitlines() or [""])
