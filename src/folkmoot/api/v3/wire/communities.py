"""Communities: what is asked and answered."""

from folkmoot.api.v3.wire.base import Id, Int64, Wire
from folkmoot.api.v3.wire.objects import (
    CommunityModeratorView,
    CommunityView,
    CommunityVisibility,
    PersonView,
    Site,
)
from folkmoot.model.enums import Listing, PostSort


class AddModToCommunity(Wire):
    community_id: Id
    person_id: Id
    added: bool


class AddModToCommunityResponse(Wire):
    moderators: list[CommunityModeratorView]


class BanFromCommunity(Wire):
    community_id: Id
    person_id: Id
    ban: bool
    remove_data: bool | None = None
    reason: str | None = None
    expires: Int64 | None = None


class BanFromCommunityResponse(Wire):
    person_view: PersonView
    banned: bool


class BlockCommunity(Wire):
    community_id: Id
    block: bool


class BlockCommunityResponse(Wire):
    community_view: CommunityView
    blocked: bool


class CommunityResponse(Wire):
    community_view: CommunityView
    discussion_languages: list[int]


class CommunityFields(Wire):
    """What founding and changing a community have alike."""

    description: str | None = None
    icon: str | None = None
    banner: str | None = None
    nsfw: bool | None = None
    posting_restricted_to_mods: bool | None = None
    discussion_languages: list[Id] | None = None
    visibility: CommunityVisibility | None = None


class CreateCommunity(CommunityFields, kw_only=True):
    name: str
    title: str


class DeleteCommunity(Wire):
    community_id: Id
    deleted: bool


class EditCommunity(CommunityFields, kw_only=True):
    community_id: Id
    title: str | None = None


class FollowCommunity(Wire):
    community_id: Id
    follow: bool


class GetCommunity(Wire):
    id: Id | None = None
    name: str | None = None


class GetCommunityResponse(Wire):
    community_view: CommunityView
    moderators: list[CommunityModeratorView]
    discussion_languages: list[int]
    site: Site | None = None


class HideCommunity(Wire):
    community_id: Id
    hidden: bool
    reason: str | None = None


class ListCommunities(Wire):
    type_: Listing | None = None
    sort: PostSort | None = None
    show_nsfw: bool | None = None
    page: Int64 | None = None
    limit: Int64 | None = None


class ListCommunitiesResponse(Wire):
    communities: list[CommunityView]


class RemoveCommunity(Wire):
    community_id: Id
    removed: bool
    reason: str | None = None


class TransferCommunity(Wire):
    community_id: Id
    person_id: Id
