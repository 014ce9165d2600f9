"""Whom a text names, as far as we know them: what is sent and what is shown name the same people."""

from folkmoot.apub.objects.our_content import mention
from folkmoot.apub.objects.parts import MAX_MENTIONS, Mention
from folkmoot.model.people import Person
from folkmoot.store import people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text.mentions import mentioned
from folkmoot.text.names import name_key


async def people_named(tx: Tx, text: str | None) -> list[Person]:
    """The people whom a text names and whom we know, here or elsewhere, in order, the first 25."""
    if not text or "@" not in text:
        return []
    ours = (await store_site.local_site(tx)).host.lower()
    found: list[Person] = []
    for name, host in mentioned(text)[:MAX_MENTIONS]:
        person = await people.by_name(tx, name_key(name), None if host == ours else host)
        if person is not None and not person.deleted:
            found.append(person)
    return found


def tag(person: Person) -> Mention:
    """A person as they are tagged."""
    return mention(person.ap_id, person.handle)
