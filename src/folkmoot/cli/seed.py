"""`folkmoot seed`: an invented site to try things on."""

import time
from enum import StrEnum
from typing import Annotated

import typer

from folkmoot.app import opened
from folkmoot.cli.common import AsJson, fail, print_json, read_settings, run
from folkmoot.cli.progress import bar
from folkmoot.core.archive.invent import SCALES, invent
from folkmoot.core.archive.load import Outcome, load
from folkmoot.core.search.index import index_all
from folkmoot.core.site import upkeep
from folkmoot.core.site.setup import is_empty
from folkmoot.model.time import to_datetime
from folkmoot.settings import Settings


class ScaleName(StrEnum):
    TINY = "tiny"
    SMALL = "small"
    MEDIUM = "medium"


def seed(
    scale: Annotated[
        ScaleName, typer.Option(help="tiny for tests, small: 1,000 posts, medium: 20,000 posts.")
    ] = ScaleName.SMALL,
    as_json: AsJson = False,
) -> None:
    """Fill an empty database with a realistic, invented site: always the same for the same scale and moment."""
    settings = read_settings()
    started = time.monotonic()
    outcome = run(_seed(settings, scale, quiet=as_json))
    if outcome is None:
        fail(
            "This database has posts already. Seeding is for an empty one: name another with FOLKMOOT_DATABASE."
        )
    seconds = time.monotonic() - started
    if as_json:
        print_json(
            {
                "scale": scale,
                "records": outcome.read,
                "written": outcome.written,
                "seconds": round(seconds, 1),
            }
        )
        return
    typer.echo(f"{outcome.read:,} records in {seconds:.0f} s: {outcome.in_words()}")
    typer.echo("Nobody has a password yet: `folkmoot user create NAME --admin` makes somebody who has.")


async def _seed(settings: Settings, scale: ScaleName, *, quiet: bool) -> Outcome | None:
    size = SCALES[scale]
    async with opened(settings) as db:
        async with db.read() as tx:
            if not await is_empty(tx):
                return None
        as_of = to_datetime(db.clock.now())
        with bar("Writing", size.records, quiet=quiet) as progress:
            outcome = await load(db, enumerate(invent(size, as_of), 2), progress=progress)
        with bar("Indexing for search", None, quiet=quiet) as progress:
            await index_all(db, progress)
        await upkeep.refresh_active_users(db)
        await upkeep.refresh_ranks(db)
        await db.optimise()
    return outcome
