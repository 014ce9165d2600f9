"""What rows become: values with a field for each column."""

from typing import Any, TypeVar

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """A value that is made often: a page holds dozens, an archive hundreds of thousands. A frozen dataclass sets each of its fields by a
    call of its own, which for the forty of a post costs more than reading its row; here one call sets all. Nothing in it leads back to
    it, so garbage collection need not look (`gc`)."""


Of = TypeVar("Of", bound=Record)


def altered(record: Of, **values: Any) -> Of:
    """A copy with other values for these fields."""
    return msgspec.structs.replace(record, **values)
