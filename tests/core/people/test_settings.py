"""Saving settings: refusals by field, then what changes and what does not."""

from typing import Any

import pytest

from folkmoot.core.people.settings import SaveSettings, donation_dialog_shown, save_settings
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS, LocalUser, Person
from folkmoot.store import accounts
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.people.helpers import mails, set_site


async def save(db: Database, cast: Cast, **asked: Any) -> tuple[Person, LocalUser]:
    """Save as alice; how she stands then."""
    async with db.write() as tx:
        await save_settings(tx, await rows.viewer(tx, "alice"), SaveSettings(**asked))
        alice = await rows.viewer(tx, "alice")
    assert alice.person
    assert alice.account
    return alice.person, alice.account


async def test_only_accounts_have_settings__T_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for nobody in (ANONYMOUS, cast.carol):
            with pytest.raises(NotLoggedIn):
                await save_settings(tx, nobody, SaveSettings(bio="x"))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("display_name", "a", "invalid_display_name"),
        ("display_name", "x" * 21, "invalid_display_name"),
        ("display_name", "@erin", "invalid_display_name"),
        ("display_name", "\u200berin", "invalid_display_name"),
        ("display_name", "a\u200b\u200b", "invalid_display_name"),
        ("display_name", "badword", "slurs"),
        ("bio", "x" * 1001, "bio_length_overflow"),
        ("bio", "😀" * 501, "bio_length_overflow"),
        ("matrix_user_id", "erin", "invalid_matrix_id"),
        ("matrix_user_id", "@erin", "invalid_matrix_id"),
        ("avatar", "nonsense", "invalid_url"),
        ("avatar", "ftp://pictures.example/a.png", "invalid_url"),
        ("avatar", "magnet:?xt=x", "invalid_url"),
        ("banner", "javascript:alert(1)", "invalid_url"),
        ("banner", "https://x.example/" + "x" * 2000, "url_length_overflow"),
        ("email", "nonsense", "invalid_email_address"),
        ("email", "BOB@mail.example", "email_already_exists"),
        ("post_listing_mode", "Large", "unknown"),
        ("theme", "x" * 65, "invalid_body_field"),
        ("discussion_languages", frozenset({9999}), "unknown"),
        ("discussion_languages", frozenset({-1}), "unknown"),
    ],
)
async def test_a_wrong_value_is_refused_by_field__W_13(
    db: Database, cast: Cast, field: str, value: Any, code: str
) -> None:
    async with db.write() as tx:
        await set_site(tx, slur_filter_regex="badword")
    with pytest.raises(Refusal) as refused:
        await save(db, cast, **{field: value})
    assert (refused.value.code, refused.value.field) == (code, field)


