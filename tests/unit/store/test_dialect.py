"""The portable helps of our SQL, in each engine's form."""

import pytest

from folkmoot.store.changes import Changes
from folkmoot.store.dialect.base import quoted_name, split_statements
from folkmoot.store.dialect.postgres import PostgresDialect, at_once
from folkmoot.store.dialect.sqlite import SqliteDialect


def test_parameters_are_numbered_in_order_of_first_use_and_shared() -> None:
    compiled = PostgresDialect().compile_sql(
        "SELECT :b, :a, CAST(:b AS INTEGER), x::text FROM t WHERE c = :a_1"
    )
    assert compiled.sql == "SELECT $1, $2, CAST($1 AS INTEGER), x::text FROM t WHERE c = $3"
    assert compiled.names == ("b", "a", "a_1")


def test_lists_become_arrays_or_json() -> None:
    sql = "x IN :ids[] AND y NOT IN :names[text] AND z = :z"
    assert (
        PostgresDialect().compile_sql(sql).sql == "x = ANY($1::bigint[]) AND y <> ALL($2::text[]) AND z = $3"
    )
    lite = SqliteDialect().compile_sql(sql)
    assert (
        lite.sql
        == "x IN (SELECT value FROM json_each(:ids)) AND y NOT IN (SELECT value FROM json_each(:names)) AND z = :z"
    )
    assert lite.lists == {"ids", "names"}


def test_a_migration_is_cut_into_the_statements_of_one_engine() -> None:
    script = "-- words\nCREATE TABLE a (x INT);\n--only sqlite\nCREATE TABLE b (x INT);\n--only postgresql\nCREATE TABLE c (x INT);\n--all\nSELECT 1;\n"
    assert split_statements(script, "sqlite") == [
        "CREATE TABLE a (x INT)",
        "CREATE TABLE b (x INT)",
        "SELECT 1",
    ]
    assert split_statements(script, "postgresql") == [
        "CREATE TABLE a (x INT)",
        "CREATE TABLE c (x INT)",
        "SELECT 1",
    ]


@pytest.mark.parametrize("name", ["a b", "x;DROP", "A", "", "a-b", 'a"'])
def test_only_plain_names_are_put_into_statements(name: str) -> None:
    with pytest.raises(ValueError, match="not a name of ours"):
        quoted_name(name)


def test_what_was_forgotten_counts_as_changed() -> None:
    changes = Changes()
    changes.touch(("thread", 1))
    seen = changes.newest((("thread", 1), ("site", 0)))
    assert changes.newest((("thread", 1), ("site", 0))) == seen
    changes.flush()
    assert changes.newest((("thread", 1), ("site", 0))) > seen


def test_one_row_becomes_many_whose_ids_are_taken_in_turn() -> None:
    one = "INSERT INTO received (ap_id, lane) VALUES ($1, $2) ON CONFLICT (ap_id) DO NOTHING"
    many = "SELECT given.value_1, given.value_2 FROM {}unnest($1::text[], $2::int4[]) AS given (value_1, value_2) ON CONFLICT (ap_id) DO NOTHING"
    insert = f"INSERT INTO received (ap_id, lane) {many}"
    assert at_once(one, ["text", "int4"]) == insert.format("")
    turn = "WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(CAST(CAST('received' AS regclass) AS BIGINT)))"
    assert at_once(one, ["text", "int4"], in_turn="received") == f"{turn} {insert.format('turn, ')}"
