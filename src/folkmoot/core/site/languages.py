"""Which language a new text is in."""

from folkmoot.model.errors import Invalid
from folkmoot.model.people import Viewer
from folkmoot.store import communities
from folkmoot.store.db import Tx
from folkmoot.store.places import Ground
from folkmoot.text import languages
from folkmoot.text.languages import UNDETERMINED


async def language_for(tx: Tx, author: Viewer, ground: Ground, asked: int | None) -> int:
    """The language of a new item (P-6): the one asked for, if the community takes it; else the only one that author and community
    share, whatever else is undetermined; else undetermined. Raises `Invalid` language_not_allowed; what comes from elsewhere in a
    language that is not taken is undetermined instead (OBJ-8).
    """
    taken = (
        frozenset(await communities.languages(tx, ground.community.id))
        if ground.chooses_languages
        else frozenset()
    )
    if asked is not None:
        return chosen(author, taken, asked)
    shared = author.languages & taken if author.languages and taken else author.languages or taken
    certain = shared - {UNDETERMINED} or shared
    return next(iter(certain)) if len(certain) == 1 else UNDETERMINED


def chosen(author: Viewer, taken: frozenset[int], asked: int) -> int:
    """The language that somebody named. Raises `Invalid` language_not_allowed for people of this server; for others it is undetermined."""
    if author.account is None and author.person is not None and not author.person.local:
        return asked if languages.by_id(asked) is not None and (not taken or asked in taken) else UNDETERMINED
    must_be_taken(taken, asked)
    return asked


def must_be_taken(taken: frozenset[int], asked: int) -> None:
    """A community that chooses takes its own languages only, others all there are. Raises `Invalid` language_not_allowed."""
    if languages.by_id(asked) is None or (taken and asked not in taken):
        raise Invalid("language_not_allowed", field="language_id")
