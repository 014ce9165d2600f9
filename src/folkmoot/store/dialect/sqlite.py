"""SQLite's ways."""

from collections.abc import Sequence
from functools import lru_cache

from folkmoot.store.dialect.base import (
    EACH,
    FOLDED,
    KEYWORD,
    LIST_MEMBERSHIP,
    Compiled,
    parameters_of,
    quoted_name,
)


class SqliteDialect:
    """SQLite 3.45 or later (contentless-delete FTS5, STRICT tables)."""

    name = "sqlite"
    keeps_order = True

    @staticmethod
    @lru_cache(maxsize=4096)
    def compile_sql(sql: str) -> Compiled:
        lists = {match.group(1) for match in LIST_MEMBERSHIP.finditer(sql)}
        lists |= {match.group(place) for match in EACH.finditer(sql) for place in (1, 2)}
        text = EACH.sub(
            r"(SELECT value AS \4, json_extract(:\2, '$[' || key || ']') AS \5 FROM json_each(:\1)) AS \3",
            sql,
        )
        text = LIST_MEMBERSHIP.sub(r"IN (SELECT value FROM json_each(:\1))", text)
        text = KEYWORD.sub(r"keyword_pattern(\1)", FOLDED.sub(r"folded(\1)", text))
        # SQLite's LIKE folds ASCII only; what must fold more is stored folded (name_key, email_key).
        return Compiled(
            text.replace("LIKE_ANY_CASE", "LIKE")
            .replace("MATCHES", "REGEXP")
            .replace("FOR_UPDATE", "")
            .replace("SKIP_LOCKED", ""),
            parameters_of(sql),
            frozenset(lists),
        )

    def schema_words(self) -> dict[str, str]:
        return {
            "{id}": "INTEGER PRIMARY KEY AUTOINCREMENT",
            "{long_id}": "INTEGER PRIMARY KEY AUTOINCREMENT",
            "{long}": "INTEGER",
            "{micros}": "INTEGER",
            "{bool}": "INTEGER",
            "{real}": "REAL",
            "{keyed}": " WITHOUT ROWID",
        }

    def has_table(self, table: str) -> str:
        return f"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{quoted_name(table)}'"

    def next_id(self, table: str) -> str:
        return f"SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = '{quoted_name(table)}'"

    def next_ids(self, table: str) -> str:
        last = f"(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '{quoted_name(table)}')"
        return f"WITH RECURSIVE n(i) AS (SELECT 1 WHERE :count > 0 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT {last} + i FROM n"

    def next_ids_in_turn(self, table: str) -> str:
        return self.next_ids(table)  # there is one writer at a time

    def of_each(self, source: str, chosen: str, inner: str, target: str) -> str:
        alias = target.rpartition(" ")[2]
        return f"{source} CROSS JOIN {target} WHERE {chosen} AND {alias}.id IN ({inner})"

    def search_match(self, table: str, *, title_only: bool = False) -> str:
        return f"{table} MATCH :text"

    def merge_search(self, table: str) -> str:
        return f"INSERT INTO {quoted_name(table)} ({quoted_name(table)}, rank) VALUES ('merge', :pages)"

    def whole_search(self, table: str) -> str:
        return f"INSERT INTO {quoted_name(table)} ({quoted_name(table)}) VALUES ('optimize')"

    def search_argument(self, words: Sequence[str], *, title_only: bool = False) -> str | None:
        """Trigram phrases, one per word of at least three characters; all must occur."""
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in words if len(word) >= 3)
        if not phrases:
            return None
        return f"{{name}} : ({phrases})" if title_only else phrases
