"""What every request, job and command is handed: never global."""

from dataclasses import dataclass

from folkmoot.model.time import Clock
from folkmoot.net.client import Client
from folkmoot.settings import Settings
from folkmoot.store.db import Database


@dataclass(frozen=True, slots=True)
class Context:
    """The open database, the settings, the clock and the door out."""

    db: Database
    settings: Settings
    clock: Clock
    http: Client
