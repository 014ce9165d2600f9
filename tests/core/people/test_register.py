"""Getting an account: the refusals in their order, then what a new account is like."""

from typing import Any

import pytest

from folkmoot.core.people import passwords, register, sessions
from folkmoot.core.people.keys import KeyPair
from folkmoot.core.people.register import Prepared
from folkmoot.core.site.setup import create_site
from folkmoot.model.errors import Refusal
from folkmoot.model.time import DAY
from folkmoot.store import accounts
from folkmoot.store.db import Database
from tests.cast import HERE, ORIGIN, Cast
from tests.core.people.helpers import PASSWORD, READY, asking, jobs, mails, set_site


async def refusal(db: Database, prepared: Prepared = READY, **more: Any) -> Refusal:
    """Ask for an account and be refused."""
    with pytest.raises(Refusal) as refused:
        async with db.write() as tx:
            await register.register(tx, asking(**more), prepared)
    return refused.value


async def test_nobody_registers_while_the_site_is_closed__A_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="Closed")
    assert (await refusal(db, password="short")).code == "registration_closed"


@pytest.mark.parametrize("password", ["123456789", "x" * 61])
async def test_a_password_has_ten_to_sixty_characters__A_5(db: Database, cast: Cast, password: str) -> None:
    asked = asking(password=password, password_verify="other")
    prepared = await register.prepare(asked)
    assert prepared == Prepared(None, KeyPair("", ""))
    refused = await refusal(db, prepared, password=password, password_verify="other")
    assert (refused.code, refused.field) == ("invalid_password", "password")


async def test_a_machine_that_fills_every_field_is_refused__A_7(db: Database, cast: Cast) -> None:
    assert (await refusal(db, honeypot="bees")).code == "honeypot_failed"


async def test_an_address_is_required_where_it_has_to_be_confirmed__A_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
    assert (await refusal(db)).code == "email_required"
    assert (await refusal(db, email="  ")).code == "email_required"


async def test_an_application_needs_an_answer__A_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="RequireApplication")
    assert (await refusal(db)).code == "registration_application_answer_required"


async def test_both_passwords_have_to_be_equal__A_5(db: Database, cast: Cast) -> None:
    assert (await refusal(db, password_verify="something else")).code == "passwords_do_not_match"


async def test_a_filtered_word_is_refused_in_name_and_answer__A_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, slur_filter_regex="badword", registration_mode="RequireApplication")
    refused = await refusal(db, name="a_badword", answer="hello")
    assert (refused.code, refused.field) == ("slurs", "username")
    refused = await refusal(db, answer="a badword")
    assert (refused.code, refused.field) == ("slurs", "answer")


@pytest.mark.parametrize("name", ["al ice", "al", "a" * 21, "al\u0456ce", "al-ice", "alice@x", ""])
async def test_a_name_is_of_one_script_digits_and_underscores__M_1(
    db: Database, cast: Cast, name: str
) -> None:
    refused = await refusal(db, name=name)
    assert (refused.code, refused.field) == ("invalid_name", "username")


@pytest.mark.parametrize("email", ["erin", "erin@", "e rin@x.example", "erin@x.example\nBcc: all@x.example"])
async def test_an_address_has_to_be_one(db: Database, cast: Cast, email: str) -> None:
    assert (await refusal(db, email=email)).code == "invalid_email_address"


async def test_an_address_is_taken_in_any_case__A_7(db: Database, cast: Cast) -> None:
    refused = await refusal(db, email="ALICE@Mail.example")
    assert (refused.code, refused.field) == ("email_already_exists", "email")


@pytest.mark.parametrize("name", ["alice", "ALICE"])
async def test_a_name_is_taken_in_any_case__A_7(db: Database, cast: Cast, name: str) -> None:
    refused = await refusal(db, name=name)
    assert (refused.code, refused.field) == ("user_already_exists", "username")


async def test_the_name_of_somebody_elsewhere_is_free(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        made = await register.register(tx, asking("carol"), READY)
    assert made.viewer.person and made.viewer.person.handle == f"carol@{HERE}"


async def test_an_open_site_lets_people_in_at_once__A_8(db: Database, cast: Cast) -> None:
    asked = asking(email="Erin@mail.example")
    prepared = await register.prepare(asked)
    async with db.write() as tx:
        users = await tx.value("SELECT users FROM local_site")
        made = await register.register(tx, asked, prepared)
        assert await tx.value("SELECT users FROM local_site") == users + 1
        private = await tx.value("SELECT private_key FROM person WHERE name = 'erin'")
    assert made.token
    assert not made.application_pending
    assert not made.verification_sent
    async with db.read() as tx:
        erin = await sessions.viewer_of(tx, made.token)
    assert erin.person
    assert erin.account
    assert erin.person.ap_id == f"{ORIGIN}/u/erin"
    assert not erin.admin
    assert erin.account.email == "erin@mail.example"
    assert erin.account.accepted_application
    assert private.startswith("-----BEGIN PRIVATE KEY-----")
    assert (await passwords.prove(db, "ERIN", PASSWORD)).local_user_id == erin.account.id
    assert (await passwords.prove(db, "erin@MAIL.example", PASSWORD)).local_user_id == erin.account.id


async def test_an_application_waits_and_is_not_counted__A_8__G_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="RequireApplication")
        users = await tx.value("SELECT users FROM local_site")
        made = await register.register(tx, asking(answer=""), READY)
        assert await tx.value("SELECT users FROM local_site") == users
        [told] = await jobs(tx, "accounts.mail_application")
    assert made.token is None
    assert made.application_pending
    assert made.viewer.account
    assert not made.viewer.account.accepted_application
    assert told["application_id"] > 0


