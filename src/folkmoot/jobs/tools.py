"""What jobs are handed."""

from dataclasses import dataclass

from folkmoot.context import Context
from folkmoot.core.mailing import Mailer
from folkmoot.store.db import Database


@dataclass(frozen=True, slots=True)
class Tools:
    """The context, and what sends mail."""

    context: Context
    mailer: Mailer

    @property
    def db(self) -> Database:
        return self.context.db
