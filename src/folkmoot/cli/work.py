"""`folkmoot work`: only the background work, for machines beside those that answer requests."""

import asyncio
import signal

import typer

from folkmoot.app import opened_tools
from folkmoot.cli.common import UNREACHABLE, fail, read_settings
from folkmoot.cli.process import tune
from folkmoot.jobs.runner import Runner
from folkmoot.logs import logger, set_up_logs
from folkmoot.settings import Settings
from folkmoot.store.migrate import TooNew

log = logger(__name__)


def work() -> None:
    """Do the background work of a server that runs elsewhere with FOLKMOOT_WORK=0, until told to stop."""
    settings = read_settings()
    set_up_logs(settings)
    tune()
    try:
        asyncio.run(_work(settings))
    except (TooNew, *UNREACHABLE) as error:
        fail(f"The work cannot begin: {error}")


async def _work(settings: Settings) -> None:
    async with opened_tools(settings) as tools:
        runner = Runner(tools)
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told.set)
        typer.echo(f"Working on {tools.db.where}. Ctrl-C ends it.")
        running = asyncio.create_task(runner.run())
        stopped = asyncio.create_task(told.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await runner.stop()
        await running
