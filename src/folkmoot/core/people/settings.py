"""Save one's settings: profile, display, languages, mail address."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.images.delete import replaced
from folkmoot.core.people import mails, rules
from folkmoot.core.permissions import Standing
from folkmoot.core.writing import House
from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Conflict, Invalid, NotAllowed
from folkmoot.model.events import PersonEdited
from folkmoot.model.people import LocalUser, Person, Viewer
from folkmoot.store import accounts, people
from folkmoot.store.db import Tx
from folkmoot.text import languages, names

LISTING_MODES = ("List", "Card", "SmallCard")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSettings:
    """What was asked. None leaves as it is; an empty text erases (W-13, P-4). `mail_is_set_up`: whether an address can be confirmed.

    `show_scores` stands for `vote_show_score` too. No language means all of them; the undetermined one is added where it is missing.
    """

    # the person
    display_name: str | None = None
    bio: str | None = None
    matrix_user_id: str | None = None
    avatar: str | None = None
    banner: str | None = None
    bot: bool | None = None
    # the account
    email: str | None = None
    theme: str | None = None
    interface_language: str | None = None
    discussion_languages: frozenset[int] | None = None
    default_listing_type: Listing | None = None
    default_sort_type: PostSort | None = None
    default_comment_sort_type: CommentSort | None = None
    post_listing_mode: str | None = None
    show_nsfw: bool | None = None
    blur_nsfw: bool | None = None
    show_avatars: bool | None = None
    show_bot_accounts: bool | None = None
    show_read_posts: bool | None = None
    show_scores: bool | None = None
    vote_show_upvotes: bool | None = None
    vote_show_downvotes: bool | None = None
    vote_show_percentage: bool | None = None
    open_links_in_new_tab: bool | None = None
    auto_expand: bool | None = None
    infinite_scroll: bool | None = None
    keyboard_navigation: bool | None = None
    animated_images: bool | None = None
    collapse_bot_comments: bool | None = None
    send_notifications_to_email: bool | None = None
    federate_votes: bool | None = None
    mail_is_set_up: bool = True


_AS_GIVEN = (
    "default_listing_type", "default_sort_type", "default_comment_sort_type", "show_nsfw", "blur_nsfw", "show_avatars",
    "show_bot_accounts", "show_read_posts", "show_scores", "vote_show_upvotes", "vote_show_downvotes", "vote_show_percentage",
    "open_links_in_new_tab", "auto_expand", "infinite_scroll", "keyboard_navigation", "animated_images", "collapse_bot_comments",
    "send_notifications_to_email", "federate_votes",
)  # fmt: skip


async def save_settings(tx: Tx, viewer: Viewer, asked: SaveSettings) -> None:
    """Change what was given.

    A new mail address is in force at once, unconfirmed, and gets a mail to confirm it; the old one is told (A-12).

    Raises `NotLoggedIn`; `Invalid` invalid_display_name, slurs, bio_length_overflow, blocked_url, invalid_matrix_id, invalid_url,
    url_length_overflow, invalid_email_address, email_required, unknown (a language or listing mode that does not exist); `Conflict`
    email_already_exists; `NotAllowed` no_email_setup.
    """
    permissions.check("account", Standing(viewer))
    person, account = rules.must_have_account(viewer)
    house = await writing.house(tx)
    of_person = _person_values(house, asked)
    of_account = _account_values(asked)
    if asked.email is not None:
        of_account |= await _email_values(tx, house, person, account, asked)
    if asked.discussion_languages is not None:
        await accounts.set_languages(tx, account, _checked_languages(asked.discussion_languages))
    if of_account:
        await accounts.update(tx, account.id, of_account)
    if of_person:
        for picture in of_person.keys() & {"avatar", "banner"}:
            await replaced(tx, viewer, getattr(person, picture), of_person[picture])
        await people.update(tx, person.id, of_person)
        await after.record(tx, PersonEdited(person.id))


def _person_values(house: House, asked: SaveSettings) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if asked.display_name is not None:
        values["display_name"] = rules.checked_display_name(house, asked.display_name)
    if asked.bio is not None:
        bio = rules.checked_bio(house, asked.bio)
        values["bio"] = bio.source if bio else None
        values["bio_html"] = bio.html if bio else None
    if asked.matrix_user_id is not None:
        values["matrix_user_id"] = rules.checked_matrix_id(asked.matrix_user_id)
    if asked.avatar is not None:
        values["avatar"] = house.picture(rules.checked_picture(asked.avatar, "avatar"))
    if asked.banner is not None:
        values["banner"] = house.picture(rules.checked_picture(asked.banner, "banner"))
    if asked.bot is not None:
        values["bot"] = asked.bot
    return values


def _account_values(asked: SaveSettings) -> dict[str, Any]:
    values = {name: value for name in _AS_GIVEN if (value := getattr(asked, name)) is not None}
    if asked.show_scores is not None:
        values["vote_show_score"] = asked.show_scores
    if asked.theme is not None:
        values["theme"] = rules.checked_word(asked.theme, "theme")
    if asked.interface_language is not None:
        values["interface_language"] = rules.checked_word(asked.interface_language, "interface_language")
    if asked.post_listing_mode is not None:
        if asked.post_listing_mode not in LISTING_MODES:
            raise Invalid("unknown", field="post_listing_mode")
        values["post_listing_mode"] = asked.post_listing_mode
    return values


async def _email_values(
    tx: Tx, house: House, person: Person, account: LocalUser, asked: SaveSettings
) -> dict[str, Any]:
    """The columns of a new mail address; nothing for the one that is there already."""
    assert asked.email is not None
    if not asked.email.strip():
        if house.site.require_email_verification:
            raise Invalid("email_required", field="email")
        await accounts.delete_verifications(tx, account.id)
        return {"email": None, "email_key": None, "email_verified": False}
    email = rules.checked_email(asked.email)
    key = names.name_key(email)
    if account.email is not None and names.name_key(account.email) == key:
        return {"email": email}
    if await accounts.email_taken(tx, key, by_other_than=account.id):
        raise Conflict("email_already_exists", field="email")
    if not asked.mail_is_set_up:
        raise NotAllowed("no_email_setup", field="email")
    await accounts.delete_verifications(tx, account.id)
    await mails.ask_to_verify(tx, person, account, email)
    if account.email:
        await mails.tell_of_new_address(tx, person, account, account.email)
    return {"email": email, "email_key": key, "email_verified": False}


def _checked_languages(ids: frozenset[int]) -> frozenset[int]:
    """Ids of languages that exist, the undetermined one among them; empty where it is all of them or none (W-2, W-13)."""
    if any(languages.by_id(number) is None for number in ids):
        raise Invalid("unknown", field="discussion_languages")
    if not ids:
        return ids
    ids |= {languages.UNDETERMINED}
    return frozenset() if len(ids) == len(languages.LANGUAGES) else ids


async def donation_dialog_shown(tx: Tx, viewer: Viewer) -> None:
    """The reader has seen the call for donations, and is left alone for a year (W-12). Raises `NotLoggedIn`."""
    _, account = rules.must_have_account(viewer)
    await accounts.update(tx, account.id, {"last_donation_notification": tx.now})
