"""Decide who gets an account (A-17)."""

from dataclasses import dataclass

from folkmoot.core import permissions
from folkmoot.core.moderation import checked_reason
from folkmoot.core.people import mails
from folkmoot.core.permissions import Standing
from folkmoot.model.administration import ApplicationView
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.store import accounts, counts
from folkmoot.store import applications as store_applications
from folkmoot.store import sessions as store_sessions
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class DecideApplication:
    """What was asked. `deny_reason` is told to the applicant; an acceptance leaves it as it was, a denial without
    one forgets it."""

    application_id: int
    approve: bool
    deny_reason: str | None = None


async def decide_application(tx: Tx, viewer: Viewer, asked: DecideApplication) -> ApplicationView:
    """Let somebody in, or not, and tell them by mail if an address is known. May be decided again: whoever is turned away later is
    logged out.

    Raises `NotAllowed` not_an_admin; `Invalid` invalid_body_field; `NotFound` couldnt_find_registration_application.
    """
    permissions.check("applications", Standing(viewer))
    reason = checked_reason(asked.deny_reason) if not asked.approve else None
    found = await store_applications.by_id(tx, asked.application_id, lock=True)
    if found is None or found.applicant.account is None:
        raise NotFound("couldnt_find_registration_application")
    account = found.applicant.account
    kept = found.application.deny_reason if asked.approve else reason
    await store_applications.decide(tx, asked.application_id, viewer.id, kept)
    if account.accepted_application != asked.approve:
        await accounts.update(tx, account.id, {"accepted_application": asked.approve})
        await counts.site_counted(tx, users=1 if asked.approve else -1)
    if not asked.approve and not account.admin:
        await store_sessions.delete_all(tx, account)
    await mails.tell_of_decision(tx, found.applicant, accepted=asked.approve, reason=reason)
    return await _view(tx, asked.application_id)


async def list_applications(
    tx: Tx, viewer: Viewer, *, undecided_only: bool, limit: int, offset: int = 0
) -> list[ApplicationView]:
    """The undecided, the oldest first, or all, the newest first. Where addresses have to be confirmed, only of accounts that did.

    Raises `NotAllowed` not_an_admin.
    """
    permissions.check("applications", Standing(viewer))
    site = await store_site.local_site(tx)
    return await store_applications.page(
        tx,
        undecided_only=undecided_only,
        verified_only=site.require_email_verification,
        limit=limit,
        offset=offset,
    )


async def count_undecided(tx: Tx, viewer: Viewer) -> int:
    """How many of them wait. Raises `NotAllowed` not_an_admin."""
    permissions.check("applications", Standing(viewer))
    site = await store_site.local_site(tx)
    return await store_applications.count_undecided(tx, verified_only=site.require_email_verification)


async def read_application(tx: Tx, viewer: Viewer, application_id: int) -> ApplicationView:
    """One of them. Raises `NotAllowed` not_an_admin; `NotFound` couldnt_find_registration_application."""
    permissions.check("applications", Standing(viewer))
    return await _view(tx, application_id)


async def application_of_person(tx: Tx, viewer: Viewer, person_id: int) -> ApplicationView:
    """The one that somebody sent. Raises as `read_application`."""
    permissions.check("applications", Standing(viewer))
    found = await store_applications.of_person(tx, person_id)
    if found is None:
        raise NotFound("couldnt_find_registration_application")
    return found


async def _view(tx: Tx, application_id: int) -> ApplicationView:
    found = await store_applications.by_id(tx, application_id)
    if found is None:
        raise NotFound("couldnt_find_registration_application")
    return found
