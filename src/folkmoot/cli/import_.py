"""`folkmoot import FILE`: bring discussions in."""

import asyncio
import gzip
from pathlib import Path
from typing import IO, Annotated, cast

import typer

from folkmoot.app import opened
from folkmoot.cli.common import ENGINE_FAILS, AsJson, Exit, fail, print_json, read_settings
from folkmoot.cli.progress import bar
from folkmoot.core.archive.load import Outcome, load
from folkmoot.core.archive.read import BadArchive, Reading, open_archive
from folkmoot.core.search.index import index_all
from folkmoot.settings import Settings
from folkmoot.store.migrate import TooNew


def import_archive(
    file: Annotated[
        Path,
        typer.Argument(
            help="A JSON-lines archive (.jsonl or .jsonl.gz); the format is in docs/reference/archive.md."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Bring discussions in from an archive. Stopping it loses nothing: run it again and it goes on; running it twice changes nothing."""
    settings = read_settings()
    try:
        with _stream(file) as stream:
            reading = open_archive(stream)
            outcome = asyncio.run(_import(settings, reading, _size(file), quiet=as_json))
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}")
    except (TooNew, *ENGINE_FAILS) as error:
        fail(f"The database cannot be used: {error}")
    except BadArchive as error:
        fail(f"{file}, {error}", "The records before it are in; mend the line and run the import again.")
    _report(outcome, reading, as_json)
    if outcome.left_out:
        raise typer.Exit(Exit.PROBLEM)


def _stream(file: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")


def _size(file: Path) -> int | None:
    """Bytes to read; unknown for what is packed."""
    return None if file.suffix == ".gz" else file.stat().st_size


async def _import(settings: Settings, reading: Reading, size: int | None, *, quiet: bool) -> Outcome:
    async with opened(settings) as db:
        with bar("Importing", size, unit="bytes", quiet=quiet) as progress:
            outcome = await load(
                db, reading.records(), as_of=reading.header.as_of, progress=lambda _: progress(reading.offset)
            )
        with bar("Indexing for search", None, quiet=quiet) as progress:
            await index_all(db, progress)
    return outcome


def _report(outcome: Outcome, reading: Reading, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "read": outcome.read,
                "written": outcome.written,
                "present": outcome.present,
                "left_out": outcome.left_out,
                "refused": [{"line": line, "reason": reason} for line, reason in outcome.refused],
                "unknown_members": dict(reading.unknown),
            }
        )
        return
    typer.echo(f"{outcome.read:,} records read: {outcome.in_words()}; {outcome.present:,} were here already.")
    for name, count in sorted(reading.unknown.items()):
        typer.echo(f"Kept out: {name} (unknown to the format, {count:,} times)")
    for line, reason in outcome.refused:
        typer.echo(f"Left out: line {line}: {reason}")
    if outcome.left_out > len(outcome.refused):
        typer.echo(f"… and {outcome.left_out - len(outcome.refused):,} more.")
