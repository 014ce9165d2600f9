"""Who reads what is in a community (R-10, section 13 of the protocol): the one condition that every query about it asks."""

from folkmoot.store.db import Tx


def reads(community: str, *, signed_in: bool = True, reader: str = ":viewer") -> str:
    """The condition that a reader may read what is in the row `community` of that table.

    Visitors read what is public or unlisted. Those with an account read all but what is private, which is for its moderators, for admins and
    for followers who were let in. `reader`: the parameter or column of a person with an account.
    """
    if not signed_in:
        return f"{community}.visibility IN ('Public', 'Unlisted')"
    return f"({community}.visibility <> 'Private' OR {_inside(f'{community}.id', reader)})"


def listed(community: str, follows: str | None = None) -> str:
    """The condition that lists drawing from all communities include this one: an unlisted one shows only to those who `follows` it."""
    shown = f"{community}.visibility <> 'Unlisted'"
    return f"({shown} OR {follows})" if follows else shown


def _inside(community_id: str, reader: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM community_follow y WHERE y.person_id = {reader} AND y.community_id = {community_id} AND NOT y.pending)"
        f" OR EXISTS (SELECT 1 FROM community_moderator y WHERE y.person_id = {reader} AND y.community_id = {community_id})"
        f" OR EXISTS (SELECT 1 FROM local_user y WHERE y.person_id = {reader} AND y.admin)"
    )


async def is_inside(tx: Tx, community_id: int, person_id: int) -> bool:
    """Whether somebody reads what is in a private community."""
    return bool(
        await tx.value(
            f"SELECT {_inside(':community_id', ':person_id')}",
            community_id=community_id,
            person_id=person_id,
        )
    )
