"""Applications for an account."""

from folkmoot.api.v3.wire.accounts import LocalUser
from folkmoot.api.v3.wire.base import Id, Int64, Wire
from folkmoot.api.v3.wire.objects import Person


class ApproveRegistrationApplication(Wire):
    id: Id
    approve: bool
    deny_reason: str | None = None


class GetRegistrationApplication(Wire):
    person_id: Id


class GetUnreadRegistrationApplicationCountResponse(Wire):
    registration_applications: int


class ListRegistrationApplications(Wire):
    unread_only: bool | None = None
    page: Int64 | None = None
    limit: Int64 | None = None


class RegistrationApplication(Wire):
    id: int
    local_user_id: int
    answer: str
    published: str
    admin_id: int | None = None
    deny_reason: str | None = None


class RegistrationApplicationView(Wire):
    registration_application: RegistrationApplication
    creator_local_user: LocalUser
    creator: Person
    admin: Person | None = None


class ListRegistrationApplicationsResponse(Wire):
    registration_applications: list[RegistrationApplicationView]


class RegistrationApplicationResponse(Wire):
    registration_application: RegistrationApplicationView
