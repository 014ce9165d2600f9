"""`folkmoot db`: bring the database up to date, look at it, count everything again."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from folkmoot.app import Prepared, open_context, opened, prepare
from folkmoot.cli.common import AsJson, Exit, print_json, read_settings, run
from folkmoot.cli.findings import Finding
from folkmoot.cli.progress import bar
from folkmoot.store import consistency, migrate
from folkmoot.store.db import Database
from folkmoot.store.recount import Drift, ids_to_count, recount

db = typer.Typer(
    no_args_is_help=True, help="The database: bring it up to date, look at it, count everything again."
)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Differing:
    """One stored count that differed from the rows, in so many of them; one as example."""

    table: str
    column: str
    rows: int
    example: Drift


# --- upgrade -------------------------------------------------------------------------------------------------------


@db.command("upgrade")
def upgrade(as_json: AsJson = False) -> None:
    """Run the upgrades that wait, as the next start would. A SQLite file that holds something is copied first."""
    settings = read_settings()

    async def work() -> Prepared:
        async with open_context(settings) as context:
            return await prepare(context.db, settings)

    done = run(work())
    ran = [migration.name for migration in done.migrations]
    backup = str(done.backup) if done.backup else None
    if as_json:
        print_json({"ran": ran, "backup": backup})
        return
    if backup:
        typer.echo(f"The database as it was: {backup}")
    for name in ran:
        typer.echo(f"Ran {name}.")
    if not ran:
        typer.echo("Nothing to do: the database is up to date.")


# --- check ---------------------------------------------------------------------------------------------------------


@db.command("check")
def check(as_json: AsJson = False) -> None:
    """Look whether the database is whole, up to date, consistent, and counted right. Changes nothing; ends with 1 where it is not."""
    settings = read_settings()

    async def work() -> list[Finding]:
        async with opened(settings, prepared=False) as database:
            return await examine(database, quiet=as_json)

    findings = run(work())
    sound = all(finding.state != "problem" for finding in findings)
    if as_json:
        print_json({"ok": sound, "findings": findings})
    else:
        for finding in findings:
            typer.echo(f"{finding.state:<8} {finding.check:<10} {finding.says}")
    raise typer.Exit(Exit.OK if sound else Exit.PROBLEM)


async def examine(database: Database, *, quiet: bool = True) -> list[Finding]:
    """Everything that is found, the engine's own checks first. Of an empty database, and one of a newer program, only that."""
    version = await migrate.schema_version(database)
    if not version:
        return [Finding("schema", "note", f"{database.where} is empty; the first start sets it up.")]
    faults = await database.check()
    findings = [Finding("engine", "problem", fault) for fault in faults] or [
        Finding("engine", "ok", f"{database.where} is whole.")
    ]
    waiting = await migrate.pending(database)
    if waiting:
        names = ", ".join(migration.name for migration in waiting)
        return [
            *findings,
            Finding("schema", "problem", f"Upgrades wait: {names}. `folkmoot db upgrade` runs them."),
        ]
    findings.append(Finding("schema", "ok", f"version {version}, the newest."))
    broken = await consistency.faults(database)
    findings += [
        Finding("rows", "problem", f"{fault.rows:,} {fault.says}, such as {fault.example}.")
        for fault in broken
    ] or [Finding("rows", "ok", "agree with each other.")]
    differing = group(await _count(database, repair=False, quiet=quiet))
    findings += [
        Finding("counts", "problem", f"{_in_words(each)} `folkmoot db recount` mends it.")
        for each in differing
    ] or [Finding("counts", "ok", "are what the rows say.")]
    return findings


# --- recount -------------------------------------------------------------------------------------------------------


@db.command("recount")
def count_again(
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with 1 where something differs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Count everything again from the rows and mend what differs. The server may run meanwhile."""
    settings = read_settings()

    async def work() -> list[Drift]:
        async with opened(settings, prepared=not only_check) as database:
            return await _count(database, repair=not only_check, quiet=as_json)

    differing = group(run(work()))
    if as_json:
        print_json(
            {"ok": not differing, "repaired": bool(differing) and not only_check, "differing": differing}
        )
    else:
        for each in differing:
            typer.echo(_in_words(each))
        if not differing:
            typer.echo("Every count is what the rows say.")
        elif not only_check:
            typer.echo("Mended.")
    raise typer.Exit(Exit.PROBLEM if differing and only_check else Exit.OK)


def group(drifts: list[Drift]) -> list[Differing]:
    """What differs, by table and column, in the order in which it was found."""
    found: dict[tuple[str, str], list[Drift]] = defaultdict(list)
    for drift in drifts:
        found[drift.table, drift.column].append(drift)
    return [Differing(table, column, len(rows), rows[0]) for (table, column), rows in found.items()]


async def _count(database: Database, *, repair: bool, quiet: bool) -> list[Drift]:
    before = 0
    with bar("Counting", await ids_to_count(database), quiet=quiet) as show:

        def progress(_table: str, done: int, of: int) -> None:
            nonlocal before
            show(before + done)
            if done == of:
                before += of

        return await recount(database, repair=repair, progress=progress)


def _in_words(each: Differing) -> str:
    example = each.example
    return (
        f"{each.table}.{each.column} differs in {each.rows:,} of the rows:"
        f" {example.id} has {example.stored}, and should have {example.counted}."
    )
