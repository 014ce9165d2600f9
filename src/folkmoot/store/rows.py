"""Rows become values: a column list and a constructor, both made once from a record or a dataclass.

SQLite answers 0 and 1 where PostgreSQL answers booleans; `maker` evens that out, so that a `bool` field is always a bool.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from folkmoot.model.communities import Community
from folkmoot.model.records import Record

T = TypeVar("T")
Row = Sequence[Any]

_COUNT = "(SELECT community_count.comments FROM community_count WHERE community_count.id = {row}.id)"
_APART: dict[tuple[type, str], str] = {(Community, "comments"): _COUNT}
"""Fields that stand in another table than the rest of their record: how a statement about the rest comes by them."""


def ids_in(text: str | None) -> list[int]:
    """The ids that `string_agg(CAST(… AS TEXT), ',')` made one text of."""
    return [int(number) for number in text.split(",")] if text else []


@cache
def names_of(kind: type) -> tuple[str, ...]:
    """The fields of a record or dataclass, in their order."""
    if issubclass(kind, Record):
        return kind.__struct_fields__
    return tuple(field.name for field in fields(kind))  # type: ignore[arg-type]


def width(kind: type) -> int:
    """How many columns of a row such a value takes."""
    return len(names_of(kind))


@cache
def columns(kind: type, alias: str = "") -> str:
    """The column list of a dataclass whose fields are named like its columns: `p.id, p.name, …`."""
    return ", ".join(column(kind, name, alias) for name in names_of(kind))


def column(kind: type, name: str, alias: str = "") -> str:
    """One of them: `p.name`."""
    apart = _APART.get((kind, name))
    if apart:
        return apart.format(row=alias or kind.__name__.lower())
    return f"{alias}.{name}" if alias else name


def maker(kind: type[T]) -> Callable[[Row], T]:
    """A function from a row, in the order of `columns(kind)`, to the value."""
    hints = get_type_hints(kind)
    names = names_of(kind)  # type: ignore[arg-type]
    arguments = ", ".join(
        f"bool(row[{index}])" if hints[name] is bool else f"row[{index}]" for index, name in enumerate(names)
    )
    make: Callable[[Row], T] = eval(f"lambda row: kind({arguments})", {"kind": kind, "bool": bool})  # noqa: S307 - our own field names only
    return make
