"""What the doctor says about one thing."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. Only a `problem` keeps the server from working; a `note` is worth knowing."""

    check: str
    state: State
    says: str
