"""The rules of docs/develop/style.md that a machine can check."""

import ast

import pytest

from folkmoot.store.migrate import known_migrations
from tests.house.source import Module, looks_like_sql, modules

every_module = pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)


@every_module
def test_sql_stands_only_in_store(module: Module) -> None:
    if module.top == "store":
        return
    found = [f"line {line}: {text[:60]!r}" for line, text in module.texts() if looks_like_sql(text)]
    assert not found, f"{module.name} holds SQL, which belongs into store/: {found}"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM post WHERE id = :id",
        "UPDATE person SET name = :name",
        " ORDER BY id",
        "DELETE FROM vote",
    ],
)
def test_a_statement_is_recognised(text: str) -> None:
    assert looks_like_sql(text)


@pytest.mark.parametrize(
    "text", ["Select a community from the list", "update your settings", "Order by", "deleted from"]
)
def test_a_sentence_is_no_statement(text: str) -> None:
    assert not looks_like_sql(text)


COMMITS_IN = {"store/db.py", "store/sqlite.py", "store/postgres.py"}
"""The database's own files: the interface, and the two engines behind it."""


@every_module
def test_only_the_database_commits(module: Module) -> None:
    if module.name in COMMITS_IN:
        return
    calls = [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    words = [line for line, text in module.texts() if text.strip().upper().rstrip(";") in {"COMMIT", "END"}]
    assert not calls + words, f"{module.name} commits in line {calls + words}; `ctx.db.write()` does"


@every_module
def test_no_text_of_the_interface_hides_in_an_f_string(module: Module) -> None:
    """Up to Python 3.11 what collects texts for translation does not look there."""
    found = [
        call.lineno
        for string in ast.walk(module.tree)
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"gettext", "ngettext", "N_"}
    ]
    assert not found, f"{module.name} has texts in f-strings, in line {found}: give them a name before"


@every_module
def test_imports_stand_at_the_top(module: Module) -> None:
    functions = (
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    inside = [
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside, f"{module.name} imports inside a function in line {inside}"


@every_module
def test_every_module_says_what_it_is(module: Module) -> None:
    assert not module.tree.body or ast.get_docstring(module.tree), f"{module.name} begins without a docstring"


@every_module
def test_nothing_is_left_for_later(module: Module) -> None:
    source = module.path.read_text(encoding="utf-8")
    found = [word for word in ("TODO", "FIXME", "XXX", "NotImplementedError") if word in source]
    assert not found, f"{module.name} holds {found}: do it, or open an issue"


ASKS_OTHERS = {"net/client.py"}
"""What opens connections to the web. Mail goes to a server that the operator names, `net/mail.py`."""
CONNECTS = {"aiohttp", "httpx", "requests", "urllib.request", "http.client"}


@every_module
def test_one_client_asks_other_servers_whatever_it_is_about__FET_3(module: Module) -> None:
    """Documents, keys, pictures, previews, webmentions: the addresses are checked in one place."""
    if module.name in ASKS_OTHERS:
        return
    names = {
        name
        for node in ast.walk(module.tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    found = {name for name in names if name in CONNECTS or name.partition(".")[0] in CONNECTS}
    assert not found, f"{module.name} opens connections of its own with {found}; `net/client.py` does"


def test_migrations_are_numbered_without_a_gap_or_a_number_twice() -> None:
    numbers = [migration.number for migration in known_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
