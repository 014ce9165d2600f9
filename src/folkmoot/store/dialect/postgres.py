"""PostgreSQL's ways."""

import re
from collections.abc import Sequence
from functools import lru_cache

from folkmoot.store.dialect import words
from folkmoot.store.dialect.base import (
    EACH,
    FOLDED,
    KEYWORD,
    LIST_MEMBERSHIP,
    PARAMETER,
    Compiled,
    parameters_of,
    quoted_name,
)

_TEXTS = {"post_search": "(s.name || ' ' || s.body || ' ' || s.alt_text)", "comment_search": "s.content"}
_INDEXED = re.compile(r"[^\W_]{3}")


def _folded(match: re.Match[str]) -> str:
    """As `words.folded`; what lower() leaves of folding is replaced. ASCII is told apart first: normalising costs twenty times as much."""
    text = match.group(1)
    folding = f"replace(replace(lower(normalize({text}, NFKC)), 'ß', 'ss'), 'ς', 'σ')"
    return f"(CASE WHEN octet_length({text}) = length({text}) THEN lower({text}) ELSE {folding} END)"


def _keyword_pattern(match: re.Match[str]) -> str:
    """As `words.keyword_pattern`."""
    keyword = f"FOLDED<<{match.group(1)}>>"
    parts = (
        f"CASE WHEN {keyword} ~ '{words.STARTS_SPACED}' THEN '{words.BEFORE}' ELSE '' END",
        rf"regexp_replace(regexp_replace({keyword}, '([^\w\s])', '\\\1', 'g'), '\s+', '\{words.BETWEEN}', 'g')",
        f"CASE WHEN {keyword} ~ '{words.ENDS_SPACED}' THEN '{words.AFTER}' ELSE '' END",
    )
    return FOLDED.sub(_folded, f"({' || '.join(parts)})")


_NUMBERED = re.compile(r"\$(\d+)")
_ONE_ROW = re.compile(
    r"(?P<insert>INSERT INTO .+?) VALUES \((?P<values>.+?)\)(?P<conflict> ON CONFLICT .+)?"
    r"|UPDATE (?P<set>.+?) WHERE (?P<where>.+)|DELETE FROM (?P<table>\w+) WHERE (?P<whose>.+)"
)


def _turn_of(table: str) -> str:
    """To wait for the turn of whoever takes ids of a table in turn, as a part of a statement."""
    lock = f"pg_advisory_xact_lock(CAST(CAST('{quoted_name(table)}' AS regclass) AS BIGINT))"
    return f"turn AS MATERIALIZED (SELECT {lock})"


def at_once(sql: str, kinds: Sequence[str], in_turn: str | None = None) -> str:
    """A compiled statement about one row as one about many: each parameter, of these kinds, becomes an array with a value for each row.
    `in_turn`: the table of an INSERT whose ids are taken in turn.

    Raises `ValueError` for a statement that does not insert by VALUES, update or delete.
    """
    match = _ONE_ROW.fullmatch(sql)
    if match is None:
        raise ValueError(f"not about one row: {sql}")
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, 1))
    names = ", ".join(f"value_{number}" for number in range(1, len(kinds) + 1))
    given = f"unnest({arrays}) AS given ({names})"
    of_each = {name: _NUMBERED.sub(r"given.value_\1", text or "") for name, text in match.groupdict().items()}
    if of_each["insert"] and in_turn is not None:
        insert = f"{of_each['insert']} SELECT {of_each['values']} FROM turn, {given}{of_each['conflict']}"
        return f"WITH {_turn_of(in_turn)} {insert}"
    if of_each["insert"]:
        return f"{of_each['insert']} SELECT {of_each['values']} FROM {given}{of_each['conflict']}"
    if of_each["set"]:
        return f"UPDATE {of_each['set']} FROM {given} WHERE {of_each['where']}"
    return f"DELETE FROM {of_each['table']} USING {given} WHERE {of_each['whose']}"


