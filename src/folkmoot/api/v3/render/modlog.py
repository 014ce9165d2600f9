"""The log of moderation: one line each, in the list of its kind (O-4). Texts are whole, also of what was removed (O-6)."""

from collections.abc import Callable, Sequence
from typing import Any

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.comments import comment
from folkmoot.api.v3.render.communities import community
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.render.posts import post
from folkmoot.api.v3.wire import modlog as wire
from folkmoot.api.v3.wire import objects
from folkmoot.model.enums import ModlogKind as Kind
from folkmoot.model.modlog import ModlogEntry


def get_modlog_response(entries: Sequence[ModlogEntry]) -> wire.GetModlogResponse:
    """Every line in its list, in the order given."""
    lists: dict[str, list[Any]] = {name: [] for name in wire.GetModlogResponse.__struct_fields__}
    for entry in entries:
        name, render = _LINES[Kind(entry.kind)]
        lists[name].append(render(entry))
    return wire.GetModlogResponse(**lists)


def _moderator(entry: ModlogEntry) -> objects.Person | None:
    """None for who may not know (O-5)."""
    return person(entry.moderator) if entry.moderator else None


def _person(entry: ModlogEntry) -> objects.Person:
    assert entry.person is not None
    return person(entry.person)


def _community(entry: ModlogEntry) -> objects.Community:
    assert entry.community is not None
    return community(entry.community)


def _post(entry: ModlogEntry) -> objects.Post:
    assert entry.post is not None
    return post(entry.post)


def _person_id(entry: ModlogEntry) -> int:
    assert entry.person is not None
    return entry.person.id


def _community_id(entry: ModlogEntry) -> int:
    assert entry.community is not None
    return entry.community.id


def _post_id(entry: ModlogEntry) -> int:
    assert entry.post is not None
    return entry.post.id


