"""The table of contents: every operation of API v3, one line each, by noun.

`auth`: `required` answers 401 to who has no session; everything finer is core's business. `limit`: the class each call is counted
under. `asks` is read from the query for GET, else from the body.
"""

from dataclasses import dataclass

import msgspec

from folkmoot.api.call import Handler
from folkmoot.api.v3 import accounts, posts, site
from folkmoot.api.v3.wire import accounts as wire_accounts
from folkmoot.api.v3.wire import objects as wire
from folkmoot.api.v3.wire import posts as wire_posts
from folkmoot.api.v3.wire import site as wire_site


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `answers`: the struct of a good answer, for the documents."""

    method: str
    path: str
    handler: Handler
    asks: type[msgspec.Struct] | None = None
    answers: type[msgspec.Struct] | None = None
    auth: str = "optional"
    limit: str = "message"


V3 = "/api/v3"

SITE: tuple[Route, ...] = (Route("GET", f"{V3}/site", site.get_site, None, wire_site.GetSiteResponse),)

ACCOUNTS: tuple[Route, ...] = (
    Route("POST", f"{V3}/user/login", accounts.login, wire_accounts.Login, wire_accounts.LoginResponse, limit="register"),
    Route("GET", f"{V3}/user/validate_auth", accounts.validate_auth, None, wire.SuccessResponse),
)  # fmt: skip

APPLICATIONS: tuple[Route, ...] = ()

PEOPLE: tuple[Route, ...] = ()

NOTICES: tuple[Route, ...] = ()

MESSAGES: tuple[Route, ...] = ()

COMMUNITIES: tuple[Route, ...] = ()

POSTS: tuple[Route, ...] = (
    Route("GET", f"{V3}/post/list", posts.list_posts, wire_posts.GetPosts, wire_posts.GetPostsResponse),
)

COMMENTS: tuple[Route, ...] = ()

REPORTS: tuple[Route, ...] = ()

MODLOG: tuple[Route, ...] = ()

ADMINISTRATION: tuple[Route, ...] = ()

SEARCH: tuple[Route, ...] = ()

IMAGES: tuple[Route, ...] = ()

ROUTES: tuple[Route, ...] = (
    *SITE, *ACCOUNTS, *APPLICATIONS, *PEOPLE, *NOTICES, *MESSAGES, *COMMUNITIES, *POSTS, *COMMENTS, *REPORTS, *MODLOG,
    *ADMINISTRATION, *SEARCH, *IMAGES,
)  # fmt: skip
