"""People and their accounts."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.wire import accounts as accounts_wire
from folkmoot.api.v3.wire import objects as wire
from folkmoot.model.people import LocalUser, Person


def person(found: Person) -> wire.Person:
    """Somebody, as everything they wrote shows them."""
    return wire.Person(
        id=found.id,
        name=found.name,
        display_name=found.display_name,
        avatar=found.avatar,
        banned=found.banned,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        actor_id=found.ap_id,
        bio=found.bio,
        local=found.local,
        banner=found.banner,
        deleted=found.deleted,
        matrix_user_id=found.matrix_user_id,
        bot_account=found.bot,
        ban_expires=moment_or_none(found.ban_expires),
        instance_id=found.instance_id,
    )


def person_counts(found: Person) -> wire.PersonAggregates:
    """What they wrote (G-2)."""
    return wire.PersonAggregates(
        person_id=found.id, post_count=found.post_count, comment_count=found.comment_count
    )


def person_view(found: Person) -> wire.PersonView:
    """Somebody with their counts."""
    return wire.PersonView(person=person(found), counts=person_counts(found), is_admin=found.admin)


def local_user(account: LocalUser) -> accounts_wire.LocalUser:
    """An account's settings, for whom they belong to."""
    return accounts_wire.LocalUser(
        id=account.id,
        person_id=account.person_id,
        email=account.email,
        show_nsfw=account.show_nsfw,
        theme=account.theme,
        default_sort_type=account.default_sort_type,
        default_listing_type=account.default_listing_type,
        interface_language=account.interface_language,
        show_avatars=account.show_avatars,
        send_notifications_to_email=account.send_notifications_to_email,
        show_scores=account.show_scores,
        show_bot_accounts=account.show_bot_accounts,
        show_read_posts=account.show_read_posts,
        email_verified=account.email_verified,
        # Those who set a site up were never accepted by anybody; whether an admin was matters nowhere.
        accepted_application=account.accepted_application and not account.admin,
        open_links_in_new_tab=account.open_links_in_new_tab,
        blur_nsfw=account.blur_nsfw,
        auto_expand=account.auto_expand,
        infinite_scroll_enabled=account.infinite_scroll,
        admin=account.admin,
        post_listing_mode=account.post_listing_mode,
        totp_2fa_enabled=account.totp_enabled,
        enable_keyboard_navigation=account.keyboard_navigation,
        enable_animated_images=account.animated_images,
        collapse_bot_comments=account.collapse_bot_comments,
        last_donation_notification=moment(account.last_donation_notification),
    )


def vote_display(account: LocalUser) -> accounts_wire.LocalUserVoteDisplayMode:
    """Which numbers of votes an account wants to see (W-12)."""
    return accounts_wire.LocalUserVoteDisplayMode(
        local_user_id=account.id,
        score=account.vote_show_score,
        upvotes=account.vote_show_upvotes,
        downvotes=account.vote_show_downvotes,
        upvote_percentage=account.vote_show_percentage,
    )
