"""`folkmoot federation`: other servers, for whoever runs this one."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, TypeVar

import typer

from folkmoot.app import bring_of, opened_tools
from folkmoot.cli.common import AsJson, fail, print_json, read_settings, run
from folkmoot.core.instances.arrivals import State, read_arrivals
from folkmoot.core.instances.arrivals import explain as explain_arrival
from folkmoot.core.instances.federation import (
    Health,
    is_shut_out,
    read_servers,
    retry_server,
    server_named,
    skip_server,
)
from folkmoot.core.instances.policy import DecideInstance, allow_instance, block_instance
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.search.resolve import resolve_anywhere
from folkmoot.core.threads import complete
from folkmoot.jobs.catalogue import CATALOGUE
from folkmoot.jobs.tools import Tools
from folkmoot.model.errors import Invalid, Refusal
from folkmoot.model.instances import Instance
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, HOUR, SECOND, to_rfc3339
from folkmoot.store import accounts, bans, keys, outbox
from folkmoot.store.db import Tx

federation = typer.Typer(
    no_args_is_help=True,
    help="Other servers: how it goes with them, whom to talk to, what became of an activity.",
)

Server = Annotated[str, typer.Argument(help="Domain of the server.", show_default=False)]
Reason = Annotated[
    str | None, typer.Option(help="Everybody can read it in the list of servers.", show_default=False)
]
Days = Annotated[
    int | None, typer.Option(help="For so many days; else for good.", min=1, max=3650, show_default=False)
]
Result = TypeVar("Result")

WORDS = {
    "unknown": "Nothing was ever sent to this server.",
    "invalid_domain": "This is not the domain of a server.",
    "cant_block_local_instance": "This is this server itself.",
    "couldnt_find_object": "This cannot be found, here or at its own server.",
}
KEY_LASTS = DAY + HOUR
"""How long the key before signs on while others learn the new one (ACT-10): Lemmy looks at an actor again after a day, and does not read
what it is told of a person."""


@federation.command("status")
def status(as_json: AsJson = False) -> None:
    """How it goes with every server that was sent to: those that ail first."""

    async def work(tx: Tx, who: Viewer) -> list[dict[str, Any]]:
        found, after = [], ""
        while True:
            page = await read_servers(tx, who, after=after, limit=200)
            found += page.items
            if page.next is None:
                break
            after = page.next
        return [
            {
                "server": each.destination.domain,
                "software": each.destination.software,
                "version": each.destination.version,
                "state": each.health.value,
                "waiting": each.waiting,
                "waiting_here": each.backlog,
                "delivered": each.destination.delivered,
                "not_taken": each.destination.rejected,
                "failures_in_a_row": each.destination.fails,
                "last_error": each.destination.last_error,
                "next_try": to_rfc3339(each.destination.next_try) if each.destination.next_try else None,
                "last_seen": to_rfc3339(each.destination.last_sign_of_life),
            }
            for each in found
        ]

    servers = _reading(work)
    if as_json:
        print_json(servers)
        return
    if not servers:
        typer.echo("Nothing was sent to another server yet.")
    for each in servers:
        error = f", {each['last_error']}" if each["last_error"] and each["state"] != Health.WELL else ""
        typer.echo(
            f"{each['server']}: {each['state']}{error}; {each['waiting']} wait for it, {each['waiting_here']} of its wait here;"
            f" {each['delivered']} sent, {each['not_taken']} not taken; last seen {each['last_seen']}"
        )


@federation.command("retry")
def retry(server: Server) -> None:
    """Send at once what waits for a server, whatever failed before."""

    async def work(tx: Tx, who: Viewer) -> str:
        found = await server_named(tx, server)
        await retry_server(tx, who, found.instance_id)
        return found.domain

    typer.echo(f"What waits for {_writing(work)} is tried now.")


@federation.command("skip")
def skip(
    server: Server,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything that waits, not only the first.")
    ] = False,
) -> None:
    """Leave out what a server does not take: the first activity that waits, or all."""

    async def work(tx: Tx, who: Viewer) -> str:
        found = await server_named(tx, server)
        await skip_server(tx, who, found.instance_id, everything=everything)
        return found.domain

    typer.echo(f"{'All that waited' if everything else 'One activity'} for {_writing(work)} is left out.")


@federation.command("block")
def block(server: Server, reason: Reason = None, days: Days = None) -> None:
    """Have nothing to do with a server."""
    typer.echo(f"{_decide(block_instance, server, True, reason, days)} is blocked.")


@federation.command("unblock")
def unblock(server: Server) -> None:
    """End the block of a server."""
    typer.echo(f"{_decide(block_instance, server, False, None, None)} is not blocked.")


@federation.command("allow")
def allow(server: Server, reason: Reason = None, days: Days = None) -> None:
    """Put a server on the list of the only ones allowed; the first one there shuts out all others."""
    typer.echo(f"{_decide(allow_instance, server, True, reason, days)} is on the list of allowed servers.")


@federation.command("unallow")
def unallow(server: Server) -> None:
    """Take a server off the list of allowed ones."""
    found = _decide(allow_instance, server, False, None, None)
    typer.echo(f"{found} is not on the list of allowed servers.")


@federation.command("resolve")
def resolve(
    what: Annotated[
        str, typer.Argument(help="An address, !community@server or @person@server.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Fetch something from another server, as the search field does."""

    async def work(tools: Tools, who: Viewer) -> dict[str, Any]:
        found = await resolve_anywhere(tools.db, who, what, bring_of(tools.context))
        return {"kind": found.kind, "id": found.id, "name": found.name or None}

    found = _run(work)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['kind']} {found['id']}{' ' + found['name'] if found['name'] else ''}")


