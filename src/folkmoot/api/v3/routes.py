"""The table of contents: every operation of API v3, one line each, by noun.

`auth`: `required` answers 401 to who has no session; everything finer is core's business. `limit`: the class each call is counted
under. `asks` is read from the query for GET, else from the body.
"""

from dataclasses import dataclass

import msgspec

from folkmoot.api.call import Handler
from folkmoot.api.v3 import accounts, communities, posts, site
from folkmoot.api.v3.wire import accounts as wire_accounts
from folkmoot.api.v3.wire import objects as wire
from folkmoot.api.v3.wire import posts as wire_posts
from folkmoot.api.v3.wire import site as wire_site
from folkmoot.api.v3.wire.communities import (
    CommunityResponse,
    CreateCommunity,
    EditCommunity,
    FollowCommunity,
    GetCommunity,
    GetCommunityResponse,
)


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

SITE: tuple[Route, ...] = (
    Route("GET", f"{V3}/site", site.get_site, None, wire_site.GetSiteResponse),
    Route("POST", f"{V3}/site", site.create_site, wire_site.CreateSite, wire_site.SiteResponse, "required"),
    Route("PUT", f"{V3}/site", site.edit_site, wire_site.EditSite, wire_site.SiteResponse, "required"),
)  # fmt: skip

ACCOUNTS: tuple[Route, ...] = (
    Route("POST", f"{V3}/user/login", accounts.login, wire_accounts.Login, wire_accounts.LoginResponse, limit="register"),
    Route("GET", f"{V3}/user/validate_auth", accounts.validate_auth, None, wire.SuccessResponse),
)  # fmt: skip

APPLICATIONS: tuple[Route, ...] = ()

PEOPLE: tuple[Route, ...] = ()

NOTICES: tuple[Route, ...] = ()

MESSAGES: tuple[Route, ...] = ()

COMMUNITIES: tuple[Route, ...] = (
    Route("GET", f"{V3}/community", communities.get_community, GetCommunity, GetCommunityResponse),
    Route("POST", f"{V3}/community", communities.create_community, CreateCommunity, CommunityResponse, "required", "register"),
    Route("PUT", f"{V3}/community", communities.edit_community, EditCommunity, CommunityResponse, "required"),
    Route("POST", f"{V3}/community/follow", communities.follow_community, FollowCommunity, CommunityResponse, "required"),
)  # fmt: skip

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
