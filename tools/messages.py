"""Brings the catalogues of the interface up to date: `make messages`.

Texts are collected from the source and the templates, merged into `web/locale/<language>/LC_MESSAGES/folkmoot.po` (new ones empty,
vanished ones gone), and what is translated is compiled to the `.mo` beside it, which the program reads. Both are committed, so that an
install needs no tool.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "folkmoot"
LOCALE = PACKAGE / "web" / "locale"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
OPTIONS = {
    "trimmed": "false",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may hold texts, with the method that reads it."""
    for layer in ("core", "web"):
        yield from ((path, "python") for path in sorted((PACKAGE / layer).rglob("*.py")))
    yield from ((path, "jinja2") for path in sorted((PACKAGE / "web" / "templates").rglob("*.html")))


def collected() -> Catalog:
    """Every text of the interface, with the files that hold it."""
    catalog = Catalog(project="Folkmoot", charset="utf-8", fuzzy=False)
    for path, method in sources():
        place = path.relative_to(PACKAGE).as_posix()
        for _, message, comments, _ in extract_from_file(
            method, path, keywords=KEYWORDS, comment_tags=("Translators:",), options=OPTIONS
        ):
            # Without line numbers: they would change with every edit.
            catalog.add(message, locations=[(place, 0)], auto_comments=comments)
    return catalog


def read_catalog(path: Path) -> Catalog:
    """A catalogue as committed."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parents[1].name)


def as_po(catalog: Catalog) -> bytes:
    """The text of a catalogue."""
    written = BytesIO()
    write_po(
        written,
        catalog,
        width=110,
        no_location=False,
        include_lineno=False,
        sort_output=True,
        ignore_obsolete=True,
    )
    return written.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The same for the program."""
    written = BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def catalogues() -> list[Path]:
    """The `.po` file of every language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/folkmoot.po"))


def main() -> None:
    """Collect, merge, compile; say what is left to translate."""
    texts = collected()
    for path in catalogues():
        catalog = read_catalog(path)
        catalog.update(texts, no_fuzzy_matching=True)
        # The moment of the last run says nothing, and would make every run a change.
        catalog.creation_date = MOMENT
        catalog.revision_date = MOMENT
        path.write_bytes(as_po(catalog))
        fresh = read_catalog(path)
        path.with_suffix(".mo").write_bytes(as_mo(fresh))
        missing = [message for message in fresh if message.id and not all(_parts(message.string))]
        sys.stdout.write(f"{path.parents[1].name}: {len(fresh)} texts, {len(missing)} to translate\n")
        for message in missing:
            sys.stdout.write(f"    {message.id!r}\n")


def _parts(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


if __name__ == "__main__":
    main()
