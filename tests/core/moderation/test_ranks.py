"""Who ranks above whom (R-1, R-4)."""

import pytest

from folkmoot.core.ranks import comes_first
from folkmoot.store.bans import Office

FIRST_ADMIN, SECOND_ADMIN = Office(1, None), Office(2, 5)
FIRST_MOD, SECOND_MOD = Office(None, 10), Office(None, 20)
MEMBER = Office(None, None)


@pytest.mark.parametrize(
    ("actor", "target"),
    [
        (MEMBER, MEMBER),
        (MEMBER, SECOND_MOD),
        (SECOND_MOD, FIRST_MOD),
        (FIRST_MOD, SECOND_ADMIN),
        (SECOND_ADMIN, FIRST_ADMIN),
    ],
)
def test_nobody_reaches_upwards(actor: Office, target: Office) -> None:
    assert not comes_first(actor, target)


@pytest.mark.parametrize(
    ("actor", "target"),
    [
        (FIRST_ADMIN, SECOND_ADMIN),
        (SECOND_ADMIN, FIRST_MOD),
        (FIRST_MOD, SECOND_MOD),
        (SECOND_MOD, MEMBER),
        (FIRST_ADMIN, FIRST_ADMIN),
    ],
)
def test_admins_come_before_moderators_before_members(actor: Office, target: Office) -> None:
    assert comes_first(actor, target)
