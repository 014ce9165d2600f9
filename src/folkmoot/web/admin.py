"""Site administration: the settings in their sections, and setting the site up the first time."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core import writing
from folkmoot.core.people.register import site_for_registration
from folkmoot.core.site.edit import EditSite, edit_site, set_up_site
from folkmoot.core.site.rules import CAPTCHA_DIFFICULTIES
from folkmoot.core.site.view import read_settings
from folkmoot.model.administration import SiteView
from folkmoot.model.enums import CommentSort, Listing, PostSort, RegistrationMode
from folkmoot.model.errors import Busy, Invalid, NotLoggedIn, RateLimited, Refusal
from folkmoot.model.site import RateLimits
from folkmoot.model.time import DAY, SECOND, Micros
from folkmoot.text.languages import LANGUAGES
from folkmoot.web.about import numbers_of
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.errors import AGAIN, errors_of
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.pictures import take_own_pictures
from folkmoot.web.settings import COMMENT_SORTS, MODES, SORTS, THEMES, chosen

TABS = (
    ("general", N_("General"), "/admin"),
    ("registration", N_("Registration"), "/admin/registration"),
    ("moderation", N_("Moderation"), "/admin/moderation"),
    ("appearance", N_("Appearance"), "/admin/appearance"),
    ("legal", N_("Rules and legal"), "/admin/legal"),
    ("limits", N_("Rate limits"), "/admin/limits"),
    ("taglines", N_("Taglines"), "/admin/taglines"),
    ("emoji", N_("Emoji"), "/admin/emoji"),
    ("instances", N_("Servers"), "/admin/instances"),
    ("federation", N_("Deliveries"), "/admin/federation"),
    ("people", N_("People"), "/admin/people"),
    ("applications", N_("Applications"), "/admin/applications"),
)
"""(name, words, address) of every section."""

MODES_OF_REGISTRATION = (
    (RegistrationMode.OPEN.value, N_("Open"), N_("Whoever wants an account has one at once.")),
    (
        RegistrationMode.REQUIRE_APPLICATION.value,
        N_("On application"),
        N_("They answer a question, and an administrator decides."),
    ),
    (RegistrationMode.CLOSED.value, N_("Closed"), N_("Nobody gets a new account.")),
)
DIFFICULTIES = dict(zip(CAPTCHA_DIFFICULTIES, (N_("Easy"), N_("Medium"), N_("Hard")), strict=True))
LISTINGS = (
    (Listing.LOCAL.value, N_("Communities of this server")),
    (Listing.ALL.value, N_("Everything known here")),
)
CLASSES = (
    ("message", N_("Everything else"), N_("Votes, messages, reports and whatever has no limit of its own.")),
    ("post", N_("Posts"), ""),
    ("comment", N_("Comments"), ""),
    ("register", N_("Getting in"), N_("Registering, logging in, forgotten passwords, new communities.")),
    ("image", N_("Pictures"), ""),
    ("search", N_("Searches"), ""),
    ("import_user_settings", N_("Taking settings along"), N_("Export and import of one's own settings.")),
)
"""(class, words, help) of the rate limits."""


@dataclass(frozen=True, slots=True)
class Section:
    """One page of settings: the fields it has, by the names of `EditSite`, and what each of them is."""

    name: str
    texts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """Those of the texts that are addresses of pictures."""
    flags: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    choices: tuple[tuple[str, type[StrEnum]], ...] = ()
    lines: tuple[str, ...] = ()
    languages: bool = False
    limits: bool = False
    preview: str = ""
    """The Markdown text that can be looked at before it is saved."""

    @property
    def href(self) -> str:
        """Where it is."""
        return next(href for name, _, href in TABS if name == self.name)


SECTIONS = {
    section.href: section
    for section in (
        Section(
            "general",
            texts=("name", "description", "sidebar", "icon", "banner", "content_warning"),
            pictures=("icon", "banner"),
            preview="sidebar",
        ),
        Section(
            "registration",
            texts=("application_question", "captcha_difficulty"),
            flags=("require_email_verification", "application_email_admins", "captcha_enabled", "private_instance"),
            numbers=("actor_name_max_length",),
            choices=(("registration_mode", RegistrationMode),),
        ),
        Section(
            "moderation",
            texts=("slur_filter_regex",),
            flags=(
                "enable_downvotes", "enable_nsfw", "community_creation_admin_only", "hide_modlog_mod_names", "reports_email_admins",
            ),
            lines=("blocked_urls",),
        ),
        Section(
            "appearance",
            texts=("default_theme", "default_post_listing_mode"),
            choices=(
                ("default_listing_type", Listing), ("default_sort_type", PostSort), ("default_comment_sort_type", CommentSort),
            ),
            languages=True,
        ),
        Section("legal", texts=("legal_information",), preview="legal_information"),
        Section("limits", limits=True),
    )
}  # fmt: skip
"""By address."""
_LIMITS = tuple(field.name for field in fields(RateLimits))
_FEDERATION = Section("instances", flags=("federation_enabled", "federation_signed_fetch"))


# --- what the sections have in common ------------------------------------------------------------------------------------


async def admin_page(
    request: Request, name: str, template: str = "", *, status: int = 200, **values: Any
) -> Response:
    """One of the pages under the tabs of all sections. `name` is the section's; its template is named like it."""
    tabs = [(gettext(label), href, key == name) for key, label, href in TABS]
    heading = next(gettext(label) for key, label, _ in TABS if key == name)
    return await page(
        request, f"admin/{template or name}.html", status=status, sections=tabs, heading=heading, **values
    )


