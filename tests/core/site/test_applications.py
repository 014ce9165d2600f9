"""Deciding who gets an account (A-17)."""

import json

import pytest

from folkmoot.core.people.sessions import open_session, viewer_of
from folkmoot.core.site.applications import (
    DecideApplication,
    application_of_person,
    count_undecided,
    decide_application,
    list_applications,
    read_application,
)
from folkmoot.core.site.members import list_members
from folkmoot.model.errors import Invalid, NotAllowed, NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.time import HOUR, FixedClock
from folkmoot.store import accounts
from folkmoot.store.db import Database, Tx
from tests import rows
from tests.cast import Cast
from tests.core.site.stories import site_of


async def apply(tx: Tx, name: str, answer: str = "I garden") -> tuple[Viewer, int]:
    """Somebody who asks for an account, and their application."""
    viewer = await rows.local_person(tx, name)
    assert viewer.account
    await tx.run(
        "UPDATE local_user SET accepted_application = :no WHERE id = :id", no=False, id=viewer.account.id
    )
    await tx.run("UPDATE local_site SET users = users - 1")
    return viewer, await accounts.insert_application(tx, viewer.account.id, answer)


async def mails(db: Database) -> list[dict[str, str]]:
    """What waits to be mailed."""
    async with db.read() as tx:
        return [
            json.loads(row[0])
            for row in await tx.all("SELECT payload FROM job WHERE name = 'mail.send' ORDER BY id")
        ]


