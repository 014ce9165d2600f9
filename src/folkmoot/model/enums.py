"""The fixed choices, spelled as the API spells them (T-2)."""

from enum import StrEnum


class PostSort(StrEnum):
    """Orders of post lists (section 5 of the behaviour rules)."""

    ACTIVE = "Active"
    HOT = "Hot"
    SCALED = "Scaled"
    CONTROVERSIAL = "Controversial"
    NEW = "New"
    OLD = "Old"
    NEW_COMMENTS = "NewComments"
    MOST_COMMENTS = "MostComments"
    TOP_HOUR = "TopHour"
    TOP_SIX_HOUR = "TopSixHour"
    TOP_TWELVE_HOUR = "TopTwelveHour"
    TOP_DAY = "TopDay"
    TOP_WEEK = "TopWeek"
    TOP_MONTH = "TopMonth"
    TOP_THREE_MONTHS = "TopThreeMonths"
    TOP_SIX_MONTHS = "TopSixMonths"
    TOP_NINE_MONTHS = "TopNineMonths"
    TOP_YEAR = "TopYear"
    TOP_ALL = "TopAll"


class CommentSort(StrEnum):
    """Orders of comments (S-7)."""

    HOT = "Hot"
    TOP = "Top"
    CONTROVERSIAL = "Controversial"
    NEW = "New"
    OLD = "Old"


class Listing(StrEnum):
    """Which communities a list draws from (L-7)."""

    ALL = "All"
    LOCAL = "Local"
    SUBSCRIBED = "Subscribed"
    MODERATOR_VIEW = "ModeratorView"


class RegistrationMode(StrEnum):
    CLOSED = "Closed"
    REQUIRE_APPLICATION = "RequireApplication"
    OPEN = "Open"


class Visibility(StrEnum):
    """Who reads what is in a community (section 13 of the protocol). API v3 has words for the first two only (W-14)."""

    PUBLIC = "Public"
    LOCAL_ONLY = "LocalOnly"
    UNLISTED = "Unlisted"
    PRIVATE = "Private"


class Subscribed(StrEnum):
    """How a person stands to a community."""

    NOT_SUBSCRIBED = "NotSubscribed"
    SUBSCRIBED = "Subscribed"
    PENDING = "Pending"


class SearchType(StrEnum):
    ALL = "All"
    COMMENTS = "Comments"
    POSTS = "Posts"
    COMMUNITIES = "Communities"
    USERS = "Users"
    URL = "Url"


class ModlogKind(StrEnum):
    """What the modlog records; one kind per array of the API (O-4), which has none for locks of comments and warnings."""

    REMOVE_POST = "remove_post"
    LOCK_POST = "lock_post"
    FEATURE_POST = "feature_post"
    FEATURE_POST_SITE = "feature_post_site"
    REMOVE_COMMENT = "remove_comment"
    LOCK_COMMENT = "lock_comment"
    WARN = "warn"
    REMOVE_COMMUNITY = "remove_community"
    HIDE_COMMUNITY = "hide_community"
    BAN = "ban"
    BAN_FROM_COMMUNITY = "ban_from_community"
    ADD_MODERATOR = "add_moderator"
    TRANSFER_COMMUNITY = "transfer_community"
    ADD_ADMIN = "add_admin"
    PURGE_PERSON = "purge_person"
    PURGE_COMMUNITY = "purge_community"
    PURGE_POST = "purge_post"
    PURGE_COMMENT = "purge_comment"