def _removed_post(entry: ModlogEntry) -> wire.ModRemovePostView:
    return wire.ModRemovePostView(
        mod_remove_post=wire.ModRemovePost(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            post_id=_post_id(entry),
            removed=entry.state,
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        moderator=_moderator(entry),
        post=_post(entry),
        community=_community(entry),
    )


def _locked_post(entry: ModlogEntry) -> wire.ModLockPostView:
    return wire.ModLockPostView(
        mod_lock_post=wire.ModLockPost(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            post_id=_post_id(entry),
            locked=entry.state,
            when_=moment(entry.published),
        ),
        moderator=_moderator(entry),
        post=_post(entry),
        community=_community(entry),
    )


def _featured_post(entry: ModlogEntry) -> wire.ModFeaturePostView:
    return wire.ModFeaturePostView(
        mod_feature_post=wire.ModFeaturePost(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            post_id=_post_id(entry),
            featured=entry.state,
            when_=moment(entry.published),
            is_featured_community=entry.kind == Kind.FEATURE_POST,
        ),
        moderator=_moderator(entry),
        post=_post(entry),
        community=_community(entry),
    )


def _removed_comment(entry: ModlogEntry) -> wire.ModRemoveCommentView:
    assert entry.comment is not None
    return wire.ModRemoveCommentView(
        mod_remove_comment=wire.ModRemoveComment(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            comment_id=entry.comment.id,
            removed=entry.state,
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        moderator=_moderator(entry),
        comment=comment(entry.comment, in_full=True),
        commenter=_person(entry),
        post=_post(entry),
        community=_community(entry),
    )


def _removed_community(entry: ModlogEntry) -> wire.ModRemoveCommunityView:
    return wire.ModRemoveCommunityView(
        mod_remove_community=wire.ModRemoveCommunity(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            community_id=_community_id(entry),
            removed=entry.state,
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        moderator=_moderator(entry),
        community=_community(entry),
    )


def _hidden_community(entry: ModlogEntry) -> wire.ModHideCommunityView:
    return wire.ModHideCommunityView(
        mod_hide_community=wire.ModHideCommunity(
            id=entry.kind_id,
            community_id=_community_id(entry),
            mod_person_id=entry.moderator_id,
            when_=moment(entry.published),
            hidden=entry.state,
            reason=entry.reason,
        ),
        admin=_moderator(entry),
        community=_community(entry),
    )


def _banned_from_community(entry: ModlogEntry) -> wire.ModBanFromCommunityView:
    return wire.ModBanFromCommunityView(
        mod_ban_from_community=wire.ModBanFromCommunity(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            other_person_id=_person_id(entry),
            community_id=_community_id(entry),
            banned=entry.state,
            when_=moment(entry.published),
            reason=entry.reason,
            expires=moment_or_none(entry.expires),
        ),
        moderator=_moderator(entry),
        community=_community(entry),
        banned_person=_person(entry),
    )


def _banned(entry: ModlogEntry) -> wire.ModBanView:
    return wire.ModBanView(
        mod_ban=wire.ModBan(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            other_person_id=_person_id(entry),
            banned=entry.state,
            when_=moment(entry.published),
            reason=entry.reason,
            expires=moment_or_none(entry.expires),
        ),
        moderator=_moderator(entry),
        banned_person=_person(entry),
    )


def _added_to_community(entry: ModlogEntry) -> wire.ModAddCommunityView:
    return wire.ModAddCommunityView(
        mod_add_community=wire.ModAddCommunity(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            other_person_id=_person_id(entry),
            community_id=_community_id(entry),
            removed=not entry.state,
            when_=moment(entry.published),
        ),
        moderator=_moderator(entry),
        community=_community(entry),
        modded_person=_person(entry),
    )


def _transferred(entry: ModlogEntry) -> wire.ModTransferCommunityView:
    return wire.ModTransferCommunityView(
        mod_transfer_community=wire.ModTransferCommunity(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            other_person_id=_person_id(entry),
            community_id=_community_id(entry),
            when_=moment(entry.published),
        ),
        moderator=_moderator(entry),
        community=_community(entry),
        modded_person=_person(entry),
    )


def _added(entry: ModlogEntry) -> wire.ModAddView:
    return wire.ModAddView(
        mod_add=wire.ModAdd(
            id=entry.kind_id,
            mod_person_id=entry.moderator_id,
            other_person_id=_person_id(entry),
            removed=not entry.state,
            when_=moment(entry.published),
        ),
        moderator=_moderator(entry),
        modded_person=_person(entry),
    )


def _purged_person(entry: ModlogEntry) -> wire.AdminPurgePersonView:
    return wire.AdminPurgePersonView(
        admin_purge_person=wire.AdminPurgePerson(
            id=entry.kind_id,
            admin_person_id=entry.moderator_id,
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        admin=_moderator(entry),
    )


def _purged_community(entry: ModlogEntry) -> wire.AdminPurgeCommunityView:
    return wire.AdminPurgeCommunityView(
        admin_purge_community=wire.AdminPurgeCommunity(
            id=entry.kind_id,
            admin_person_id=entry.moderator_id,
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        admin=_moderator(entry),
    )


def _purged_post(entry: ModlogEntry) -> wire.AdminPurgePostView:
    return wire.AdminPurgePostView(
        admin_purge_post=wire.AdminPurgePost(
            id=entry.kind_id,
            admin_person_id=entry.moderator_id,
            community_id=_community_id(entry),
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        admin=_moderator(entry),
        community=_community(entry),
    )


def _purged_comment(entry: ModlogEntry) -> wire.AdminPurgeCommentView:
    return wire.AdminPurgeCommentView(
        admin_purge_comment=wire.AdminPurgeComment(
            id=entry.kind_id,
            admin_person_id=entry.moderator_id,
            post_id=_post_id(entry),
            when_=moment(entry.published),
            reason=entry.reason,
        ),
        admin=_moderator(entry),
        post=_post(entry),
    )


_LINES: dict[Kind, tuple[str, Callable[[ModlogEntry], Any]]] = {
    Kind.REMOVE_POST: ("removed_posts", _removed_post),
    Kind.LOCK_POST: ("locked_posts", _locked_post),
    Kind.FEATURE_POST: ("featured_posts", _featured_post),
    Kind.FEATURE_POST_SITE: ("featured_posts", _featured_post),
    Kind.REMOVE_COMMENT: ("removed_comments", _removed_comment),
    Kind.REMOVE_COMMUNITY: ("removed_communities", _removed_community),
    Kind.HIDE_COMMUNITY: ("hidden_communities", _hidden_community),
    Kind.BAN: ("banned", _banned),
    Kind.BAN_FROM_COMMUNITY: ("banned_from_community", _banned_from_community),
    Kind.ADD_MODERATOR: ("added_to_community", _added_to_community),
    Kind.TRANSFER_COMMUNITY: ("transferred_to_community", _transferred),
    Kind.ADD_ADMIN: ("added", _added),
    Kind.PURGE_PERSON: ("admin_purged_persons", _purged_person),
    Kind.PURGE_COMMUNITY: ("admin_purged_communities", _purged_community),
    Kind.PURGE_POST: ("admin_purged_posts", _purged_post),
    Kind.PURGE_COMMENT: ("admin_purged_comments", _purged_comment),
}
"""Where a line of each kind goes, and how it looks there."""