async def test_only_admins_see_and_decide(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        erin, number = await apply(tx, "erin")
        for call in (
            lambda: list_applications(tx, cast.bob, undecided_only=True, limit=10),
            lambda: count_undecided(tx, cast.bob),
            lambda: read_application(tx, cast.bob, number),
            lambda: application_of_person(tx, cast.bob, erin.id),
            lambda: decide_application(tx, erin, DecideApplication(number, approve=True)),
            lambda: list_members(tx, cast.bob),
        ):
            with pytest.raises(NotAllowed) as refused:
                await call()
            assert refused.value.code == "not_an_admin"


async def test_what_is_not_there_cannot_be_decided(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound) as refused:
            await decide_application(tx, cast.admin, DecideApplication(4711, approve=True))
        assert refused.value.code == "couldnt_find_registration_application"
        with pytest.raises(NotFound):
            await application_of_person(tx, cast.admin, cast.alice.id)


async def test_a_reason_has_its_length(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        _, number = await apply(tx, "erin")
        with pytest.raises(Invalid) as refused:
            await decide_application(
                tx, cast.admin, DecideApplication(number, approve=False, deny_reason="x" * 10_001)
            )
    assert refused.value.code == "invalid_body_field"


async def test_who_is_approved_is_let_in_counted_and_told__A_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        _, number = await apply(tx, "erin")
    users = (await site_of(db)).users
    async with db.write() as tx:
        decided = await decide_application(
            tx, cast.admin, DecideApplication(number, approve=True, deny_reason="left over in the form")
        )
    assert decided.applicant.account and decided.applicant.account.accepted_application
    assert decided.admin and decided.admin.name == "admin"
    assert (decided.application.deny_reason, decided.application.decided) == (None, db.clock.now())
    assert (await site_of(db)).users == users + 1
    told = await mails(db)
    assert [mail["to"] for mail in told] == ["erin@mail.example"]


async def test_who_is_denied_hears_why__A_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        _, number = await apply(tx, "erin")
    users = (await site_of(db)).users
    async with db.write() as tx:
        decided = await decide_application(
            tx, cast.admin, DecideApplication(number, approve=False, deny_reason=" Too short. ")
        )
    assert decided.applicant.account and not decided.applicant.account.accepted_application
    assert decided.application.deny_reason == "Too short."
    assert (await site_of(db)).users == users
    assert "Too short." in (await mails(db))[0]["text"]


async def test_who_has_no_address_is_told_nothing(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        _, number = await apply(tx, "erin")
        await tx.run("UPDATE local_user SET email = NULL, email_key = NULL WHERE email = 'erin@mail.example'")
        await decide_application(tx, cast.admin, DecideApplication(number, approve=True))
    assert await mails(db) == []


async def test_deciding_again_counts_once_and_logs_out(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        _, number = await apply(tx, "erin")
    users = (await site_of(db)).users
    async with db.write() as tx:
        for _ in range(2):
            decided = await decide_application(tx, cast.admin, DecideApplication(number, approve=True))
        assert decided.applicant.account
        token = await open_session(tx, decided.applicant.account)
    assert (await site_of(db)).users == users + 1
    async with db.write() as tx:
        for _ in range(2):
            await decide_application(tx, cast.admin, DecideApplication(number, approve=False))
        assert (await viewer_of(tx, token)).person is None
    assert (await site_of(db)).users == users


async def test_the_queue_is_oldest_first_and_the_archive_newest_first__A_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for name in ("erin", "frank", "grace"):
            _, number = await apply(tx, name)
        await decide_application(tx, cast.admin, DecideApplication(number - 1, approve=True))

        async def names(*, undecided_only: bool, limit: int = 10, offset: int = 0) -> list[str]:
            found = await list_applications(
                tx, cast.admin, undecided_only=undecided_only, limit=limit, offset=offset
            )
            return [view.applicant.person.name for view in found if view.applicant.person]

        assert await names(undecided_only=True) == ["erin", "grace"]
        assert await names(undecided_only=False) == ["grace", "frank", "erin"]
        assert await names(undecided_only=False, limit=1, offset=1) == ["frank"]
        assert await count_undecided(tx, cast.admin) == 2


async def test_where_addresses_are_confirmed_only_those_wait__A_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for name in ("erin", "frank"):
            await apply(tx, name)
        await tx.run("UPDATE local_user SET email_verified = :no WHERE email = 'erin@mail.example'", no=False)
        await tx.run("UPDATE local_site SET require_email_verification = :yes", yes=True)
        tx.changed("site")
    async with db.read() as tx:
        found = await list_applications(tx, cast.admin, undecided_only=True, limit=10)
        assert [view.applicant.person.name for view in found if view.applicant.person] == ["frank"]
        assert await count_undecided(tx, cast.admin) == 1


# --- accounts ---------------------------------------------------------------------------------------------------------


async def test_accounts_can_be_found_by_state_name_and_address(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await apply(tx, "erin")
        _, number = await apply(tx, "frank")
        await decide_application(tx, cast.admin, DecideApplication(number, approve=False))

        async def names(**asked: object) -> list[str]:
            found = await list_members(tx, cast.admin, **asked)  # type: ignore[arg-type]
            return [member.viewer.person.name for member in found if member.viewer.person]

        assert await names() == ["frank", "erin", "mallory", "bob", "alice", "admin"]
        assert await names(state="no such state", limit=2) == ["frank", "erin"]
        assert await names(state="pending") == ["erin"]
        assert await names(state="denied") == ["frank"]
        assert await names(state="banned") == ["mallory"]
        assert await names(part=" ALI") == ["alice"]
        assert await names(part="bob@mail") == ["bob"]
        assert await names(part="%") == []
        everybody = await list_members(tx, cast.admin)
        assert await names(before=everybody[3].account_id) == ["alice", "admin"]
        assert [member.state for member in everybody[:3]] == ["denied", "pending", "accepted"]


async def test_the_last_sign_of_life_is_a_session_or_a_text(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    assert cast.alice.account
    clock.advance(HOUR)
    async with db.write() as tx:
        await open_session(tx, cast.alice.account)
        found = {member.viewer.id: member.last_active for member in await list_members(tx, cast.admin)}
    assert (found[cast.alice.id], found[cast.bob.id]) == (clock.now(), None)
