"""What jobs are handed."""

from dataclasses import dataclass

from folkmoot.context import Context
from folkmoot.core.mailing import Mailer
from folkmoot.core.posts.fetch_link import Fetch
from folkmoot.store.db import Database


@dataclass(frozen=True, slots=True)
class Tools:
    """The context, what sends mail, and what looks at linked pages."""

    context: Context
    mailer: Mailer
    look_at: Fetch

    @property
    def db(self) -> Database:
        return self.context.db
