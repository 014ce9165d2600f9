"""The table of rights: who passes which row."""

import pytest

from folkmoot.core.permissions import PERMISSIONS, Standing, allowed
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.records import altered
from tests.cast import Cast

MODERATORS_DO = [
    "post.remove", "post.lock", "post.feature", "comment.remove", "comment.distinguish",
    "community.edit", "community.ban", "community.bans", "community.moderators", "report.resolve", "votes.see",
]  # fmt: skip
ADMINS_DO = [
    "post.feature_site",
    "community.remove",
    "community.hide",
    "person.ban",
    "purge",
    "site.edit",
    "site.admins",
]


@pytest.mark.parametrize("action", sorted(PERMISSIONS))
def test_visitors_may_nothing(cast: Cast, action: str) -> None:
    assert not allowed(action, Standing(ANONYMOUS, cast.gardening))


@pytest.mark.parametrize("action", sorted(set(PERMISSIONS) - {"account"}))
def test_who_is_banned_from_the_site_may_nothing(cast: Cast, action: str) -> None:
    assert not allowed(action, Standing(cast.mallory, cast.gardening, moderator=True, top_moderator=True))


@pytest.mark.parametrize("action", MODERATORS_DO)
def test_moderators_do_this_and_members_do_not(cast: Cast, action: str) -> None:
    assert not allowed(action, Standing(cast.alice, cast.gardening))
    assert allowed(action, Standing(cast.bob, cast.gardening, moderator=True))
    assert allowed(action, Standing(cast.admin, cast.gardening))
    assert not allowed(action, Standing(cast.bob, cast.gardening, moderator=True, banned_here=True))


@pytest.mark.parametrize(
    "action", sorted(set(MODERATORS_DO) - {"community.bans", "report.resolve", "votes.see"})
)
def test_in_a_deleted_community_there_is_nothing_to_moderate__R_2(cast: Cast, action: str) -> None:
    for gone in (altered(cast.gardening, deleted=True), altered(cast.gardening, removed=True)):
        assert not allowed(action, Standing(cast.bob, gone, moderator=True))
        assert allowed("report.resolve", Standing(cast.bob, gone, moderator=True))


@pytest.mark.parametrize("action", ADMINS_DO)
def test_admins_do_this_and_moderators_do_not(cast: Cast, action: str) -> None:
    assert allowed(action, Standing(cast.admin, cast.gardening))
    assert not allowed(action, Standing(cast.bob, cast.gardening, moderator=True, top_moderator=True))


def test_a_community_elsewhere_is_moderated_by_its_own_server(cast: Cast) -> None:
    assert allowed("post.remove", Standing(cast.carol, cast.baking, from_home=True))
    assert not allowed("person.ban", Standing(cast.carol, cast.baking, from_home=True))
