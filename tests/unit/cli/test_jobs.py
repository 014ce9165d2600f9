"""`folkmoot jobs`: what was given up is listed, and begins anew."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from folkmoot.app import opened
from folkmoot.cli.app import build_app
from folkmoot.cli.common import read_settings
from folkmoot.store import jobs

pytestmark = pytest.mark.usefixtures("own_place")


def folkmoot(*arguments: str) -> str:
    answer = CliRunner().invoke(build_app(), ["jobs", *arguments])
    assert answer.exit_code == 0, answer.output
    return answer.output


async def give_one_up() -> None:
    async with opened(read_settings()) as db:
        async with db.write() as tx:
            await jobs.enqueue(tx, "fetch_link_metadata", {"post_id": 7})
        async with db.write() as tx:
            (job,) = await jobs.claim(tx, holder="one", lease=1, limit=1)
            await jobs.fail(tx, "one", job.id, "ValueError: no such luck", run_at=None)


def test_where_nothing_was_given_up_that_is_said() -> None:
    assert folkmoot() == "Nothing was given up.\n"
    assert json.loads(folkmoot("--again", "--json")) == {"given_up": [], "begun_anew": 0}


def test_what_was_given_up_is_listed_and_begins_anew() -> None:
    asyncio.run(give_one_up())
    listed = folkmoot()
    assert "fetch_link_metadata  {'post_id': 7}  ValueError: no such luck" in listed
    assert "folkmoot jobs --again" in listed
    assert "1 begin anew." in folkmoot("--again")
    assert folkmoot() == "Nothing was given up.\n"
