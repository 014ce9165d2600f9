"""What all structs of the wire share."""

from enum import StrEnum
from typing import Annotated

import msgspec

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Id = Int32
"""Numbers of things (T-6). Zero and below are unknown things, no errors of form."""


WebAddress = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:")]
"""An address where anything else is an error of form (T-10)."""


class Wire(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A JSON object. Unknown members are ignored when read, empty ones left out when written (T-3, T-4)."""


class ModlogActionType(StrEnum):
    """Which array of the modlog is wanted."""

    ALL = "All"
    MOD_REMOVE_POST = "ModRemovePost"
    MOD_LOCK_POST = "ModLockPost"
    MOD_FEATURE_POST = "ModFeaturePost"
    MOD_REMOVE_COMMENT = "ModRemoveComment"
    MOD_REMOVE_COMMUNITY = "ModRemoveCommunity"
    MOD_BAN_FROM_COMMUNITY = "ModBanFromCommunity"
    MOD_ADD_COMMUNITY = "ModAddCommunity"
    MOD_TRANSFER_COMMUNITY = "ModTransferCommunity"
    MOD_ADD = "ModAdd"
    MOD_BAN = "ModBan"
    MOD_HIDE_COMMUNITY = "ModHideCommunity"
    ADMIN_PURGE_PERSON = "AdminPurgePerson"
    ADMIN_PURGE_COMMUNITY = "AdminPurgeCommunity"
    ADMIN_PURGE_POST = "AdminPurgePost"
    ADMIN_PURGE_COMMENT = "AdminPurgeComment"


class PostListingMode(StrEnum):
    """How lists of posts look in a client."""

    LIST = "List"
    CARD = "Card"
    SMALL_CARD = "SmallCard"


class PostFeatureType(StrEnum):
    """Where a post is pinned (P-13)."""

    LOCAL = "Local"
    COMMUNITY = "Community"


encode = msgspec.json.Encoder().encode
"""A struct as it travels."""
