"""Nothing of the machine on which something was written gets into the repository."""

import re

from folkmoot.store.migrate import known_migrations
from tests.house.source import ROOT, committed_texts

# Put together from pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    r"pypi\." + "org",
    r"pythonhosted\." + "org",
    r"registry\.npmjs",
    r"deb\.debian",
    r"proxy\.golang",
    r"static\.crates",
]
MACHINE_PATHS = [
    r"(?<![\w.])/wo" + r"rk/",
    r"(?<![\w.])/ro" + r"ot/",
    r"/home/(?!folkmoot\b)\w+/",
    r"/Users/\w+/",
    r"(?<![\w.])/tmp/\w*/wo" + "rk",
]
INDEX_OPTIONS = [r"--(extra-)?index" + "-url", r"--find" + r"-links\s", r"--trusted" + "-host"]

FORBIDDEN = re.compile("|".join([*REGISTRIES, *MACHINE_PATHS, *INDEX_OPTIONS]))


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{name}:{number}: {match.group()}"
        for name, text in committed_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if (match := FORBIDDEN.search(line))
    ]
    assert not found, found


def test_the_locks_name_a_hash_for_every_package() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        packages = re.findall(
            r"^[a-z0-9][^\n]*==[^\n]*\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE
        )
        assert len(packages) == len(re.findall(r"^[a-z0-9]\S*==", text, re.MULTILINE)) > 30


def test_the_root_is_no_desk_drawer() -> None:
    entries = {name.split("/")[0] for name, _ in committed_texts()}
    assert len(entries) <= 20, sorted(entries)


def test_no_two_migrations_have_one_number() -> None:
    numbers = [migration.number for migration in known_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
