"""A private site shows itself to people with accounts only (R-11)."""

from dataclasses import replace

import pytest

from folkmoot.core.site.privacy import require_open
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import ANONYMOUS
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.site.stories import site_of


async def test_visitors_stay_outside_of_a_private_site__R_11(db: Database, cast: Cast) -> None:
    site = await site_of(db)
    require_open(site, ANONYMOUS)
    private = replace(site, private_instance=True)
    with pytest.raises(NotAllowed) as refused:
        require_open(private, ANONYMOUS)
    assert refused.value.code == "instance_is_private"
    with pytest.raises(NotAllowed):
        require_open(private, cast.carol)
    require_open(private, cast.alice)
