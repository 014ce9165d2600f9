"""Changing the site: refusals first, then what each setting becomes."""

from typing import Any

import pytest

from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.edit import EditSite, set_up_site
from folkmoot.model.enums import CommentSort, Listing, PostSort, RegistrationMode
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.site.stories import edit, refusal, site_of


async def test_only_admins_may__R_1(db: Database, cast: Cast) -> None:
    assert await refusal(db, cast.bob, name="Mine") == ("not_an_admin", None)
    with pytest.raises(NotLoggedIn):
        await edit(db, ANONYMOUS, name="Mine")
    assert (await site_of(db)).name == "Here"


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"name": "  "}, "site_name_required", "name"),
        ({"name": "x" * 21}, "site_name_length_overflow", "name"),
        ({"description": "x" * 151}, "site_description_length_overflow", "description"),
        ({"sidebar": "x" * 10_001}, "invalid_body_field", "sidebar"),
        ({"content_warning": "x" * 10_001}, "invalid_body_field", "content_warning"),
        ({"legal_information": "x" * 50_001}, "invalid_body_field", "legal_information"),
        ({"icon": "not an address"}, "invalid_url", "icon"),
        ({"banner": "magnet:?xt=urn:btih:1"}, "invalid_url_scheme", "banner"),
        ({"slur_filter_regex": "("}, "invalid_regex", "slur_filter_regex"),
        ({"slur_filter_regex": r"\w"}, "permissive_regex", "slur_filter_regex"),
        ({"registration_mode": RegistrationMode.REQUIRE_APPLICATION, "application_question": " "}, "application_question_required", "application_question"),
        ({"default_listing_type": Listing.SUBSCRIBED}, "invalid_default_post_listing_type", "default_listing_type"),
        ({"default_post_listing_mode": "Mosaic"}, "unknown", "default_post_listing_mode"),
        ({"captcha_difficulty": "impossible"}, "unknown", "captcha_difficulty"),
        ({"default_theme": "x" * 65}, "invalid_body_field", "default_theme"),
        ({"actor_name_max_length": 2}, "invalid_actor_name_max_length", "actor_name_max_length"),
        ({"actor_name_max_length": 256}, "invalid_actor_name_max_length", "actor_name_max_length"),
        ({"rate_limits": {"post": -1}}, "invalid_rate_limit", "post"),
        ({"rate_limits": {"post_seconds": 2**31}}, "invalid_rate_limit", "post_seconds"),
        ({"discussion_languages": (37, 4711)}, "unknown", "discussion_languages"),
        ({"blocked_urls": ("fine.example", "http://")}, "unknown", "blocked_urls"),
        ({"blocked_instances": ("not a host",)}, "invalid_domain", "blocked_instances"),
        ({"blocked_instances": ("here.example",)}, "cant_block_local_instance", "blocked_instances"),
        ({"taglines": ("x" * 10_001,)}, "invalid_body_field", "taglines"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_and_changes_nothing__W_3(
    db: Database, cast: Cast, asked: dict[str, Any], code: str, field: str
) -> None:
    before = await site_of(db)
    assert await refusal(db, cast.admin, **{"name": "Elsewhere"} | asked) == (code, field)
    assert await site_of(db) == before


async def test_a_filtered_word_is_not_for_the_site_either__W_4(db: Database, cast: Cast) -> None:
    """The filter that comes with the change is in force for it."""
    assert await refusal(db, cast.admin, name="Turnips", slur_filter_regex="turnip") == ("slurs", "name")
    await edit(db, cast.admin, slur_filter_regex="turnip")
    assert await refusal(db, cast.admin, description="All turnips") == ("slurs", "description")
    site = await edit(
        db, cast.admin, sidebar="No turnips.", legal_information="The word turnip is forbidden."
    )
    assert site.sidebar == "No *removed*s."
    assert "turnip" in (site.legal_html or "")


async def test_an_application_needs_a_question_as_long_as_it_is_asked_for__W_3(
    db: Database, cast: Cast
) -> None:
    mode = RegistrationMode.REQUIRE_APPLICATION
    await edit(db, cast.admin, registration_mode=mode, application_question="Why?")
    assert await refusal(db, cast.admin, application_question="") == (
        "application_question_required",
        "application_question",
    )
    await edit(db, cast.admin, description="Only this changes")
    site = await edit(db, cast.admin, registration_mode=RegistrationMode.OPEN, application_question="")
    assert site.application_question is None


async def test_what_is_not_asked_stays_and_an_empty_text_erases(db: Database, cast: Cast) -> None:
    await edit(
        db, cast.admin, description="About\nthis", sidebar="# Rules", icon="https://a.example/i.png",
        content_warning="Grim", legal_information="*Who* we are",
    )  # fmt: skip
    site = await edit(db, cast.admin, enable_downvotes=False)
    assert (site.description, site.icon, site.content_warning) == (
        "About this",
        "https://a.example/i.png",
        "Grim",
    )
    assert "Rules</h1>" in (site.sidebar_html or "")
    assert "<em>Who</em>" in (site.legal_html or "")
    assert site.enable_downvotes is False
    site = await edit(
        db, cast.admin, description="", sidebar="", icon="", content_warning=" ", legal_information=""
    )
    assert (site.description, site.sidebar, site.sidebar_html, site.icon) == (None, None, None, None)
    assert (site.content_warning, site.legal_information, site.legal_html) == (None, None, None)


async def test_every_switch_and_choice_is_kept(db: Database, cast: Cast) -> None:
    asked: dict[str, Any] = {
        "enable_nsfw": False, "community_creation_admin_only": True, "private_instance": True, "hide_modlog_mod_names": False,
        "application_email_admins": True, "reports_email_admins": True, "captcha_enabled": True, "captcha_difficulty": "hard",
        "federation_enabled": False, "federation_signed_fetch": True, "actor_name_max_length": 40, "default_theme": "darkly",
        "default_listing_type": Listing.ALL, "default_post_listing_mode": "Card", "default_sort_type": PostSort.HOT,
        "default_comment_sort_type": CommentSort.NEW,
    }  # fmt: skip
    await edit(db, cast.admin, **asked)
    site = await site_of(db)
    assert {name: getattr(site, name) for name in asked} == asked
    assert site.updated is not None


async def test_limits_work_at_once_and_a_period_of_zero_is_ignored__W_7(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        before = await store_site.rate_limits(tx)
    await edit(db, cast.admin, rate_limits={"post": 3, "post_seconds": 0, "comment": 0})
    async with db.read() as tx:
        limits = await store_site.rate_limits(tx)
    assert (limits.post, limits.post_seconds, limits.comment) == (3, before.post_seconds, 0)


async def test_a_new_filter_and_blocklist_hold_for_the_next_post__W_4_W_5(db: Database, cast: Cast) -> None:
    await edit(db, cast.admin, slur_filter_regex="turnip", blocked_urls=("https://evil.example/",))
    for asked, code in (
        (CreatePost(cast.gardening.id, "A turnip"), "slurs"),
        (CreatePost(cast.gardening.id, "A link", url="https://evil.example/x"), "blocked_url"),
    ):
        async with db.write() as tx:
            with pytest.raises(Invalid) as refused:
                await create_post(tx, cast.alice, asked)
        assert refused.value.code == code


# --- who is there already (A-17) ------------------------------------------------------------------------------------


async def test_asking_for_applications_accepts_who_is_there_but_not_who_was_denied__A_17(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        for name in ("early", "denied"):
            person = await rows.local_person(tx, name)
            assert person.account
            await tx.run(
                "UPDATE local_user SET accepted_application = :no WHERE id = :id",
                no=False,
                id=person.account.id,
            )
            if name == "denied":
                await tx.run(
                    "INSERT INTO registration_application (local_user_id, answer, published, decided) VALUES (:id, 'x', :now, :now)",
                    id=person.account.id, now=tx.now,
                )  # fmt: skip
    users = (await site_of(db)).users
    site = await edit(
        db, cast.admin, registration_mode=RegistrationMode.REQUIRE_APPLICATION, application_question="Why?"
    )
    assert site.users == users + 1
    async with db.read() as tx:
        early, denied = await rows.viewer(tx, "early"), await rows.viewer(tx, "denied")
    assert early.account and early.account.accepted_application
    assert denied.account and not denied.account.accepted_application


async def test_asking_for_confirmed_addresses_confirms_those_there_are__A_17(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET email_verified = :no", no=False)
    await edit(db, cast.admin, require_email_verification=True)
    async with db.write() as tx:
        alice = await rows.viewer(tx, "alice")
        assert alice.account and alice.account.email_verified
        await tx.run(
            "UPDATE local_user SET email_verified = :no WHERE id = :id", no=False, id=alice.account.id
        )
    await edit(db, cast.admin, require_email_verification=True)
    async with db.read() as tx:
        alice = await rows.viewer(tx, "alice")
    assert alice.account and not alice.account.email_verified


# --- the first time -----------------------------------------------------------------------------------------------


async def _not_set_up(db: Database) -> None:
    async with db.write() as tx:
        await store_site.update_local(tx, {"site_setup": False, "registration_mode": "RequireApplication"})


async def test_a_site_is_set_up_once_and_by_an_admin__A_16(db: Database, cast: Cast) -> None:
    for viewer, kind, code in (
        (cast.alice, NotAllowed, "not_an_admin"),
        (cast.admin, Conflict, "site_already_exists"),
    ):
        async with db.write() as tx:
            with pytest.raises(kind) as refused:
                await set_up_site(tx, viewer, EditSite(name="Mine"))
        assert refused.value.code == code


async def test_setting_up_needs_a_name_and_for_applications_a_question__W_3(db: Database, cast: Cast) -> None:
    await _not_set_up(db)
    unasked = EditSite(name="Mine", application_question="")
    for asked, field in ((EditSite(), "name"), (unasked, "application_question")):
        with pytest.raises(Refusal) as refused:
            async with db.write() as tx:
                await set_up_site(tx, cast.admin, asked)
        assert refused.value.field == field
    assert (await site_of(db)).site_setup is False


async def test_setting_up_takes_everything_but_languages__W_8(db: Database, cast: Cast) -> None:
    await _not_set_up(db)
    async with db.write() as tx:
        site = await set_up_site(
            tx, cast.admin,
            EditSite(name="Mine", registration_mode=RegistrationMode.OPEN, discussion_languages=(37,)),
        )  # fmt: skip
        languages = await tx.all("SELECT language_id FROM site_language")
    assert (site.site_setup, site.name, site.registration_mode, languages) == (True, "Mine", "Open", [])
