"""`folkmoot federation`: what it says, what it does, what it ends with."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from folkmoot.app import opened
from folkmoot.cli.app import build_app
from folkmoot.cli.common import read_settings
from folkmoot.store import destinations, instances, keys, outbox, received
from folkmoot.store.db import Tx
from folkmoot.store.outbox import Activity, Inbox
from folkmoot.store.received import Arrival, Closed


@pytest.fixture(autouse=True)
def administered(own_place: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_ADMIN_NAME", "boss")
    monkeypatch.setenv("FOLKMOOT_ADMIN_PASSWORD", "boss-boss-password")


def folkmoot(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), ["federation", *arguments])


def meanwhile(work: Callable[[Tx], Awaitable[Any]]) -> Any:
    """Something happens in the database."""

    async def run() -> Any:
        async with opened(read_settings()) as db, db.write() as tx:
            return await work(tx)

    return asyncio.run(run())


async def something_waits(tx: Tx) -> None:
    """Two activities wait for there.example, which fails."""
    number = (await instances.known_or_new(tx, "there.example")).id
    await destinations.ensure(tx, [number], 0)
    inbox = (Inbox(number, "https://there.example/inbox"),)
    await outbox.insert(
        tx,
        [
            Activity(
                ap_id=f"https://here.example/activities/like/{one}", body="{}", actor_kind="person", actor_id=1,
                order_key="c1", inboxes=inbox,
            )
            for one in range(2)
        ],
    )  # fmt: skip
    await tx.run(
        "UPDATE destination SET fails = 3, last_error = 'timeout', next_try = :then", then=tx.now + 10**9
    )


def waiting() -> dict[str, Any]:
    (found,) = json.loads(folkmoot("status", "--json").stdout)
    return dict(found)


def test_wrong_usage_ends_with_2() -> None:
    for arguments in (
        [],
        ["retry"],
        ["skip"],
        ["block"],
        ["explain"],
        ["nonsense"],
        ["block", "a.example", "--days", "0"],
    ):
        assert folkmoot(*arguments).exit_code == 2


def test_somebody_has_to_administer_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOLKMOOT_ADMIN_NAME")
    monkeypatch.delenv("FOLKMOOT_ADMIN_PASSWORD")
    answer = folkmoot("status")
    assert (answer.exit_code, "Nobody administers" in answer.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["retry", "there.example"], "Nothing was ever sent"),
        (["skip", "there.example"], "Nothing was ever sent"),
        (["block", "??"], "not the domain of a server"),
        (["block", "here.example"], "this server itself"),
        (["explain", "https://there.example/1"], "Nothing like that was let in"),
        (["new-key", "nobody"], "nobody of that name"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str) -> None:
    answer = folkmoot(*arguments)
    assert (answer.exit_code, words in answer.stderr) == (1, True)


def test_how_it_goes_and_what_to_do_about_it() -> None:
    assert "Nothing was sent" in folkmoot("status").stdout
    meanwhile(something_waits)
    said = folkmoot("status").stdout
    assert "there.example: failing, timeout; 2 wait for it" in said
    assert waiting()["failures_in_a_row"] == 3
    assert folkmoot("retry", "there.example").exit_code == 0
    assert (waiting()["state"], waiting()["waiting"]) == ("well", 2)
    assert folkmoot("skip", "there.example").exit_code == 0
    assert waiting()["waiting"] == 1
    assert folkmoot("skip", "there.example", "--all").exit_code == 0
    assert waiting()["waiting"] == 0


def test_whom_to_talk_to() -> None:
    meanwhile(something_waits)
    assert folkmoot("block", "there.example", "--reason", "spam", "--days", "3").exit_code == 0
    assert waiting()["state"] == "shut_out"
    assert folkmoot("unblock", "there.example").exit_code == 0
    assert waiting()["state"] == "failing"
    assert folkmoot("allow", "other.example").exit_code == 0
    assert waiting()["state"] == "shut_out"
    assert folkmoot("unallow", "other.example").exit_code == 0
    assert waiting()["state"] == "failing"


def test_a_server_is_meant_by_any_address_on_it__URL_15() -> None:
    meanwhile(something_waits)
    for verb in ("retry", "skip", "block", "unblock", "allow", "unallow"):
        said = folkmoot(verb, "https://There.example:443/c/garden")
        assert (said.exit_code, "there.example" in said.stdout, "https" in said.stdout) == (0, True, False), (
            verb
        )


def test_nothing_is_known_of_what_a_blocked_server_said() -> None:
    address = "https://there.example/activities/1"
    for verb, other in (("block", "there.example"), ("allow", "other.example")):
        assert folkmoot(verb, other).exit_code == 0
        for what in (address, "there.example"):
            assert "Nothing is taken from this server" in folkmoot("explain", what).stderr
        assert folkmoot(f"un{verb}", other).exit_code == 0
    assert "Nothing like that" in folkmoot("explain", address).stderr


def test_why_something_was_refused() -> None:
    address = "https://there.example/activities/1"

    async def arrives(tx: Tx) -> None:
        await received.put(
            tx, [Arrival(address, "Like", "https://there.example/u/carol", "there.example", None, 1, b"{}")]
        )
        (number,) = [row[0] for row in await tx.all("SELECT id FROM received")]
        await received.close(tx, [Closed(number, "refused", "site_ban", "carol")])

    meanwhile(arrives)
    for what in (address, "there.example"):
        assert f"Like {address} refused: site_ban (PERM-1) carol" in folkmoot("explain", what).stdout
    (found,) = json.loads(folkmoot("explain", address, "--json").stdout)
    assert (found["reason"], found["rule"]) == ("site_ban", "PERM-1")


def test_a_new_key_is_told_under_the_old_one__ACT_10() -> None:
    async def look(tx: Tx) -> Any:
        signer = await keys.signer(tx, "person", 1)
        pair = await keys.pair(tx, "person", 1)
        assert signer is not None and pair is not None
        return signer.private_pem, pair[1], [noted.kind for noted in await outbox.noted(tx, 9)]

    before, same, _ = meanwhile(look)
    assert before == same
    assert folkmoot("new-key", "boss").exit_code == 0
    signs, kept, noted = meanwhile(look)
    assert (signs, noted) == (before, ["key_replaced"])
    assert kept != before
