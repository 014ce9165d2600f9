"""Settings: profile, display, feeds and languages, notifications, taking along and bringing, leaving. (`settings_security.py`,
`settings_blocks.py` and `settings_move.py` have the rest.)"""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core import ranks
from folkmoot.core.people import delete, passwords
from folkmoot.core.people.content import amount
from folkmoot.core.people.export import export_settings
from folkmoot.core.people.feed_key import feed_key
from folkmoot.core.people.import_settings import import_settings, read_backup
from folkmoot.core.people.rules import must_have_account
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Invalid, NotLoggedIn, RateLimited, Refusal
from folkmoot.model.people import LocalUser
from folkmoot.text.languages import LANGUAGES, UNDETERMINED, Language, from_accept_language
from folkmoot.web import session
from folkmoot.web.base import context, flash, keep_flashes, limited, page, viewer
from folkmoot.web.errors import AGAIN, errors_of, status_again, words
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import LANGUAGES as INTERFACE_LANGUAGES
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.pictures import take_own_pictures

TABS = (
    ("profile", N_("Profile"), "/settings"),
    ("display", N_("Display"), "/settings/display"),
    ("feeds", N_("Feeds"), "/settings/feeds"),
    ("notifications", N_("Notifications"), "/settings/notifications"),
    ("security", N_("Security"), "/settings/security"),
    ("blocks", N_("Blocks"), "/settings/blocks"),
    ("transfer", N_("Export"), "/settings/transfer"),
    ("move", N_("Move"), "/settings/move"),
    ("delete", N_("Delete"), "/settings/delete"),
)
DISPLAY = (
    "show_nsfw", "blur_nsfw", "show_bot_accounts", "show_read_posts", "show_scores", "vote_show_upvotes", "vote_show_downvotes",
    "vote_show_percentage", "collapse_bot_comments", "show_avatars", "auto_expand", "infinite_scroll", "keyboard_navigation",
    "animated_images", "open_links_in_new_tab",
)  # fmt: skip
"""The checkboxes of the display page, by the names of their settings."""
THEMES = (("browser", N_("As the system says")), ("light", N_("Light")), ("dark", N_("Dark")))
LISTINGS = (
    ("Subscribed", N_("What you subscribe to")), ("Local", N_("Communities of this server")), ("All", N_("Everything known here")),
    ("ModeratorView", N_("Communities you moderate")),
)  # fmt: skip
SORTS = (
    ("Active", N_("Active")), ("Hot", N_("Hot")), ("Scaled", N_("Scaled")), ("New", N_("New")), ("Old", N_("Old")),
    ("NewComments", N_("New comments")), ("MostComments", N_("Most comments")), ("Controversial", N_("Controversial")),
    ("TopHour", N_("Top of an hour")), ("TopSixHour", N_("Top of six hours")), ("TopTwelveHour", N_("Top of twelve hours")),
    ("TopDay", N_("Top of a day")), ("TopWeek", N_("Top of a week")), ("TopMonth", N_("Top of a month")),
    ("TopThreeMonths", N_("Top of three months")), ("TopSixMonths", N_("Top of six months")),
    ("TopNineMonths", N_("Top of nine months")), ("TopYear", N_("Top of a year")), ("TopAll", N_("Top of all time")),
)  # fmt: skip
COMMENT_SORTS = (
    ("Hot", N_("Hot")), ("Top", N_("Top")), ("Controversial", N_("Controversial")), ("New", N_("New")), ("Old", N_("Old")),
)  # fmt: skip
MODES = (("List", N_("List")), ("Card", N_("Cards")), ("SmallCard", N_("Small cards")))
_EXPORT_NAME = "folkmoot-settings.json"


# --- shared by the settings pages ------------------------------------------------------------------------------------------


