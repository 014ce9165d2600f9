"""Accounts: what belongs to whom they belong to."""

from base64 import b64encode

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.communities import community
from folkmoot.api.v3.render.people import local_user, person, person_counts, vote_display
from folkmoot.api.v3.render.site import site
from folkmoot.api.v3.wire import accounts as wire
from folkmoot.api.v3.wire import objects as objects_wire
from folkmoot.core.people.captcha import Captcha
from folkmoot.model.accounts import BlockedInstance, Own, Session
from folkmoot.model.communities import Community
from folkmoot.model.people import Person, Viewer


def my_user(viewer: Viewer, own: Own) -> wire.MyUserInfo:
    """The caller's own part of the site (W-1). The caller has to have an account."""
    assert viewer.person is not None
    assert viewer.account is not None
    me = person(viewer.person)
    return wire.MyUserInfo(
        local_user_view=wire.LocalUserView(
            local_user=local_user(viewer.account),
            local_user_vote_display_mode=vote_display(viewer.account),
            person=me,
            counts=person_counts(viewer.person),
        ),
        follows=[
            objects_wire.CommunityFollowerView(community=community(each), follower=me) for each in own.follows
        ],
        moderates=moderates(viewer.person, own.moderates),
        community_blocks=[
            wire.CommunityBlockView(person=me, community=community(each)) for each in own.communities
        ],
        instance_blocks=[
            wire.InstanceBlockView(person=me, instance=instance(each), site=_site(own, each))
            for each in own.instances
        ],
        person_blocks=[wire.PersonBlockView(person=me, target=person(each)) for each in own.people],
        discussion_languages=own.languages,
    )


def moderates(who: Person, found: list[Community]) -> list[objects_wire.CommunityModeratorView]:
    """The communities that somebody moderates."""
    moderator = person(who)
    return [
        objects_wire.CommunityModeratorView(community=community(each), moderator=moderator) for each in found
    ]


def _site(own: Own, blocked: BlockedInstance) -> objects_wire.Site | None:
    found = own.sites.get(blocked.id)
    return site(found) if found else None


def instance(found: BlockedInstance) -> objects_wire.Instance:
    """A server by its name."""
    return objects_wire.Instance(
        id=found.id,
        domain=found.domain,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        software=found.software,
        version=found.version,
    )


def login_token(found: Session) -> wire.LoginToken:
    """Where an account is logged in; the token itself nobody sees twice (A-3)."""
    return wire.LoginToken(
        user_id=found.local_user_id,
        published=moment(found.published),
        ip=found.ip,
        user_agent=found.user_agent,
    )


def captcha_response(found: Captcha | None) -> wire.GetCaptchaResponse:
    """A captcha as apps show it; nothing where none is asked for (A-11)."""
    if found is None:
        return wire.GetCaptchaResponse()
    return wire.GetCaptchaResponse(
        ok=wire.CaptchaResponse(
            png=b64encode(found.picture).decode(), wav=b64encode(found.sound).decode(), uuid=found.uuid
        )
    )
