"""Writes the pages of docs/ that are made from the code. `tests/house/test_reference.py` fails where one is out of date."""

from collections.abc import Callable
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

from typer.main import get_command

from folkmoot.cli.app import build_app
from folkmoot.cli.map import read_map
from folkmoot.settings import PREFIX, Kind, Settings
from tools import api_v3
from tools.federation import federation_page

DOCS = Path(__file__).resolve().parents[1] / "docs"


def settings_page() -> str:
    """docs/reference/settings.md."""
    rows = []
    for line in fields(Settings):
        kind: Kind = line.metadata["kind"]
        default = "" if line.default in (None, "") else f"`{_as_typed(line.default)}`"
        rows.append(
            f"| `{PREFIX}{line.name.upper()}` | {line.metadata['says']} | {kind.allowed} | {default} |"
        )
    return _SETTINGS.format(rows="\n".join(rows))


def _as_typed(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def cli_page() -> str:
    """docs/reference/cli.md."""
    command = get_command(build_app())
    return _CLI + "\n".join(_command_section("folkmoot", command))


def _command_section(path: str, command: Any) -> list[str]:
    """One command with its arguments and options, then the commands beneath it."""
    lines = [f"## `{path}`", "", *_without_indent(command.help or ""), ""]
    rows = [_parameter_row(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        lines += ["| | What it does | Default |", "|---|---|---|", *rows, ""]
    for name, below in getattr(command, "commands", {}).items():
        lines += _command_section(f"{path} {name}", below)
    return lines


def _without_indent(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def _parameter_row(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    names = (
        ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        if is_option
        else f"`{parameter.name.upper()}`"
    )
    default = parameter.default
    shown = (
        "required"
        if parameter.required
        else ""
        if default in (None, "", False)
        else f"`{_as_typed(default)}`"
    )
    return f"| {names} | {getattr(parameter, 'help', None) or ''} | {shown} |"


def map_page() -> str:
    """docs/develop/map.md: the rows of `folkmoot map` without their line numbers, which every edit would move."""
    sections = []
    for file, rows in groupby(read_map(), key=lambda row: row.file):
        sections.append(
            f"## {file}\n\n" + "\n".join(f"- `{row.text.replace('`', chr(39))}`" for row in rows) + "\n"
        )
    return _MAP + "\n".join(sections)


PAGES: dict[str, Callable[[], str]] = {
    "reference/settings.md": settings_page,
    "reference/cli.md": cli_page,
    "reference/api-v3.md": api_v3.page,
    "develop/map.md": map_page,
    "../FEDERATION.md": federation_page,
}
"""Path under docs/ → the function that makes the whole page."""


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        target = DOCS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(), encoding="utf-8")
        print(target.resolve().relative_to(DOCS.parent))


_SETTINGS = """\
# Settings

Written by `make docs` from `src/folkmoot/settings.py`; change it there.

Folkmoot runs without any of these. Each can stand in the environment under the name given here, or in a TOML file in
small letters without the prefix (`bind = "127.0.0.1:8536"`). The file is the one that `FOLKMOOT_CONFIG` names, or
`folkmoot.toml` in the working directory. The environment wins over the file. An empty value counts as unset. Anything
unknown or wrong stops the start and is named.

| Name | What it does | Allowed | Default |
|---|---|---|---|
{rows}
"""

_CLI = """\
# The command line

Written by `make docs` from `src/folkmoot/cli/`; change it there.

Exit codes: 0 all is well, 1 a problem was found, 2 wrong usage. With `--json` a command speaks to scripts.

"""

_MAP = """\
# Map

Written by `make docs` from the tables of contents in the source. `folkmoot map WORD` finds a row and its line.

"""


if __name__ == "__main__":
    main()
