"""The first moment of a server: its site, and its first admin."""

import secrets

from folkmoot.model.site import Operator
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text.languages import LANGUAGES

APPLICATION_QUESTION = (
    "to verify that you are human, please explain why you want to create an account on this site"
)
"""What applicants are asked until an admin asks something else: word for word what Lemmy asks, since apps show it."""


async def create_site(tx: Tx, *, domain: str, origin: str, name: str = "New Site") -> None:
    """Write the instance, the site and its settings into an empty database; `site_setup` stays false until an admin exists (A-16)."""
    await store_site.insert_languages(
        tx, [(language.id, language.code, language.name) for language in LANGUAGES]
    )
    await store_site.insert_local(
        tx,
        domain=domain,
        origin=origin,
        name=name,
        jwt_secret=secrets.token_hex(32),
        application_question=APPLICATION_QUESTION,
    )


async def take_over(tx: Tx, operator: Operator) -> None:
    """Write down what the operator's settings say that texts, and what is taken in from elsewhere, depend on."""
    site = await store_site.read_local_site(tx)
    if site is not None and operator != store_site.operator_of(site):
        await store_site.set_operator(tx, operator)


async def has_site(tx: Tx) -> bool:
    """Whether this database belongs to a site already."""
    return await store_site.read_local_site(tx) is not None


async def is_empty(tx: Tx) -> bool:
    """Whether nobody has posted yet."""
    return not await store_site.has_posts(tx)
