"""The log of moderation: one line each, in the list of its kind (O-4). Texts are whole, also of what was removed (O-6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.comments import comment
from folkmoot.api.v3.render.communities import community
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.render.posts import post
from folkmoot.api.v3.wire import modlog as wire
from folkmoot.model.enums import ModlogKind as Kind
from folkmoot.model.modlog import ModlogEntry


def get_modlog_response(entries: Sequence[ModlogEntry]) -> wire.GetModlogResponse:
    """Every line in its list, in the order given."""
    lists: dict[str, list[Any]] = {name: [] for name in wire.GetModlogResponse.__struct_fields__}
    for entry in entries:
        shape = _SHAPES[Kind(entry.kind)]
        lists[shape.list].append(_line(shape, entry))
    return wire.GetModlogResponse(**lists)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How lines of a kind look: in which list, the structs of the deed and of the line around it, and what stands in each.

    `state`: the member that says whether it was done, or undone where it begins with "not". `deed` and `shows` are members of deed and line
    as `_DEED` and `_SHOWN` take them from the entry; who did it, when and the number are in all.
    """

    list: str
    name: str
    deed_struct: Callable[..., Any]
    line_struct: Callable[..., Any]
    state: str
    deed: tuple[str, ...]
    shows: tuple[str, ...]
    by: str = "moderator"


def _line(shape: _Shape, entry: ModlogEntry) -> Any:
    who = "admin_person_id" if shape.name.startswith("admin_") else "mod_person_id"
    deed = {"id": entry.kind_id, who: entry.moderator_id, "when_": moment(entry.published)}
    if shape.state:
        undoes, _, member = shape.state.rpartition(" ")
        deed[member] = entry.state != bool(undoes)
    deed |= {name: _DEED[name](entry) for name in shape.deed}
    around = {name: _SHOWN[name](entry) for name in shape.shows}
    around[shape.by] = person(entry.moderator) if entry.moderator else None
    around[shape.name] = shape.deed_struct(**deed)
    return shape.line_struct(**around)


def _must(thing: Any) -> Any:
    """What a line of its kind always names: had it gone, the line would have gone with it."""
    assert thing is not None
    return thing


def _person(entry: ModlogEntry) -> Any:
    return person(_must(entry.person))


_DEED: dict[str, Callable[[ModlogEntry], Any]] = {
    "is_featured_community": lambda entry: entry.kind == Kind.FEATURE_POST,
    "reason": lambda entry: entry.reason,
    "expires": lambda entry: moment_or_none(entry.expires),
    "post_id": lambda entry: _must(entry.post).id,
    "comment_id": lambda entry: _must(entry.comment).id,
    "community_id": lambda entry: _must(entry.community).id,
    "other_person_id": lambda entry: _must(entry.person).id,
}
_SHOWN: dict[str, Callable[[ModlogEntry], Any]] = {
    "post": lambda entry: post(_must(entry.post)),
    "comment": lambda entry: comment(_must(entry.comment), in_full=True),
    "community": lambda entry: community(_must(entry.community)),
    "commenter": _person,
    "banned_person": _person,
    "modded_person": _person,
}

_FEATURED = _Shape(
    "featured_posts", "mod_feature_post", wire.ModFeaturePost, wire.ModFeaturePostView,
    "featured", ("post_id", "is_featured_community"), ("post", "community"),
)  # fmt: skip
_SHAPES: dict[Kind, _Shape] = {
    Kind.REMOVE_POST: _Shape(
        "removed_posts", "mod_remove_post", wire.ModRemovePost, wire.ModRemovePostView,
        "removed", ("post_id", "reason"), ("post", "community"),
    ),
    Kind.LOCK_POST: _Shape(
        "locked_posts", "mod_lock_post", wire.ModLockPost, wire.ModLockPostView,
        "locked", ("post_id",), ("post", "community"),
    ),
    Kind.FEATURE_POST: _FEATURED,
    Kind.FEATURE_POST_SITE: _FEATURED,
    Kind.REMOVE_COMMENT: _Shape(
        "removed_comments", "mod_remove_comment", wire.ModRemoveComment, wire.ModRemoveCommentView,
        "removed", ("comment_id", "reason"), ("comment", "commenter", "post", "community"),
    ),
    Kind.REMOVE_COMMUNITY: _Shape(
        "removed_communities", "mod_remove_community", wire.ModRemoveCommunity, wire.ModRemoveCommunityView,
        "removed", ("community_id", "reason"), ("community",),
    ),
    Kind.HIDE_COMMUNITY: _Shape(
        "hidden_communities", "mod_hide_community", wire.ModHideCommunity, wire.ModHideCommunityView,
        "hidden", ("community_id", "reason"), ("community",), by="admin",
    ),
    Kind.BAN: _Shape(
        "banned", "mod_ban", wire.ModBan, wire.ModBanView,
        "banned", ("other_person_id", "reason", "expires"), ("banned_person",),
    ),
    Kind.BAN_FROM_COMMUNITY: _Shape(
        "banned_from_community", "mod_ban_from_community", wire.ModBanFromCommunity, wire.ModBanFromCommunityView,
        "banned", ("other_person_id", "community_id", "reason", "expires"), ("community", "banned_person"),
    ),
    Kind.ADD_MODERATOR: _Shape(
        "added_to_community", "mod_add_community", wire.ModAddCommunity, wire.ModAddCommunityView,
        "not removed", ("other_person_id", "community_id"), ("community", "modded_person"),
    ),
    Kind.TRANSFER_COMMUNITY: _Shape(
        "transferred_to_community", "mod_transfer_community", wire.ModTransferCommunity, wire.ModTransferCommunityView,
        "", ("other_person_id", "community_id"), ("community", "modded_person"),
    ),
    Kind.ADD_ADMIN: _Shape(
        "added", "mod_add", wire.ModAdd, wire.ModAddView,
        "not removed", ("other_person_id",), ("modded_person",),
    ),
    Kind.PURGE_PERSON: _Shape(
        "admin_purged_persons", "admin_purge_person", wire.AdminPurgePerson, wire.AdminPurgePersonView,
        "", ("reason",), (), by="admin",
    ),
    Kind.PURGE_COMMUNITY: _Shape(
        "admin_purged_communities", "admin_purge_community", wire.AdminPurgeCommunity, wire.AdminPurgeCommunityView,
        "", ("reason",), (), by="admin",
    ),
    Kind.PURGE_POST: _Shape(
        "admin_purged_posts", "admin_purge_post", wire.AdminPurgePost, wire.AdminPurgePostView,
        "", ("community_id", "reason"), ("community",), by="admin",
    ),
    Kind.PURGE_COMMENT: _Shape(
        "admin_purged_comments", "admin_purge_comment", wire.AdminPurgeComment, wire.AdminPurgeCommentView,
        "", ("post_id", "reason"), ("post",), by="admin",
    ),
}  # fmt: skip