async def test_an_address_is_confirmed_by_mail_where_the_site_wants_it__A_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
        made = await register.register(tx, asking(email="erin@mail.example"), READY)
        [mail] = await mails(tx)
        token = await tx.value("SELECT token FROM email_verification")
    assert made.token is None
    assert made.verification_sent
    assert mail["to"] == "erin@mail.example"
    assert f"{ORIGIN}/verify_email/{token}" in mail["text"]


@pytest.mark.parametrize(
    ("header", "language"),
    [("de-DE,en;q=0.5", "de"), ("", "browser"), ("*", "browser"), ("x" * 5000, "browser")],
)
async def test_the_interface_speaks_the_browsers_first_language__A_10(
    db: Database, cast: Cast, header: str, language: str
) -> None:
    async with db.write() as tx:
        made = await register.register(tx, asking(accept_language=header), READY)
    assert made.viewer.account
    assert made.viewer.account.interface_language == language


async def test_a_new_account_has_the_defaults_of_the_site__A_10__W_12(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, default_listing_type="All", default_post_listing_mode="Card")
        made = await register.register(tx, asking(), READY)
        now = tx.now
    account = made.viewer.account
    assert account
    assert (account.default_listing_type, account.post_listing_mode) == ("All", "Card")
    assert (account.default_sort_type, account.theme) == ("Active", "browser")
    assert (account.show_nsfw, account.blur_nsfw, account.show_bot_accounts) == (False, True, True)
    assert (account.vote_show_score, account.vote_show_upvotes, account.vote_show_downvotes) == (
        False,
        True,
        True,
    )
    assert now - 365 * DAY <= account.last_donation_notification <= now


@pytest.mark.parametrize(
    ("warning", "asked", "shown"),
    [(None, None, False), ("Adults only", None, True), ("Adults only", False, False), (None, True, True)],
)
async def test_nsfw_is_shown_on_request_or_where_the_site_warns__A_10(
    db: Database, cast: Cast, warning: str | None, asked: bool | None, shown: bool
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE site SET content_warning = :warning", warning=warning)
        tx.changed("site")
    async with db.write() as tx:
        made = await register.register(tx, asking(show_nsfw=asked), READY)
    assert made.viewer.account
    assert made.viewer.account.show_nsfw == shown


async def test_all_languages_are_read_unless_the_site_restricts_them__A_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        free = await register.register(tx, asking(accept_language="de"), READY)
        await tx.run("INSERT INTO site_language (site_id, language_id) SELECT site_id, 37 FROM local_site")
        bound = await register.register(tx, asking("frank", accept_language="de-AT, xx"), READY)
    assert free.token
    assert bound.token
    async with db.read() as tx:
        assert (await sessions.viewer_of(tx, free.token)).languages == frozenset()
        assert (await sessions.viewer_of(tx, bound.token)).languages == {0, 32, 37}


async def test_the_first_account_of_a_new_site_runs_it__A_16(empty_db: Database) -> None:
    async with empty_db.write() as tx:
        await create_site(tx, domain=HERE, origin=ORIGIN)
        await set_site(tx, registration_mode="RequireApplication", require_email_verification=True)
    async with empty_db.write() as tx:
        chief = await register.register(tx, asking("chief"), READY)
    assert chief.token
    assert chief.viewer.admin
    assert chief.viewer.person
    assert chief.viewer.person.admin
    async with empty_db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await register.register(tx, asking("second"), READY)
        second = await register.register(tx, asking("second", email="s@mail.example", answer="please"), READY)
    assert refused.value.code == "email_required"
    assert not second.viewer.admin, "before the site is set up too, only the first one becomes admin"
    assert second.application_pending
    assert second.verification_sent


async def test_who_comes_a_moment_late_is_refused_like_anybody(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two registrations that looked before either wrote: the table decides."""

    async def free(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr(accounts, "name_taken", free)
    monkeypatch.setattr(accounts, "email_taken", free)
    assert (await refusal(db, name="Alice")).code == "user_already_exists"
    assert (await refusal(db, email="alice@mail.example")).code == "email_already_exists"
