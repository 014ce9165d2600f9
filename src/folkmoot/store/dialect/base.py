"""What differs between the engines, by name. `sqlite.py` and `postgres.py` give each its form.

SQL elsewhere in `store/` is portable, with three helps that `compile_sql` turns into the engine's own:

* `:name` a parameter;
* `IN :ids[]` membership in a list of integers, `IN :names[text]` in a list of texts;
* `EACH(:ids[], :others[]) AS alias (id, other)` after FROM: a row for each place in two lists of integers that are equally long;
* `LIKE_ANY_CASE` the engine's case-insensitive LIKE;
* `FOLDED<<x>>` a text as it is compared, `KEYWORD<<x>>` the pattern that finds a keyword in such a text, `MATCHES` between the two
  (`words.py`);
* `FOR_UPDATE` the row lock that PostgreSQL needs between reading a row and writing it (SQLite has one writer anyway); it leaves in peace
  who only writes something that names the row, such as the search tables;
* `SKIP_LOCKED` after it, where rows that somebody else holds shall be passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)(\[(?:text)?\])?")
FOLDED = re.compile(r"FOLDED<<(.*?)>>")
KEYWORD = re.compile(r"KEYWORD<<(.*?)>>")
EACH = re.compile(r"\bEACH\(:([a-z_]+)\[\], :([a-z_]+)\[\]\) AS (\w+) \((\w+), (\w+)\)")
LIST_MEMBERSHIP = re.compile(r"\bIN\s+:([a-z_][a-z0-9_]*)\[(text)?\]")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One statement in the engine's form. `names`: parameters in the order of their numbers. `lists`: those given as lists."""

    sql: str
    names: tuple[str, ...]
    lists: frozenset[str]


class Dialect(Protocol):
    """One engine's ways."""

    name: str
    keeps_order: bool
    """Whether the rows of a materialised part of a statement come in the order in which it was filled, also where more is looked up for
    each of them."""

    def compile_sql(self, sql: str) -> Compiled:
        """The statement in the engine's form; cached, so give it constant texts."""
        ...

    def schema_words(self) -> dict[str, str]:
        """The words in braces of the migrations."""
        ...

    def has_table(self, table: str) -> str:
        """A statement that answers how many tables have this name: 0 or 1."""
        ...

    def next_id(self, table: str) -> str:
        """A statement whose value is the id that the next row of `table` shall have; insert it in the same transaction."""
        ...

    def next_ids(self, table: str) -> str:
        """The same for `:count` rows: one row per id, ascending."""
        ...

    def next_ids_in_turn(self, table: str) -> str:
        """The same for a table that is read on from the highest id that was seen (`Tx.at_once`): whoever takes ids so waits until those who
        took lower ones have committed."""
        ...

    def of_each(self, source: str, chosen: str, inner: str, target: str) -> str:
        """What stands after FROM, WHERE included, to join each row of `source` that is `chosen` with the rows of `target` (table and
        alias) whose ids the statement `inner` gives for it."""
        ...

    def search_match(self, table: str, *, title_only: bool = False) -> str:
        """A condition on `s` (an alias of `table`: post_search or comment_search) that narrows to candidates of a search, with :text.
        Some of them may have the words in another order or spread over title and text: who asks looks again."""
        ...

    def merge_search(self, table: str) -> str | None:
        """A statement that merges about `:pages` pages of a search table's segments, None where the engine does that by itself."""
        ...

    def whole_search(self, table: str) -> str | None:
        """A statement that makes one segment of all that a search table has, None where the engine has no segments."""
        ...

    def search_argument(self, words: Sequence[str], *, title_only: bool = False) -> str | None:
        """The value of `:text` for words that were folded as the texts in the tables are, None where no index can serve them."""
        ...


def split_statements(script: str, engine: str) -> list[str]:
    """The statements of a migration that concern `engine`, without the comments."""
    kept: list[str] = []
    active = True
    for line in script.splitlines():
        mark = line.strip()
        if mark.startswith("--only "):
            active = mark.removeprefix("--only ").strip() == engine
        elif mark == "--all":
            active = True
        elif active and not mark.startswith("--"):
            kept.append(line)
    return [text for statement in "\n".join(kept).split(";\n") if (text := statement.strip(" \n;"))]


_WORD = re.compile(r"\w+")
_WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) (?!SET\b)(\w+)")


@lru_cache(maxsize=4096)
def words_of(sql: str) -> frozenset[str]:
    """Every word of a statement, its tables among them."""
    return frozenset(_WORD.findall(sql))


@lru_cache(maxsize=4096)
def written_by(sql: str) -> frozenset[str]:
    """The tables that a statement writes."""
    return frozenset(_WRITTEN.findall(sql))


@lru_cache(maxsize=4096)
def parameters_of(sql: str) -> tuple[str, ...]:
    """The distinct parameter names of a statement, in order of first use."""
    return tuple(dict.fromkeys(match.group(1) for match in PARAMETER.finditer(sql)))


def quoted_name(name: str) -> str:
    """A table or column name of ours, checked, because names cannot be parameters."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        raise ValueError(f"not a name of ours: {name!r}")
    return name
