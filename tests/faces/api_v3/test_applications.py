"""Applications for an account (A-17)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.store.db import Database
from tests.core.people.helpers import PASSWORD, mails, set_site
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]
PATH = "/admin/registration_application"


@pytest.fixture(autouse=True)
async def applications(app: Open, db: Database) -> None:
    """erin and frank ask for accounts."""
    async with db.write() as tx:
        await set_site(tx, registration_mode="RequireApplication")
    nobody = await app(address="198.51.100.7")
    for name in ("erin", "frank"):
        await nobody.post(
            "/user/register", username=name, password=PASSWORD, password_verify=PASSWORD, answer=f"I am {name}",
            email=f"{name}@mail.example",
        )  # fmt: skip


async def waiting(app: App, **asked: Any) -> list[Any]:
    """A list of them."""
    found: list[Any] = (await app.get(f"{PATH}/list", **asked))["registration_applications"]
    return found


def names(views: list[Any]) -> list[str]:
    return [view["creator"]["name"] for view in views]


async def test_they_are_for_admins__T_11(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    for method, path, asked in (
        ("GET", PATH, {"person_id": 1}),
        ("GET", f"{PATH}/list", {}),
        ("GET", f"{PATH}/count", {}),
        ("PUT", f"{PATH}/approve", {"id": 1, "approve": True}),
    ):
        assert await nobody.refused(method, path, **asked) == (401, "incorrect_login")
        assert await alice.refused(method, path, **asked) == (400, "not_an_admin")


async def test_an_unknown_one__T_8(app: Open) -> None:
    admin = await app("admin")
    assert await admin.refused("PUT", f"{PATH}/approve", id=99999, approve=True) == (404, "unknown")
    assert await admin.refused("GET", PATH, person_id=99999) == (400, "couldnt_find_registration_application")


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}])
async def test_a_list_has_its_bounds__L_1(app: Open, asked: dict[str, int]) -> None:
    assert await (await app("admin")).refused("GET", f"{PATH}/list", **asked) == (400, "unknown")


async def test_the_undecided_stand_in_the_order_they_came_and_all_the_newest_first__A_17(app: Open) -> None:
    admin = await app("admin")
    assert names(await waiting(admin, unread_only=True)) == ["erin", "frank"]
    assert names(await waiting(admin)) == ["frank", "erin"]
    assert names(await waiting(admin, limit=1, page=2)) == ["erin"]
    assert await admin.get(f"{PATH}/count") == {"registration_applications": 2}


async def test_one_is_found_by_its_person__A_17(app: Open) -> None:
    admin = await app("admin")
    [erin, _] = await waiting(admin, unread_only=True)
    found = await admin.get(PATH, person_id=erin["creator"]["id"])
    assert found["registration_application"] == erin
    application = erin["registration_application"]
    assert (application["answer"], application["local_user_id"]) == (
        "I am erin",
        erin["creator_local_user"]["id"],
    )
    assert not {"admin_id", "deny_reason"} & set(application)


async def test_an_admin_decides_and_may_think_again__A_17(app: Open, db: Database) -> None:
    admin, nobody = await app("admin"), await app()
    [erin, _] = await waiting(admin, unread_only=True)
    number = erin["registration_application"]["id"]
    denied = await admin.put(f"{PATH}/approve", id=number, approve=False, deny_reason="too short")
    assert denied["registration_application"]["admin"]["name"] == "admin"
    assert denied["registration_application"]["registration_application"]["deny_reason"] == "too short"
    assert names(await waiting(admin, unread_only=True)) == ["frank"]
    assert await admin.get(f"{PATH}/count") == {"registration_applications": 1}
    approved = await admin.put(f"{PATH}/approve", id=number, approve=True)
    assert approved["registration_application"]["creator_local_user"]["accepted_application"]
    assert approved["registration_application"]["registration_application"]["deny_reason"] == "too short"
    assert (await nobody.post("/user/login", username_or_email="erin", password=PASSWORD))["jwt"]
    async with db.read() as tx:
        told = [mail["subject"] for mail in await mails(tx) if mail["to"] == "erin@mail.example"]
    assert told == ["Your application to Here", "Welcome to Here"]


async def test_where_addresses_are_confirmed_only_such_accounts_count__A_17(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
        await tx.run(
            "UPDATE local_user SET email_verified = :yes WHERE email = 'frank@mail.example'", yes=True
        )
    admin = await app("admin")
    assert names(await waiting(admin)) == ["frank"]
    assert await admin.get(f"{PATH}/count") == {"registration_applications": 1}
