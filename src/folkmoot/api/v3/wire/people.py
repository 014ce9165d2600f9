"""People: profiles, bans, blocks."""

from folkmoot.api.v3.wire.base import Id, Int64, Wire
from folkmoot.api.v3.wire.objects import CommentView, CommunityModeratorView, PersonView, PostView, Site
from folkmoot.model.enums import PostSort


class BanPerson(Wire):
    person_id: Id
    ban: bool
    remove_data: bool | None = None
    reason: str | None = None
    expires: Int64 | None = None


class BanPersonResponse(Wire):
    person_view: PersonView
    banned: bool


class BannedPersonsResponse(Wire):
    banned: list[PersonView]


class BlockPerson(Wire):
    person_id: Id
    block: bool


class BlockPersonResponse(Wire):
    person_view: PersonView
    blocked: bool


class GetPersonDetails(Wire):
    person_id: Id | None = None
    username: str | None = None
    sort: PostSort | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    community_id: Id | None = None
    saved_only: bool | None = None


class GetPersonDetailsResponse(Wire):
    person_view: PersonView
    comments: list[CommentView]
    posts: list[PostView]
    moderates: list[CommunityModeratorView]
    site: Site | None = None
