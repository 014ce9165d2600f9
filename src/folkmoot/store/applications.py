"""Applications for an account, and the accounts, as administrators see them."""

from dataclasses import dataclass

from folkmoot.model.accounts import Application
from folkmoot.model.administration import ApplicationView, Member
from folkmoot.model.people import LocalUser, Person, Viewer
from folkmoot.model.time import Micros
from folkmoot.store.accounts import ACCOUNT, make_account
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.rows import Row, columns, maker, width

_APPLICATION = columns(Application, "a")
_make_application = maker(Application)
_APPLICATION_WIDTH = width(Application)
_ACCOUNT_WIDTH = width(LocalUser)
_PERSON_WIDTH = width(Person)
_FROM = (
    " FROM registration_application a JOIN local_user u ON u.id = a.local_user_id JOIN person p ON p.id = u.person_id"
    " LEFT JOIN person d ON d.id = a.admin_id"
)
_SELECT = f"SELECT {_APPLICATION}, {ACCOUNT}, {PERSON}, {columns(Person, 'd')}{_FROM}"
_UNDECIDED = "a.decided IS NULL"
_VERIFIED = "u.email_verified"


def _view(row: Row) -> ApplicationView:
    account = _APPLICATION_WIDTH
    person = account + _ACCOUNT_WIDTH
    admin = person + _PERSON_WIDTH
    return ApplicationView(
        _make_application(row[:account]),
        Viewer(make_person(row[person:admin]), make_account(row[account:person])),
        make_person(row[admin:]) if row[admin] is not None else None,
    )


# --- applications ----------------------------------------------------------------------------------------------------


async def page(
    tx: Tx, *, undecided_only: bool, verified_only: bool, limit: int, offset: int
) -> list[ApplicationView]:
    """The undecided, the oldest first; or all, the newest first (A-17). `verified_only`: only of accounts whose address is confirmed."""
    conditions = " AND ".join(
        ["1 = 1", *([_UNDECIDED] if undecided_only else []), *([_VERIFIED] if verified_only else [])]
    )
    order = "a.id" if undecided_only else "a.id DESC"
    rows = await tx.all(
        f"{_SELECT} WHERE {conditions} ORDER BY {order} LIMIT :limit OFFSET :offset",
        limit=limit,
        offset=offset,
    )
    return [_view(row) for row in rows]


async def count_undecided(tx: Tx, *, verified_only: bool) -> int:
    """How many wait for a decision."""
    number: int = await tx.value(
        f"SELECT count(*){_FROM} WHERE {_UNDECIDED}{f' AND {_VERIFIED}' if verified_only else ''}"
    )
    return number


async def by_id(tx: Tx, application_id: int, *, lock: bool = False) -> ApplicationView | None:
    """One application; with `lock` nobody else can decide until the end of a writing transaction."""
    if lock:
        await tx.value(
            "SELECT id FROM registration_application WHERE id = :value FOR_UPDATE", value=application_id
        )
    row = await tx.first(f"{_SELECT} WHERE a.id = :value", value=application_id)
    return _view(row) if row else None


async def of_person(tx: Tx, person_id: int) -> ApplicationView | None:
    """The application of a person."""
    row = await tx.first(f"{_SELECT} WHERE u.person_id = :value", value=person_id)
    return _view(row) if row else None


async def decide(tx: Tx, application_id: int, admin_id: int, deny_reason: str | None) -> None:
    """Write down who decided, when, and why it was denied, now or before."""
    await tx.run(
        "UPDATE registration_application SET admin_id = :admin_id, deny_reason = :reason, decided = :now WHERE id = :id",
        admin_id=admin_id, reason=deny_reason, now=tx.now, id=application_id,
    )  # fmt: skip
    tx.changed("site")


# --- everybody at once (A-17) ------------------------------------------------------------------------------------------


async def accept_everybody(tx: Tx) -> int:
    """Accept every account but those whose application was denied; how many were not accepted before."""
    rows = await tx.all(
        "UPDATE local_user SET accepted_application = :yes WHERE NOT accepted_application AND NOT EXISTS (SELECT 1"
        " FROM registration_application a WHERE a.local_user_id = local_user.id AND a.decided IS NOT NULL) RETURNING person_id",
        yes=True,
    )
    return _told(tx, rows)


async def verify_everybody(tx: Tx) -> int:
    """Take every account's address for confirmed; how many were not."""
    rows = await tx.all(
        "UPDATE local_user SET email_verified = :yes WHERE NOT email_verified RETURNING person_id", yes=True
    )
    return _told(tx, rows)


def _told(tx: Tx, rows: list[Row]) -> int:
    for row in rows:
        tx.changed("person", row[0])
    return len(rows)


# --- accounts -----------------------------------------------------------------------------------------------------------

_MEMBERS = (
    f"SELECT {_APPLICATION}, {ACCOUNT}, {PERSON}, (SELECT max(s.last_used) FROM session s WHERE s.local_user_id = u.id),"
    " (SELECT max(o.published) FROM post o WHERE o.creator_id = p.id), (SELECT max(c.published) FROM comment c WHERE c.creator_id = p.id)"
    " FROM local_user u JOIN person p ON p.id = u.person_id LEFT JOIN registration_application a ON a.local_user_id = u.id"
)
_STATES = {
    "all": "NOT p.deleted",
    "accepted": "NOT p.deleted AND (u.accepted_application OR u.admin)",
    "pending": "NOT p.deleted AND NOT u.accepted_application AND NOT u.admin AND a.decided IS NULL",
    "denied": "NOT p.deleted AND NOT u.accepted_application AND NOT u.admin AND a.decided IS NOT NULL",
    "unverified": "NOT p.deleted AND u.email IS NOT NULL AND NOT u.email_verified",
    "banned": "p.banned",
    "deleted": "p.deleted",
}
MEMBER_STATES = tuple(_STATES)


@dataclass(frozen=True, slots=True)
class WantedMembers:
    """Which accounts: a state of `MEMBER_STATES`, part of a folded name or address, and those with a smaller account id."""

    state: str = "all"
    part: str = ""
    before: int | None = None


async def members(tx: Tx, wanted: WantedMembers, *, limit: int) -> list[Member]:
    """Accounts, the newest first."""
    conditions = [_STATES[wanted.state]]
    values: dict[str, object] = {}
    if wanted.part:
        conditions.append("(p.name_key LIKE :part ESCAPE '\\' OR u.email_key LIKE :part ESCAPE '\\')")
        values["part"] = "%" + wanted.part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if wanted.before is not None:
        conditions.append("u.id < :before")
        values["before"] = wanted.before
    rows = await tx.all(
        f"{_MEMBERS} WHERE {' AND '.join(conditions)} ORDER BY u.id DESC LIMIT :limit", limit=limit, **values
    )
    return [_member(row) for row in rows]


def _member(row: Row) -> Member:
    account = _APPLICATION_WIDTH
    person = account + _ACCOUNT_WIDTH
    moments = person + _PERSON_WIDTH
    local_user = make_account(row[account:person])
    seen: list[Micros] = [moment for moment in row[moments:] if moment is not None]
    return Member(
        Viewer(make_person(row[person:moments]), local_user),
        _make_application(row[:account]) if row[0] is not None else None,
        max(seen, default=None),
        local_user.id,
    )
