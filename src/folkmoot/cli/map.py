"""`folkmoot map WORD`: where in the source is the thing called so?

Reads the program's tables of contents (what pages there are, what follows an event, who may do what, which jobs run) and
the names of the functions in core and store, as text: nothing is imported, so it works in a tree that does not start.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from folkmoot.cli.common import AsJson, fail, print_json

PACKAGE = Path(__file__).resolve().parents[1]

TABLES = (
    "web/routes.py",
    "api/v3/routes.py",
    "api/own/routes.py",
    "apub/routes.py",
    "apub/inbox/table.py",
    "apub/outbox/kinds.py",
    "core/permissions.py",
    "core/after.py",
    "jobs/catalogue.py",
)
"""Files whose lists and mappings are the program's tables of contents. Those that do not exist are passed over."""

FUNCTIONS = ("core", "store")
"""Folders whose public functions are listed by name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the map: a file (from the package's folder), a line number, and what stands there."""

    file: str
    line: int
    text: str


def read_map(package: Path = PACKAGE) -> list[Row]:
    """Every row there is: the tables in the order of `TABLES`, then the functions by file."""
    tables = (row for name in TABLES if (package / name).is_file() for row in _table_rows(package, name))
    names = sorted(
        path.relative_to(package).as_posix() for top in FUNCTIONS for path in (package / top).rglob("*.py")
    )
    functions = (row for name in names if name not in TABLES for row in _function_rows(package, name))
    return list(chain(tables, functions))


def matching(rows: list[Row], word: str) -> list[Row]:
    """The rows that hold `word` in their text or file name, in either case."""
    word = word.lower()
    return [row for row in rows if word in row.text.lower() or word in row.file.lower()]


def _table_rows(package: Path, name: str) -> Iterator[Row]:
    source = (package / name).read_text(encoding="utf-8")
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            for node, parts in _entries(statement.value):
                text = ": ".join(ast.get_source_segment(source, part) or "" for part in parts)
                yield Row(name, node.lineno, " ".join(text.split()))


def _entries(value: ast.expr) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """The entries of the outermost lists and mappings in an expression: `[…]`, `{…}`, `[…] + […]`, `Frozen({…})`."""
    if isinstance(value, ast.Dict):
        for key, held in zip(value.keys, value.values, strict=True):
            yield (held, [held]) if key is None else (key, [key, held])
    elif isinstance(value, ast.List | ast.Tuple | ast.Set):
        for entry in value.elts:
            yield entry, [entry]
    elif isinstance(value, ast.BinOp):
        yield from chain(_entries(value.left), _entries(value.right))
    elif isinstance(value, ast.Call):
        for argument in value.args:
            yield from _entries(argument)


def _function_rows(package: Path, name: str) -> Iterator[Row]:
    for node in ast.parse((package / name).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            says = (ast.get_docstring(node) or "").partition("\n")[0]
            yield Row(name, node.lineno, f"{node.name}()  {says}".rstrip())


def show_map(
    word: Annotated[str, typer.Argument(help="What to look for; without it, everything.")] = "",
    as_json: AsJson = False,
) -> None:
    """Find where in the source something is: pages, jobs, permissions, functions of core and store."""
    rows = matching(read_map(), word)
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            typer.echo(f"{PACKAGE.parent.name}/{PACKAGE.name}/{row.file}:{row.line}  {row.text}")
    if not rows:
        fail(f"No page, job, permission or function of core and store is called {word!r}.")
