"""Mails about answers and mentions (N-7): one per notice, for those who want them."""

from typing import Any

from folkmoot.core import mailing, translations
from folkmoot.core.translations import N_
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.store import accounts, comments, mail_notices, people, posts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

_ANSWER = N_("%(person)s answered you: %(title)s"), N_("%(person)s answered you under “%(title)s”:")
_MENTION = N_("%(person)s mentioned you: %(title)s"), N_("%(person)s mentioned you under “%(title)s”:")
_MESSAGE = N_("Message from %(person)s"), N_("%(person)s wrote to you:")
_REPORTS = {
    "post": (N_("Report about a post"), N_("%(person)s reports a post:")),
    "comment": (N_("Report about a comment"), N_("%(person)s reports a comment:")),
    "private_message": (N_("Report about a message"), N_("%(person)s reports a message:")),
}
"""Subject and first line of each mail."""

EXCERPT = 2000
"""Characters of a text that a mail repeats."""


async def mail_comment(db: Database, payload: dict[str, Any]) -> None:
    """The job `notifications.mail_comment`: a mail for each unread notice of a comment that still stands, of those that it or an edit of it
    caused just now. Mails of their own jobs, so that one bad address keeps nobody else from theirs.
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
        chosen: list[int] | None = payload.get("local_user_ids")
        for reader in await accounts.with_mail_notices(tx, told):
            if chosen is not None and (reader.account is None or reader.account.id not in chosen):
                continue
            subject, opening = _ANSWER if told[reader.id] == "reply" else _MENTION
            await _queue(
                tx, site, reader, subject=subject, opening=opening, values={"person": author.handle, "title": post.name},
                quoted=comment.content, link=f"{site.origin}/comment/{comment.id}",
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
            subject, opening = _MESSAGE
            await _queue(
                tx, site, reader, subject=subject, opening=opening, values={"person": author.handle},
                quoted=message.content, link=f"{site.origin}/messages",
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
        subject, opening = _REPORTS.get(payload["kind"], _REPORTS["private_message"])
        for admin in await accounts.admins_with_mail(tx):
            await _queue(
                tx, site, admin, subject=subject, opening=opening, values={"person": author.handle},
                quoted=report.reason, link=f"{site.origin}/reports", why=N_("You get this because you administer the site."),
            )  # fmt: skip


async def _queue(
    tx: Tx, site: LocalSite, reader: Viewer, *, subject: str, opening: str, values: dict[str, str], quoted: str, link: str,
    why: str = N_("You get this because you asked for mails. To end them: %(link)s"),
) -> None:  # fmt: skip
    """Write down a mail in its reader's language: what happened, the words it is about, where to read on, and why they get it."""
    if reader.account is None or not reader.account.email:
        return
    translation = translations.of_account(reader.account)
    reason = translation.gettext(why, link=f"{site.origin}/settings/notifications")
    text = f"{translation.gettext(opening, **values)}\n\n{_quoted(quoted)}\n\n{link}\n\n-- \n{reason}\n"
    await mailing.queue(
        tx, site, to=reader.account.email, subject=translation.gettext(subject, **values), text=text
    )


def _quoted(text: str) -> str:
    """The text as mails quote, not longer than `EXCERPT`."""
    shown = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
    return "\n".join(f"> {line}" for line in shown.splitlines() or [""])