def mistakes_of(refusal: Refusal) -> dict[str, str]:
    """A refusal beside its field. Raises it again where it is not about what was typed: those who may not do this do not see the form."""
    if isinstance(refusal, NotLoggedIn | RateLimited | Busy) or refusal.code in ("not_an_admin", "site_ban"):
        raise refusal
    return errors_of(refusal)


def values_of(view: SiteView, section: Section) -> Form:
    """What stands in the fields of a section now."""
    site = view.site
    pairs = [(name, getattr(site, name) or "") for name in section.texts]
    pairs += [(name, "1" if getattr(site, name) else "") for name in section.flags]
    pairs += [(name, str(getattr(site, name))) for name in section.numbers]
    pairs += [(name, getattr(site, name)) for name, _ in section.choices]
    if "blocked_urls" in section.lines:
        pairs.append(("blocked_urls", "\n".join(entry.url for entry in view.blocked_urls)))
    if section.languages:
        pairs += [("discussion_languages", str(number)) for number in view.languages]
    if section.limits:
        pairs += [(name, str(getattr(view.limits, name))) for name in _LIMITS]
    return Form(pairs)


def asked_of(form: Form, section: Section) -> EditSite:
    """What the form of a section asks for. Raises `Invalid` not_a_number; a choice that is none leaves the setting as it is."""
    asked: dict[str, Any] = {name: form.text(name) for name in section.texts if name in form}
    asked |= {name: form.flag(name) for name in section.flags}
    asked |= {name: whole_number(form, name) for name in section.numbers if name in form}
    asked |= {name: _choice(kind, form.text(name)) for name, kind in section.choices}
    asked |= {name: tuple(_lines(form.text(name))) for name in section.lines if name in form}
    if section.languages:
        asked["discussion_languages"] = tuple(form.numbers("discussion_languages"))
    if section.limits:
        asked["rate_limits"] = {name: whole_number(form, name) for name in _LIMITS if name in form}
    return EditSite(**asked)


def whole_number(form: Form, name: str) -> int:
    """A number that has to be one. Raises `Invalid` not_a_number."""
    number = form.number(name)
    if number is None:
        raise Invalid("not_a_number", field=name)
    return number


def end_in_days(form: Form, now: Micros) -> int | None:
    """When something that lasts for the field `days` ends, in Unix seconds; None (for good) where the field is empty. Raises `Invalid`
    not_a_number."""
    if not form.text("days").strip():
        return None
    return (now + whole_number(form, "days") * DAY) // SECOND


def _choice(kind: type[StrEnum], text: str) -> StrEnum | None:
    return kind(text) if text in set(kind) else None


def _lines(text: str) -> Iterable[str]:
    return (line.strip() for line in text.split("\n") if line.strip())


# --- the sections --------------------------------------------------------------------------------------------------------


async def show_section(request: Request) -> Response:
    """The settings of one section; those of a site that is not set up yet begin with `/setup`."""
    section = SECTIONS[request.scope["path"]]
    async with context(request).db.read() as tx:
        view = await read_settings(tx, viewer(request))
    if not view.site.site_setup:
        return RedirectResponse("/setup", 303)
    return await _show(request, section, view, values_of(view, section))


