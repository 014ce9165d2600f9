"""`folkmoot jobs`: work for later that failed too often, and another try at it."""

from typing import Annotated

import typer

from folkmoot.app import opened
from folkmoot.cli.common import AsJson, print_json, read_settings, run
from folkmoot.model.time import to_datetime
from folkmoot.store import jobs as store

_SHOWN = 100


def jobs(
    again: Annotated[bool, typer.Option("--again", help="Let all of them begin anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the work for later that failed too often and was given up, the newest first. It is kept for 30 days."""
    settings = read_settings()

    async def work() -> tuple[list[store.GivenUp], int]:
        async with opened(settings) as database:
            async with database.read() as tx:
                found = await store.given_up(tx, _SHOWN)
            if not again:
                return found, 0
            async with database.write() as tx:
                return found, await store.try_all_again(tx)

    found, begun = run(work())
    if as_json:
        print_json({"given_up": found, "begun_anew": begun})
        return
    for job in found:
        typer.echo(f"{to_datetime(job.failed):%Y-%m-%d %H:%M}  {job.name}  {job.payload}  {job.error}")
    if not found:
        typer.echo("Nothing was given up.")
    elif again:
        typer.echo(f"{begun:,} begin anew.")
    else:
        typer.echo("`folkmoot jobs --again` lets them begin anew.")
