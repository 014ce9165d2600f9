"""Applications for an account (A-17)."""

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.errors import missing
from folkmoot.api.v3.render.applications import application_view
from folkmoot.api.v3.wire import applications as wire
from folkmoot.core.site import applications
from folkmoot.core.site.applications import DecideApplication


async def list_applications(
    call: Call, asked: wire.ListRegistrationApplications
) -> wire.ListRegistrationApplicationsResponse:
    """The undecided, the oldest first, or all, the newest first."""
    page, limit = page_of(asked)
    async with call.read() as tx:
        views = await applications.list_applications(
            tx, call.viewer, undecided_only=bool(asked.unread_only), limit=limit, offset=(page - 1) * limit
        )
    return wire.ListRegistrationApplicationsResponse(
        registration_applications=[application_view(each) for each in views]
    )


async def count(call: Call) -> wire.GetUnreadRegistrationApplicationCountResponse:
    """How many are undecided."""
    async with call.read() as tx:
        undecided = await applications.count_undecided(tx, call.viewer)
    return wire.GetUnreadRegistrationApplicationCountResponse(registration_applications=undecided)


async def get(call: Call, asked: wire.GetRegistrationApplication) -> wire.RegistrationApplicationResponse:
    """The one that somebody sent."""
    async with call.read() as tx:
        view = await applications.application_of_person(tx, call.viewer, asked.person_id)
    return wire.RegistrationApplicationResponse(registration_application=application_view(view))


async def approve(
    call: Call, asked: wire.ApproveRegistrationApplication
) -> wire.RegistrationApplicationResponse:
    """Let somebody in, or not. An unknown one is 404, without a name of its own (T-9)."""
    wanted = DecideApplication(asked.id, asked.approve, asked.deny_reason)
    with missing("unknown"):
        async with call.write() as tx:
            view = await applications.decide_application(tx, call.viewer, wanted)
    return wire.RegistrationApplicationResponse(registration_application=application_view(view))