async def save_section(request: Request) -> Response:
    """Save them, or show the form again: with a preview, or with the error beside its field."""
    section = SECTIONS[request.scope["path"]]
    form = await read_form(request)
    pictures: dict[str, Any] = {name: form.text(name) for name in section.pictures if name in form}
    try:
        if section.pictures:
            async with context(request).db.read() as tx:
                before = (await read_settings(tx, viewer(request))).site
            await take_own_pictures(request, form, pictures, section.pictures, before)
            form = Form([*form.pairs, *pictures.items()])
        if section.preview and form.flag("preview"):
            return await _show_preview(request, section, form)
        async with context(request).db.write() as tx:
            await edit_site(tx, viewer(request), asked_of(form, section))
    except Refusal as refusal:
        errors = mistakes_of(refusal)
        async with context(request).db.read() as tx:
            view = await read_settings(tx, viewer(request))
        return await _show(request, section, view, form, errors=errors)
    return done(request, section.href, said=gettext("Saved."))


async def _show_preview(request: Request, section: Section, form: Form) -> Response:
    async with context(request).db.read() as tx:
        view = await read_settings(tx, viewer(request))
        html = (await writing.house(tx)).render(form.text(section.preview)).html
    return await _show(request, section, view, form, preview=Markup(html))  # noqa: S704 - rendered and cleaned


async def _show(
    request: Request,
    section: Section,
    view: SiteView,
    form: Form,
    *,
    errors: dict[str, str] | None = None,
    preview: str = "",
) -> Response:
    return await admin_page(
        request, section.name, status=AGAIN if errors else 200, form=form, errors=errors or {}, preview=preview,
        view=view, numbers=numbers_of(view.site), registration_modes=registration_modes(),
        difficulties=[(word, gettext(label)) for word, label in DIFFICULTIES.items()],
        themes=_themes(form), listings=chosen(LISTINGS), modes=chosen(MODES), sorts=chosen(SORTS), comment_sorts=chosen(COMMENT_SORTS),
        languages=LANGUAGES, chosen_languages=set(form.numbers("discussion_languages")),
        classes=[(name, gettext(label), gettext(text) if text else "") for name, label, text in CLASSES],
    )  # fmt: skip


def registration_modes() -> list[tuple[str, str, str]]:
    """The choices of who gets an account, explained."""
    return [(value, gettext(label), gettext(text)) for value, label, text in MODES_OF_REGISTRATION]


def _themes(form: Form) -> list[tuple[str, str]]:
    """The themes there are, and the one that is set, which may have come from another server."""
    known = chosen(THEMES)
    own = form.text("default_theme")
    return known if own in dict(known) or not own else [*known, (own, own)]


async def save_federation(request: Request) -> Response:
    """Whether this server talks to others, and whether they have to say who asks."""
    form = await read_form(request)
    async with context(request).db.write() as tx:
        await edit_site(tx, viewer(request), asked_of(form, _FEDERATION))
    return done(request, "/admin/instances", said=gettext("Saved."))


# --- the first time ------------------------------------------------------------------------------------------------------

_SETUP = Section(
    "general",
    texts=("name", "description", "application_question"),
    choices=(("registration_mode", RegistrationMode),),
)


async def show_setup(request: Request) -> Response:
    """For whoever just became the first administrator: what the site is called and who gets in."""
    async with context(request).db.read() as tx:
        site, nobody_yet = await site_for_registration(tx)
        if nobody_yet and viewer(request).person is None:
            return RedirectResponse("/register", 303)
        view = await read_settings(tx, viewer(request))
    if site.site_setup:
        return RedirectResponse("/admin", 303)
    form = values_of(view, _SETUP)
    fresh = Form([*form.pairs, ("name", "" if site.name == "New Site" else site.name)])
    return await page(request, "admin/setup.html", form=fresh, registration_modes=registration_modes())


async def save_setup(request: Request) -> Response:
    """Set the site up; then the front page begins to fill."""
    form = await read_form(request)
    try:
        async with context(request).db.write() as tx:
            await set_up_site(tx, viewer(request), asked_of(form, _SETUP))
    except Refusal as refusal:
        return await page(
            request, "admin/setup.html", status=AGAIN, form=form, errors=mistakes_of(refusal),
            registration_modes=registration_modes(),
        )  # fmt: skip
    return done(
        request,
        "/",
        said=gettext("Your site is ready."),
        links=[
            (gettext("Make its first community"), "/create_community"),
            (gettext("Look at the other settings"), "/admin"),
        ],
    )
