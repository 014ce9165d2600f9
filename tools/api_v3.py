"""docs/reference/api-v3.md: operations, rules with the tests that hold them, and where we differ from Lemmy on purpose."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from folkmoot.api.v3.documents import DOCUMENTS
from folkmoot.api.v3.routes import ROUTES

TESTS = Path(__file__).resolve().parents[1] / "tests"
DEVIATIONS = TESTS / "golden" / "deviations.toml"

SECTIONS = {
    "T": "Transport, encoding, errors",
    "A": "Sessions, log-in, registration",
    "R": "Permissions",
    "L": "Lists and pages",
    "S": "Orders",
    "P": "Posts",
    "I": "Link metadata and images",
    "C": "Comments",
    "G": "Counts",
    "M": "Communities",
    "N": "Notices and private messages",
    "O": "Reports and the log of moderation",
    "Q": "Search and resolving",
    "W": "The site",
    "E": "Export and import",
    "K": "Rate limits",
    "F": "Feeds, discovery, sitemap",
    "D": "Markdown",
    "X": "What apps are known to rely on",
}
"""What the rules of a letter are about."""

_TEST = re.compile(r"^(?:async )?def (test_\w+?)((?:_?_[A-Z]_\d+)+)\(", re.MULTILINE)
_INDEX = re.compile(r"\[\d+\]")
_ID = re.compile(r"([A-Z])_(\d+)")


@dataclass(frozen=True, slots=True)
class Deviation:
    """Steps of one story of the golden record whose answers differ at these paths, and why. `[*]` is any place in a list."""

    story: str
    steps: tuple[int, ...]
    paths: tuple[str, ...]
    reason: str

    def excuses(self, step: int, path: str) -> list[str]:
        """The paths here that allow a difference at this one."""
        anywhere = _INDEX.sub("[*]", path)
        return [known for known in self.paths if step in self.steps and known in (path, anywhere)]


def deviations() -> list[Deviation]:
    """All of `tests/golden/deviations.toml`."""
    return [
        Deviation(story, tuple(each["steps"]), tuple(each["paths"]), each["reason"])
        for story in ("story", "setup")
        for each in _file().get(story, ())
    ]


def excused_rules() -> dict[str, str]:
    """Rules that no test is named after, and why."""
    rules: dict[str, str] = _file().get("rules", {})
    return rules


def _file() -> dict[str, Any]:
    return tomllib.loads(DEVIATIONS.read_text(encoding="utf-8"))


def beyond() -> list[tuple[tuple[str, ...], str]]:
    """What differs from written rules where the record does not look: the rules, and how."""
    return [(tuple(each["rules"]), each["text"]) for each in _file().get("beyond", ())]


def named_tests() -> dict[str, list[tuple[str, str]]]:
    """Rule → (file, what the test says), in the order of files. A test names its rules at the end: `…__P_18`, `…__N_5_N_6`."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, ids in _TEST.findall(path.read_text(encoding="utf-8")):
            says = name.removeprefix("test_").strip("_").replace("_", " ")
            for letter, number in _ID.findall(ids):
                file = path.relative_to(TESTS.parent).as_posix()
                found.setdefault(f"{letter}-{number}", []).append((file, says))
    return dict(sorted(found.items(), key=lambda item: _place(item[0])))


def _place(rule: str) -> tuple[int, int]:
    letter, _, number = rule.partition("-")
    return [*SECTIONS, letter].index(letter), int(number)


def page() -> str:
    """The whole page."""
    return _PAGE.format(
        operations="\n".join(_operations()),
        documents="\n".join(f"| `{each.path}` | {each.summary} |" for each in DOCUMENTS),
        differences="\n".join(_differences()),
        beyond="\n".join(f"| {', '.join(rules)} | {text} |" for rules, text in beyond()),
        rules="\n".join(_rules()),
    )


def _operations() -> Iterator[str]:
    for route in ROUTES:
        session = {"required": "needed", "optional": "optional", "none": ""}[route.auth]
        yield f"| {route.method} | `{route.path}` | {session} | {route.limit} |"


def _differences() -> Iterator[str]:
    for each in deviations():
        steps = ", ".join(map(str, each.steps))
        paths = ", ".join(f"`{path}`" for path in each.paths)
        yield f"| {each.story} {steps} | {paths} | {each.reason} |"


def _rules() -> Iterator[str]:
    section = ""
    excused = excused_rules()
    tests = named_tests()
    for rule in sorted({*tests, *excused}, key=_place):
        if rule[0] != section:
            section = rule[0]
            yield f"\n### {SECTIONS[section]}\n"
        if rule in excused:
            yield f"- **{rule}** no test: {excused[rule]}"
            continue
        yield f"- **{rule}**"
        for file, says in tests[rule]:
            yield f"  - {says} (`{file.removeprefix('tests/')}`)"


_PAGE = """\
# API v3

Written by `make docs` from `src/folkmoot/api/v3/routes.py`, the names of the tests and `tests/golden/deviations.toml`; change it there.

Folkmoot serves the HTTP API of Lemmy 0.19, version 3, to every app that speaks it. Its rules were written down as numbered sentences, and
a real server's answers were recorded. Below stands which test holds which rule, and where Folkmoot differs on purpose. `make test` plays
the record where the shared fixtures are.

## Operations

| Method | Address | Session | Counted as |
|---|---|---|---|
{operations}

Beside them, at the root of the server, with `GET`; nobody counts how often. Discovery begins with `/nodeinfo/2.0`, which says `lemmy`.

| Address | What it is |
|---|---|
{documents}

## Deliberate differences

By step of the record, and the part of its answer that differs. Everything else is as recorded.

| Step | Where | Why |
|---|---|---|
{differences}

Where the record does not look, Folkmoot does something else than these rules say, or the sane thing where a rule describes an oddity:

| Rule | Difference |
|---|---|
{beyond}

## Rules and their tests
{rules}
"""
