"""What the site writes to its account holders about their accounts."""

import hashlib
import secrets
from typing import Any

from folkmoot.core import mailing, translations
from folkmoot.core.mailing import Mailer
from folkmoot.model.people import LocalUser, Person, Viewer
from folkmoot.store import accounts, jobs
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

RESET = "accounts.mail_reset"
APPLICATION = "accounts.mail_application"


async def ask_to_verify(tx: Tx, person: Person, account: LocalUser, email: str) -> None:
    """Write the mail that confirms an address: its link holds for seven days (A-12)."""
    site, translation = await store_site.local_site(tx), translations.of_account(account, served=True)
    token = secrets.token_urlsafe(24)
    await accounts.insert_verification(tx, account.id, email, token)
    await mailing.queue(
        tx, site, to=email, subject=translation.gettext("Confirm your address for %(site)s", site=site.name),
        text=translation.gettext(
            "Hello %(name)s,\n\nplease confirm that this is your address by opening\n\n%(link)s\n\nwithin seven days. If you did not ask"
            " %(host)s for an account, do nothing: the address will not be used.\n",
            name=person.name, link=f"{site.origin}/verify_email/{token}", host=site.host,
        ),
    )  # fmt: skip


async def tell_of_new_address(tx: Tx, person: Person, account: LocalUser, before: str) -> None:
    """Tell the old address that it was replaced, in case that was somebody else's doing."""
    site, translation = await store_site.local_site(tx), translations.of_account(account, served=True)
    await mailing.queue(
        tx, site, to=before, subject=translation.gettext("Your address at %(site)s was changed", site=site.name),
        text=translation.gettext(
            "Hello %(name)s,\n\nthe mail address of your account at %(host)s was just changed to another one. If that was you, all is"
            " well.\nIf not, log in and change your password: %(link)s\n",
            name=person.name, host=site.host, link=f"{site.origin}/settings/security",
        ),
    )  # fmt: skip


async def tell_of_new_password(tx: Tx, person: Person, account: LocalUser) -> None:
    """Tell the owner of an account, if they gave an address, that its password was changed."""
    if not account.email:
        return
    site, translation = await store_site.local_site(tx), translations.of_account(account, served=True)
    await mailing.queue(
        tx, site, to=account.email, subject=translation.gettext("Your password at %(site)s was changed", site=site.name),
        text=translation.gettext(
            "Hello %(name)s,\n\nthe password of your account at %(host)s was just changed, and every other session was ended.\nIf that"
            " was not you, ask for a new one: %(link)s\n",
            name=person.name, host=site.host, link=f"{site.origin}/password_reset",
        ),
    )  # fmt: skip


async def queue_reset(tx: Tx, account: LocalUser) -> None:
    """Write down that a link for a new password has to be mailed. The link is made when it is sent, so that no row ever holds it."""
    asked = {"local_user_id": account.id, "language": translations.of_account(account, served=True).code}
    await jobs.enqueue(tx, RESET, asked, unique_key=f"reset:{account.id}")


async def mail_reset(db: Database, mailer: Mailer, payload: dict[str, Any]) -> None:
    """The job `accounts.mail_reset`: mail a link that holds for a day and once (A-13). Each try makes the link of the one before void."""
    token = secrets.token_urlsafe(24)
    async with db.write() as tx:
        viewer = await accounts.viewer(tx, payload["local_user_id"])
        if viewer is None or viewer.person is None or viewer.account is None or not viewer.account.email:
            return
        site = await store_site.local_site(tx)
        await accounts.insert_reset(tx, viewer.account.id, token_hash(token))
    translation = translations.translation(
        translations.choose_language(payload.get("language", translations.SOURCE), "")
    )
    await mailer.send(
        to=viewer.account.email, sender_name=site.name, subject=translation.gettext("A new password for %(site)s", site=site.name),
        text=translation.gettext(
            "Hello %(name)s,\n\nsomebody, hopefully you, asked for a new password for your account at %(host)s. To choose one,"
            " open\n\n%(link)s\n\nwithin a day. If it was not you, do nothing: your password stays as it is.\n",
            name=viewer.person.name, host=site.host, link=f"{site.origin}/password_change/{token}",
        ),
    )  # fmt: skip


def token_hash(token: str) -> str:
    """How a token of a mail is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def queue_application(tx: Tx, application_id: int) -> None:
    """Write down that the admins may have to be told of an application."""
    await jobs.enqueue(tx, APPLICATION, {"application_id": application_id})


async def mail_application(db: Database, payload: dict[str, Any]) -> None:
    """The job `accounts.mail_application`: a mail to every admin, where the site wants that."""
    async with db.write() as tx:
        site = await store_site.local_site(tx)
        application = await accounts.application(tx, payload["application_id"])
        if not site.application_email_admins or application is None or application.decided is not None:
            return
        applicant = await accounts.viewer(tx, application.local_user_id)
        if applicant is None or applicant.person is None:
            return
        name = applicant.person.name
        for admin in await accounts.admins_with_mail(tx):
            if admin.account and admin.account.email:
                translation = translations.of_account(admin.account)
                asks = translation.gettext(
                    "%(name)s asks for an account at %(host)s", name=name, host=site.host
                )
                text = f"{asks}:\n\n{application.answer}\n\n{site.origin}/applications\n"
                await mailing.queue(tx, site, to=admin.account.email, subject=asks, text=text)


async def tell_of_decision(tx: Tx, applicant: Viewer, *, accepted: bool, reason: str | None = None) -> None:
    """Tell an applicant how it went, if there is an address to tell it to (A-17)."""
    if applicant.person is None or applicant.account is None or not applicant.account.email:
        return
    site, translation = await store_site.local_site(tx), translations.of_account(applicant.account)
    name = applicant.person.name
    if accepted:
        subject = translation.gettext("Welcome to %(site)s", site=site.name)
        text = translation.gettext(
            "Hello %(name)s,\n\nyour account at %(host)s is ready. Log in at %(link)s\n",
            name=name,
            host=site.host,
            link=f"{site.origin}/login",
        )
    else:
        subject = translation.gettext("Your application to %(site)s", site=site.name)
        text = translation.gettext(
            "Hello %(name)s,\n\nyour application for an account at %(host)s was not accepted.\n",
            name=name,
            host=site.host,
        )
        if reason:
            text += "\n" + translation.gettext("The reason given:") + f"\n\n{reason}\n"
    await mailing.queue(tx, site, to=applicant.account.email, subject=subject, text=text)