async def settings_page(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    """One of the settings pages, under the tabs of all of them. Raises `NotLoggedIn` for visitors."""
    must_have_account(viewer(request))
    tabs = [(gettext(label), href, key == name) for key, label, href in TABS]
    return await page(request, f"settings/{name}.html", status=status, tabs=tabs, **values)


def saved(request: Request, to: str, said: str = "") -> Response:
    """Back to the page, which says that it was saved."""
    flash(request, said or gettext("Saved."))
    response = RedirectResponse(to, 303)
    keep_flashes(request, response)
    return response


def chosen(choices: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Choices in the reader's language."""
    return [(value, gettext(label)) for value, label in choices]


async def save(request: Request, asked: SaveSettings) -> None:
    """Save what a page asks for. Raises what `save_settings` raises."""
    async with context(request).db.write() as tx:
        await save_settings(tx, viewer(request), asked)


# --- profile -------------------------------------------------------------------------------------------------------------


async def show_profile(request: Request) -> Response:
    """Who one is to others."""
    person, account = must_have_account(viewer(request))
    form = Form(
        [
            ("display_name", person.display_name or ""),
            ("bio", person.bio or ""),
            ("avatar", person.avatar or ""),
            ("banner", person.banner or ""),
            ("matrix_user_id", person.matrix_user_id or ""),
            ("bot", "1" if person.bot else ""),
            ("votes_stay_here", "" if account.federate_votes else "1"),
        ]
    )
    return await settings_page(request, "profile", form=form)


async def save_profile(request: Request) -> Response:
    """Save it, or show it again."""
    form = await read_form(request)
    pictures: dict[str, Any] = {"avatar": form.text("avatar"), "banner": form.text("banner")}
    try:
        await take_own_pictures(request, form, pictures, tuple(pictures), viewer(request).person)
        asked = SaveSettings(
            display_name=form.text("display_name").strip(),
            bio=form.text("bio"),
            **pictures,
            matrix_user_id=form.text("matrix_user_id"),
            bot=form.flag("bot"),
            federate_votes=not form.flag("votes_stay_here"),
        )
        await save(request, asked)
    except (Invalid, RateLimited) as refusal:
        typed = Form([*form.pairs, *pictures.items()])
        return await settings_page(
            request, "profile", status=status_again(refusal), form=typed, errors=errors_of(refusal)
        )
    return saved(request, "/settings")


# --- display -------------------------------------------------------------------------------------------------------------


async def show_display(request: Request) -> Response:
    """How pages look to one."""
    _, account = must_have_account(viewer(request))
    return await _display(request, {name: getattr(account, name) for name in DISPLAY}, account)


async def save_display(request: Request) -> Response:
    """Save it, or show it again."""
    form = await read_form(request)
    _, account = must_have_account(viewer(request))
    switches: dict[str, Any] = {name: form.flag(name) for name in DISPLAY}
    # Apps begin without a score and these pages with one (W-13): who does not touch the box changes neither.
    scores = switches["show_scores"] if switches["show_scores"] != account.show_scores else None
    languages = {"browser", *INTERFACE_LANGUAGES, account.interface_language}
    asked = SaveSettings(
        theme=form.text("theme") if form.text("theme") in {value for value, _ in _themes(account)} else None,
        interface_language=form.text("interface_language")
        if form.text("interface_language") in languages
        else None,
        post_listing_mode=form.text("post_listing_mode") or None,
        **(switches | {"show_scores": scores}),
    )
    try:
        await save(request, asked)
    except Invalid as refusal:
        return await _display(request, switches, account, status=AGAIN, errors=errors_of(refusal))
    return saved(request, "/settings/display")


async def _display(
    request: Request,
    on: Mapping[str, bool],
    account: LocalUser,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response:
    spoken = [("browser", gettext("As the browser says")), *INTERFACE_LANGUAGES.items()]
    if account.interface_language not in dict(spoken):
        spoken.append((account.interface_language, account.interface_language))
    return await settings_page(
        request, "display", status=status, on=on, account=account, errors=errors or {}, themes=_themes(account),
        languages=spoken, modes=chosen(MODES),
    )  # fmt: skip


def _themes(account: LocalUser) -> list[tuple[str, str]]:
    """Ours, and the one that another program chose, which is left alone unless one of ours is picked."""
    ours = chosen(THEMES)
    return ours if account.theme in dict(ours) else [*ours, (account.theme, account.theme or gettext("None"))]


# --- feeds and languages ---------------------------------------------------------------------------------------------------


async def show_feeds(request: Request) -> Response:
    """What one's front page shows, and in which languages."""
    _, account = must_have_account(viewer(request))
    form = Form(
        (name, getattr(account, name))
        for name in ("default_listing_type", "default_sort_type", "default_comment_sort_type")
    )
    return await _feeds(request, form, viewer(request).languages)


async def save_feeds(request: Request) -> Response:
    """Save it, or show it again."""
    form = await read_form(request)
    languages = frozenset(form.numbers("language"))
    try:
        await save(
            request,
            SaveSettings(
                default_listing_type=Listing(form.text("default_listing_type")),
                default_sort_type=PostSort(form.text("default_sort_type")),
                default_comment_sort_type=CommentSort(form.text("default_comment_sort_type")),
                discussion_languages=frozenset() if form.flag("all_languages") else languages,
            ),
        )
    except (Invalid, ValueError) as wrong:
        errors = errors_of(wrong) if isinstance(wrong, Invalid) else {"": gettext("This cannot be accepted.")}
        return await _feeds(request, form, languages, status=AGAIN, errors=errors)
    return saved(request, "/settings/feeds")


async def _feeds(
    request: Request,
    form: Form,
    languages: frozenset[int],
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response:
    near, others = _languages(request, languages)
    async with context(request).db.read() as tx:
        key = await feed_key(tx, viewer(request))
    own = [
        (gettext("Subscribed"), f"/feeds/front/{key}.atom"),
        (gettext("Inbox"), f"/feeds/inbox/{key}.atom"),
    ]
    return await settings_page(
        request, "feeds", status=status, form=form, errors=errors or {}, own=own, listings=chosen(LISTINGS), sorts=chosen(SORTS),
        comment_sorts=chosen(COMMENT_SORTS), every=not languages, read=languages, near=near, others=others,
    )  # fmt: skip


def _languages(request: Request, read: frozenset[int]) -> tuple[list[Language], list[Language]]:
    """Those somebody reads or whose browser asks for them, and all others, both by name. The undetermined one is always read."""
    spoken = set(from_accept_language(request.headers.get("accept-language", "")[:1000])) | read
    known = sorted(
        (language for language in LANGUAGES if language.id != UNDETERMINED),
        key=lambda each: each.name.casefold(),
    )
    near = [language for language in known if language.id in spoken]
    return near, [language for language in known if language.id not in spoken]


# --- notifications ----------------------------------------------------------------------------------------------------------


async def show_notifications(request: Request) -> Response:
    """Whether one gets mails."""
    _, account = must_have_account(viewer(request))
    return await settings_page(request, "notifications", account=account)


async def save_notifications(request: Request) -> Response:
    """Save it."""
    form = await read_form(request)
    await save(request, SaveSettings(send_notifications_to_email=form.flag("send_notifications_to_email")))
    return saved(request, "/settings/notifications")


# --- taking along and bringing ------------------------------------------------------------------------------------------------


async def show_transfer(request: Request) -> Response:
    """Take one's settings to another server, or bring them from one."""
    return await settings_page(request, "transfer")


async def download(request: Request) -> Response:
    """The file with one's settings, follows, saved things and blocks."""
    try:
        await limited(request, "import_user_settings")
    except RateLimited as refusal:
        return await settings_page(
            request, "transfer", status=429, errors={"": words(refusal)}, which="export"
        )
    async with context(request).db.read(slow=True) as tx:
        document = await export_settings(tx, viewer(request))
    return Response(
        json.dumps(document, ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={
            "content-disposition": f'attachment; filename="{_EXPORT_NAME}"',
            "cache-control": "private, no-store",
        },
    )


async def upload(request: Request) -> Response:
    """Read such a file and take over what is in it."""
    form = await read_form(request)
    try:
        backup = read_backup(await _document(form))
        await limited(request, "import_user_settings")
        async with context(request).db.write() as tx:
            await import_settings(tx, viewer(request), backup)
    except NotLoggedIn:
        raise
    except Refusal as refusal:
        # A profile that this site refuses is named by its own field, and is in the file all the same.
        errors = errors_of(refusal, field="" if isinstance(refusal, RateLimited) else "file")
        return await settings_page(
            request, "transfer", status=status_again(refusal), errors=errors, which="import"
        )
    return saved(
        request,
        "/settings/transfer",
        gettext(
            "Your settings are in force. Follows, saved things and blocks come over in the next minutes."
        ),
    )


async def _document(form: Form) -> Any:
    """The JSON of an uploaded file. Raises `Invalid` unknown."""
    chosen_file = form.file("file")
    if chosen_file is None:
        raise Invalid("missing_file", field="file")
    try:
        return json.loads(await chosen_file.read())
    except (ValueError, RecursionError) as error:
        raise Invalid("unknown", field="file") from error


# --- leaving ------------------------------------------------------------------------------------------------------------------


async def show_delete(request: Request) -> Response:
    """What deleting the account means."""
    return await _leaving(request)


async def delete_account(request: Request) -> Response:
    """Delete it, with the password."""
    form = await read_form(request)
    who = viewer(request)
    must_have_account(who)
    try:
        await limited(request, "register")
        proof = await passwords.prove_own(context(request).db, who, form.text("password"))
    except (NotLoggedIn, RateLimited) as refusal:
        text = gettext("This is not your password.") if isinstance(refusal, NotLoggedIn) else words(refusal)
        return await _leaving(request, status=status_again(refusal), errors={"password": text}, form=form)
    async with context(request).db.write() as tx:
        await delete.delete_account(tx, who, proof, with_content=form.flag("with_content"))
    response = saved(request, "/", gettext("Your account is deleted. Farewell."))
    session.log_out(request, response)
    return response


async def _leaving(
    request: Request, *, status: int = 200, errors: Mapping[str, str] | None = None, form: Form | None = None
) -> Response:
    person, _ = must_have_account(viewer(request))
    async with context(request).db.read() as tx:
        written = await amount(tx, person.id)
        alone = person.admin and await ranks.is_only_admin(tx, person.id)
    return await settings_page(
        request,
        "delete",
        status=status,
        errors=errors or {},
        form=form or Form(),
        written=written,
        called=person.name,
        alone=alone,
    )
