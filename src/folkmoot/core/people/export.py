"""Export one's settings, in the file format that other servers of this kind read (E-1)."""

from typing import Any

from folkmoot.core.people import rules
from folkmoot.model.people import LocalUser, Viewer
from folkmoot.model.time import to_rfc3339
from folkmoot.store import backups
from folkmoot.store.db import Tx

NAMES = {
    "show_nsfw": "show_nsfw",
    "theme": "theme",
    "default_sort_type": "default_sort_type",
    "default_listing_type": "default_listing_type",
    "interface_language": "interface_language",
    "show_avatars": "show_avatars",
    "send_notifications_to_email": "send_notifications_to_email",
    "show_scores": "show_scores",
    "show_bot_accounts": "show_bot_accounts",
    "show_read_posts": "show_read_posts",
    "open_links_in_new_tab": "open_links_in_new_tab",
    "blur_nsfw": "blur_nsfw",
    "auto_expand": "auto_expand",
    "infinite_scroll_enabled": "infinite_scroll",
    "post_listing_mode": "post_listing_mode",
    "enable_keyboard_navigation": "keyboard_navigation",
    "enable_animated_images": "animated_images",
    "collapse_bot_comments": "collapse_bot_comments",
}
"""Settings in the file → ours: what an import takes over."""

VOTE_NAMES = {
    "score": "vote_show_score",
    "upvotes": "vote_show_upvotes",
    "downvotes": "vote_show_downvotes",
    "upvote_percentage": "vote_show_percentage",
}


async def export_settings(tx: Tx, viewer: Viewer) -> dict[str, Any]:
    """The whole file, ready for JSON. Top-level texts are null where there is none (T-4). Raises `NotLoggedIn`."""
    person, account = rules.must_have_account(viewer)
    return {
        "display_name": person.display_name,
        "bio": person.bio,
        "avatar": person.avatar,
        "banner": person.banner,
        "matrix_id": person.matrix_user_id,
        "bot_account": person.bot,
        "settings": _settings(account),
        "vote_display_mode_settings": {
            "local_user_id": account.id,
            **{theirs: getattr(account, ours) for theirs, ours in VOTE_NAMES.items()},
        },
        **await backups.lists(tx, person.id),
    }


def _settings(account: LocalUser) -> dict[str, Any]:
    settings: dict[str, Any] = {"id": account.id, "person_id": account.person_id}
    if account.email is not None:
        settings["email"] = account.email
    settings |= {theirs: getattr(account, ours) for theirs, ours in NAMES.items()}
    settings |= {
        "email_verified": account.email_verified,
        "accepted_application": account.accepted_application,
        "admin": account.admin,
        "totp_2fa_enabled": account.totp_enabled,
        "last_donation_notification": to_rfc3339(account.last_donation_notification),
    }
    return settings