@federation.command("fetch-thread")
def fetch_thread(
    address: Annotated[str, typer.Argument(help="Address of a post of another server.", show_default=False)],
) -> None:
    """Fetch a thread of another server with the comments that are not here."""

    async def work(tools: Tools, who: Viewer) -> int:
        found = await resolve_anywhere(tools.db, who, address, bring_of(tools.context))
        if found.kind != "post":
            fail("This is not the address of a post.")
        await CATALOGUE[complete.COMPLETE](tools, {"post_id": found.id})
        return found.id

    typer.echo(f"The thread is /post/{_run(work)}.")


@federation.command("explain")
def explain(
    activity: Annotated[
        str, typer.Argument(help="Address of an activity, or domain of a server.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Why was this activity refused? With a domain: what was refused of that server lately."""

    async def work(tx: Tx, who: Viewer) -> list[dict[str, Any]]:
        if "://" not in activity:
            told = (await read_arrivals(tx, who, server=activity, state=State.REFUSED)).items
        else:
            one = await explain_arrival(tx, who, activity)
            told = [one] if one else []
        return [
            {
                "activity": each.id,
                "kind": f"{each.kind} {each.inside}".strip(),
                "actor": each.actor,
                "state": each.state.value,
                "reason": each.reason,
                "rule": each.rule,
                "detail": each.about,
                "received": to_rfc3339(each.received),
                "next_try": to_rfc3339(each.due) if each.due else None,
            }
            for each in told
        ]

    found = _reading(work)
    if as_json:
        print_json(found)
    elif not found:
        fail(_why_nothing(activity))
    else:
        for each in found:
            why = (
                ": "
                + " ".join(
                    filter(None, (each["reason"], each["rule"] and f"({each['rule']})", each["detail"]))
                )
                if each["reason"]
                else ""
            )
            typer.echo(f"{each['received']} {each['kind']} {each['activity']} {each['state']}{why}")


def _why_nothing(activity: str) -> str:
    """What to say where nothing is known of an activity or a server."""

    async def work(tx: Tx, who: Viewer) -> bool:
        try:
            return await is_shut_out(tx, who, activity)
        except Invalid:
            return False

    if _reading(work):
        return "Nothing is taken from this server: it is blocked, or not on the list of allowed ones."
    return (
        "Nothing like that was let in lately. What is turned away at the door, before it is known who sent it, is in the log alone:"
        " inbox_not_let_in, inbox_refused."
    )


@federation.command("new-key")
def new_key(
    actor: Annotated[
        str, typer.Argument(help="Name of an account, !community, or `site`.", show_default=False)
    ],
) -> None:
    """Give an account, a community or the site another key pair; other servers are told under the old one."""

    async def work(tools: Tools, _who: Viewer) -> None:
        pair = await new_key_pair()
        async with tools.db.write() as tx:
            found = await keys.owner_named(tx, actor)
            if found is None:
                fail("There is nobody of that name here.")
            owner, number = found
            await keys.replace(
                tx, owner, number, public=pair.public, private=pair.private, until=tx.now + KEY_LASTS
            )
            await outbox.note(tx, "key_replaced", {"owner": owner, "owner_id": number})

    _run(work)
    typer.echo(f"{actor} has another key. The one before signs for another day, while others are told.")


# --- how they run ------------------------------------------------------------------------------------------------------------------


def _decide(
    do: Callable[[Tx, Viewer, DecideInstance], Awaitable[Instance]],
    server: str,
    on: bool,
    reason: str | None,
    days: int | None,
) -> str:
    """Decide; the domain that holds for, which is the server without what stood around it."""

    async def work(tx: Tx, who: Viewer) -> str:
        expires = (tx.now + days * DAY) // SECOND if days else None
        return (await do(tx, who, DecideInstance(server, on, reason, expires))).domain

    return _writing(work)


def _reading(work: Callable[[Tx, Viewer], Awaitable[Result]]) -> Result:
    async def run(tools: Tools, who: Viewer) -> Result:
        return await _within(tools.db.read(slow=True), work, who)

    return _run(run)


def _writing(work: Callable[[Tx, Viewer], Awaitable[Result]]) -> Result:
    async def run(tools: Tools, who: Viewer) -> Result:
        return await _within(tools.db.write(), work, who)

    return _run(run)


async def _within(
    transaction: AbstractAsyncContextManager[Tx], work: Callable[[Tx, Viewer], Awaitable[Result]], who: Viewer
) -> Result:
    async with transaction as tx:
        return await work(tx, who)


def _run(work: Callable[[Tools, Viewer], Awaitable[Result]]) -> Result:
    """Do it in the name of the first administrator; a refusal ends the program with words."""

    async def within() -> Result:
        async with opened_tools(read_settings()) as tools:
            async with tools.db.read() as tx:
                admins = await bans.admins(tx)
                who = await accounts.viewer_of_person(tx, admins[0].id) if admins else None
            if who is None:
                fail("Nobody administers this site yet.")
            return await work(tools, who)

    try:
        return run(within())
    except Refusal as refusal:
        fail(WORDS.get(refusal.code, refusal.code))