class PostgresDialect:
    """PostgreSQL 15 or later, with pg_trgm."""

    name = "postgresql"
    keeps_order = False  # a join may turn round

    @staticmethod
    @lru_cache(maxsize=4096)
    def compile_sql(sql: str) -> Compiled:
        names = parameters_of(sql)
        number = {name: f"${position}" for position, name in enumerate(names, 1)}

        def member(match: re.Match[str]) -> str:
            return f"= ANY({number[match.group(1)]}::{'text' if match.group(2) else 'bigint'}[])"

        text = re.sub(r"\bNOT IN\s+(:[a-z_][a-z0-9_]*\[(?:text)?\])", r"<> ALL_OF IN \1", sql)
        text = EACH.sub(r"unnest(:\1::bigint[], :\2::bigint[]) AS \3 (\4, \5)", text)
        text = LIST_MEMBERSHIP.sub(member, text).replace("<> ALL_OF = ANY(", "<> ALL(")
        text = KEYWORD.sub(_keyword_pattern, FOLDED.sub(_folded, text))
        text = PARAMETER.sub(lambda match: number[match.group(1)], text)
        return Compiled(
            text.replace("LIKE_ANY_CASE", "ILIKE")
            .replace("MATCHES", "~")
            .replace("FOR_UPDATE", "FOR NO KEY UPDATE")
            .replace("SKIP_LOCKED", "SKIP LOCKED"),
            names,
            frozenset(),
        )

    @staticmethod
    @lru_cache(maxsize=4096)
    def compile_together(statements: tuple[str, ...]) -> tuple[str, tuple[tuple[int, str], ...]]:
        """Statements that write, as one: its text, and for each parameter of it the statement and the name there. PostgreSQL does the main
        statement first, then those before it, the last first: so they run, and lock rows, in the order given."""
        first, *others = (
            PARAMETER.sub(lambda match, each=number: f":{match[1]}_{each}{match[2] or ''}", sql)  # type: ignore[misc]
            for number, sql in enumerate(statements)
        )
        parts = [f"part_{number} AS ({sql})" for number, sql in enumerate(others, 1)]
        compiled = PostgresDialect.compile_sql(
            f"WITH {', '.join(reversed(parts))} {first}" if parts else first
        )
        numbered = (name.rpartition("_") for name in compiled.names)
        return compiled.sql, tuple((int(number), name) for name, _, number in numbered)

    def schema_words(self) -> dict[str, str]:
        return {
            "{id}": "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            "{long_id}": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            "{long}": "BIGINT",
            "{micros}": "BIGINT",
            "{bool}": "BOOLEAN",
            "{real}": "DOUBLE PRECISION",
            "{keyed}": "",
        }

    def has_table(self, table: str) -> str:
        return f"SELECT count(*) FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = '{quoted_name(table)}'"

    def next_id(self, table: str) -> str:
        return f"SELECT nextval(pg_get_serial_sequence('{quoted_name(table)}', 'id'))"

    def next_ids(self, table: str) -> str:
        sequence = f"pg_get_serial_sequence('{quoted_name(table)}', 'id')"
        return f"SELECT nextval({sequence}) FROM generate_series(1, CAST(:count AS INTEGER))"

    def next_ids_in_turn(self, table: str) -> str:
        return f"WITH {_turn_of(table)} {self.next_ids(table)}, turn"

    def of_each(self, source: str, chosen: str, inner: str, target: str) -> str:
        alias = target.rpartition(" ")[2]
        return f"{source} CROSS JOIN LATERAL ({inner}) AS of_each JOIN {target} ON {alias}.id = of_each.id WHERE {chosen}"

    def search_match(self, table: str, *, title_only: bool = False) -> str:
        return (
            f"{_TEXTS[table]} LIKE :text AND s.name LIKE :text"
            if title_only
            else f"{_TEXTS[table]} LIKE :text"
        )

    def merge_search(self, table: str) -> None:
        return None

    def whole_search(self, table: str) -> None:
        return None

    def search_argument(self, words: Sequence[str], *, title_only: bool = False) -> str | None:
        """One pattern: the words in order with anything between them. The index knows letters and digits only, three in a row."""
        if not any(_INDEXED.search(word) for word in words):
            return None
        escaped = (word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words)
        return f"%{'%'.join(escaped)}%"
