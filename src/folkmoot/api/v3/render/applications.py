"""Applications for an account."""

from folkmoot.api.v3.render.base import moment
from folkmoot.api.v3.render.people import local_user, person
from folkmoot.api.v3.wire import applications as wire
from folkmoot.model.administration import ApplicationView


def application_view(view: ApplicationView) -> wire.RegistrationApplicationView:
    """An application with who sent it and, once decided, who decided (A-17)."""
    found = view.application
    assert view.applicant.person is not None
    assert view.applicant.account is not None
    return wire.RegistrationApplicationView(
        registration_application=wire.RegistrationApplication(
            id=found.id,
            local_user_id=found.local_user_id,
            answer=found.answer,
            admin_id=found.admin_id,
            deny_reason=found.deny_reason,
            published=moment(found.published),
        ),
        creator_local_user=local_user(view.applicant.account),
        creator=person(view.applicant.person),
        admin=person(view.admin) if view.admin else None,
    )
