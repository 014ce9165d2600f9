"""What administrators keep besides the settings of `model/site.py`: lists, emoji, applications, accounts."""

from dataclasses import dataclass

from folkmoot.model.accounts import Application
from folkmoot.model.people import Person, Viewer
from folkmoot.model.site import LocalSite, RateLimits, Site
from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class Tagline:
    """A line of which one is shown at a time. `content_html` is rendered when written."""

    id: int
    content: str
    content_html: str
    published: Micros
    updated: Micros | None


@dataclass(frozen=True, slots=True)
class BlockedUrl:
    """An address that may not be linked to, without scheme and trailing slash (W-5)."""

    id: int
    url: str
    published: Micros
    updated: Micros | None


@dataclass(frozen=True, slots=True)
class CustomEmoji:
    """A picture that people put into texts by its short code, which never changes (W-10)."""

    id: int
    shortcode: str
    image_url: str
    alt_text: str
    category: str
    published: Micros
    updated: Micros | None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application with who sent it and, once decided, who decided."""

    application: Application
    applicant: Viewer
    admin: Person | None


@dataclass(frozen=True, slots=True)
class Member:
    """A local account as administrators see it. `last_active`: the last use of a session or the last text, None for never."""

    viewer: Viewer
    application: Application | None
    last_active: Micros | None
    account_id: int

    @property
    def state(self) -> str:
        """`accepted`, `pending` or `denied`."""
        account = self.viewer.account
        if account is None or account.accepted_application or account.admin:
            return "accepted"
        return "denied" if self.application and self.application.decided is not None else "pending"


@dataclass(frozen=True, slots=True)
class SiteView:
    """Everything that anybody may know of the site, for faces that show all of it at once."""

    site: LocalSite
    public: Site
    limits: RateLimits
    admins: list[Person]
    languages: list[int]
    """The raw list; empty means all."""
    taglines: list[Tagline]
    emoji: list[CustomEmoji]
    blocked_urls: list[BlockedUrl]
