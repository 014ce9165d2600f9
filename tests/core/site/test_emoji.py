"""The site's own emoji (W-10)."""

import pytest

from folkmoot.core.site.emoji import (
    CreateEmoji,
    EditEmoji,
    create_emoji,
    delete_emoji,
    edit_emoji,
    list_emoji,
)
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.store.db import Database
from tests.cast import Cast

PARROT = CreateEmoji(
    "parrot",
    "https://pics.example/parrot.gif",
    "a parrot that dances",
    "animals",
    ("Bird", "DANCE", "bird", ""),
)


async def test_only_admins_may(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        emoji = await create_emoji(tx, cast.admin, PARROT)
        with pytest.raises(NotAllowed):
            await create_emoji(tx, cast.bob, PARROT)
        with pytest.raises(NotAllowed):
            await edit_emoji(tx, cast.bob, EditEmoji(emoji.id, alt_text="mine"))
        with pytest.raises(NotAllowed):
            await delete_emoji(tx, cast.bob, emoji.id)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        (CreateEmoji("", "https://a.example/x.png"), "invalid_shortcode", "shortcode"),
        (CreateEmoji("two words", "https://a.example/x.png"), "invalid_shortcode", "shortcode"),
        (CreateEmoji("x", ""), "invalid_url", "image_url"),
        (CreateEmoji("x", "javascript:alert(1)"), "invalid_url_scheme", "image_url"),
        (CreateEmoji("x", "https://a.example/x.png", alt_text="x" * 201), "emoji_word_too_long", "alt_text"),
        (
            CreateEmoji("x", "https://a.example/x.png", keywords=("x" * 201,)),
            "emoji_word_too_long",
            "keywords",
        ),
        (CreateEmoji(" :PARROT: ", "https://a.example/x.png"), "emoji_already_exists", "shortcode"),
    ],
)
async def test_what_cannot_be_an_emoji(
    db: Database, cast: Cast, asked: CreateEmoji, code: str, field: str
) -> None:
    async with db.write() as tx:
        await create_emoji(tx, cast.admin, PARROT)
    with pytest.raises(Refusal) as refused:
        async with db.write() as tx:
            await create_emoji(tx, cast.admin, asked)
    assert (refused.value.code, refused.value.field) == (code, field)


async def test_what_is_not_there_cannot_be_changed_and_is_deleted_already(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await edit_emoji(tx, cast.admin, EditEmoji(4711, category="x"))
        assert refused.value.code == "couldnt_find_emoji"
        await delete_emoji(tx, cast.admin, 4711)


async def test_code_and_keywords_are_kept_in_small_letters__W_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        emoji = await create_emoji(
            tx, cast.admin, CreateEmoji(" Parrot ", PARROT.image_url, keywords=PARROT.keywords)
        )
    assert (emoji.shortcode, emoji.keywords) == ("parrot", ("bird", "dance"))


async def test_only_what_is_given_changes_and_never_the_code(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        emoji = await create_emoji(tx, cast.admin, PARROT)
        changed = await edit_emoji(tx, cast.admin, EditEmoji(emoji.id, category="birds"))
        assert (changed.category, changed.alt_text, changed.keywords) == (
            "birds",
            emoji.alt_text,
            emoji.keywords,
        )
        changed = await edit_emoji(tx, cast.admin, EditEmoji(emoji.id, keywords=()))
        assert (changed.shortcode, changed.keywords) == ("parrot", ())


async def test_they_stand_by_category_then_age__W_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for code, category in (("z", "b"), ("y", "a"), ("x", "b")):
            await create_emoji(tx, cast.admin, CreateEmoji(code, PARROT.image_url, category=category))
        assert [emoji.shortcode for emoji in await list_emoji(tx)] == ["y", "z", "x"]
        await delete_emoji(tx, cast.admin, (await list_emoji(tx))[0].id)
        assert [emoji.shortcode for emoji in await list_emoji(tx)] == ["z", "x"]