async def test_a_required_address_cannot_be_cleared__W_13(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
    with pytest.raises(Refusal) as refused:
        await save(db, cast, email="")
    assert refused.value.code == "email_required"


async def test_an_address_is_not_stored_where_it_cannot_be_confirmed__A_12(db: Database, cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        await save(db, cast, email="new@mail.example", mail_is_set_up=False)
    assert refused.value.code == "no_email_setup"
    _, account = await save(db, cast)
    assert account.email == "alice@mail.example"


async def test_what_is_not_given_stays__W_13(db: Database, cast: Cast) -> None:
    person, account = await save(db, cast)
    assert person == cast.alice.person
    assert account == cast.alice.account
    person, account = await save(db, cast, blur_nsfw=False, bio="I *like* cats")
    assert person.bio == "I *like* cats"
    assert person.bio_html
    assert "<em>like</em>" in person.bio_html
    assert person.updated is None
    _, after = await save(db, cast, show_nsfw=True)
    assert (after.show_nsfw, after.blur_nsfw) == (True, False)


async def test_many_at_once__W_12(db: Database, cast: Cast) -> None:
    person, account = await save(
        db, cast, display_name="Alice the First", matrix_user_id="@alice:matrix.example", bot=True,
        avatar="https://pictures.example/a.png", banner="HTTPS://Pictures.Example", theme="", interface_language="de",
        default_sort_type=PostSort.NEW, default_listing_type=Listing.ALL, post_listing_mode="Card", show_bot_accounts=False,
        show_read_posts=False, open_links_in_new_tab=True, infinite_scroll=True, auto_expand=True, keyboard_navigation=True,
        animated_images=False, collapse_bot_comments=True, send_notifications_to_email=True, vote_show_percentage=True,
    )  # fmt: skip
    assert (person.display_name, person.matrix_user_id, person.bot) == (
        "Alice the First",
        "@alice:matrix.example",
        True,
    )
    assert (person.avatar, person.banner) == ("https://pictures.example/a.png", "https://pictures.example/")
    assert (account.theme, account.interface_language) == ("", "de")
    assert (account.default_sort_type, account.default_listing_type, account.post_listing_mode) == (
        "New",
        "All",
        "Card",
    )
    assert (account.show_bot_accounts, account.show_read_posts, account.animated_images) == (
        False,
        False,
        False,
    )
    assert account.open_links_in_new_tab
    assert account.infinite_scroll
    assert account.auto_expand
    assert account.keyboard_navigation
    assert account.collapse_bot_comments
    assert account.send_notifications_to_email
    assert account.vote_show_percentage


async def test_an_empty_text_erases__P_4(db: Database, cast: Cast) -> None:
    await save(
        db,
        cast,
        display_name="Alice",
        bio="x",
        matrix_user_id="@alice:matrix.example",
        avatar="https://p.example/a.png",
    )
    person, _ = await save(db, cast, display_name="", bio="", matrix_user_id="", avatar="")
    assert (person.display_name, person.bio, person.bio_html, person.matrix_user_id, person.avatar) == (
        None,
    ) * 5


async def test_filtered_words_in_a_bio_are_replaced__W_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, slur_filter_regex="badword")
    person, _ = await save(db, cast, bio="a badword")
    assert person.bio == "a *removed*"


async def test_showing_scores_sets_the_display_too__W_13(db: Database, cast: Cast) -> None:
    for on in (True, False):
        _, account = await save(db, cast, show_scores=on)
        assert (account.show_scores, account.vote_show_score) == (on, on)


async def test_the_undetermined_language_is_always_read__W_13(db: Database, cast: Cast) -> None:
    assert cast.alice.account
    for asked, kept in [
        ({37}, [0, 37]),
        (set(), []),
        ({0}, [0]),
        (set(range(184)), []),
        (set(range(1, 184)), []),
    ]:
        await save(db, cast, discussion_languages=frozenset(asked))
        async with db.read() as tx:
            assert await accounts.languages(tx, cast.alice.account.id) == kept


async def test_a_new_address_counts_at_once_unconfirmed_and_both_are_told__A_12(
    db: Database, cast: Cast
) -> None:
    _, account = await save(db, cast, email=" New@mail.example ")
    assert (account.email, account.email_verified) == ("new@mail.example", False)
    async with db.read() as tx:
        assert sorted(mail["to"] for mail in await mails(tx)) == ["alice@mail.example", "new@mail.example"]
        assert (
            await tx.value("SELECT email_key FROM local_user WHERE id = :id", id=account.id)
            == "new@mail.example"
        )


async def test_the_same_address_in_another_case_stays_confirmed(db: Database, cast: Cast) -> None:
    _, account = await save(db, cast, email="Alice@mail.example")
    assert (account.email, account.email_verified) == ("alice@mail.example", True)
    async with db.read() as tx:
        assert await mails(tx) == []


async def test_an_address_can_be_cleared_where_none_is_required(db: Database, cast: Cast) -> None:
    _, account = await save(db, cast, email="")
    assert account.email is None
    _, account = await save(db, cast, email="")
    assert account.email is None


async def test_the_reader_is_left_alone_after_the_call_for_donations__W_12(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await donation_dialog_shown(tx, ANONYMOUS)
        await tx.run("UPDATE local_user SET last_donation_notification = 0")
        await donation_dialog_shown(tx, cast.alice)
        assert (await rows.viewer(tx, "alice")).account.last_donation_notification == tx.now  # type: ignore[union-attr]
