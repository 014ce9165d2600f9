"""Our site, people and communities as actors. Their keys are made when they are shown or needed for the first time (ACT-9)."""

from folkmoot.apub.call import NOTHING, Answer, Call, document
from folkmoot.apub.compose import own_accounts
from folkmoot.apub.objects.our_actors import (
    build_bare,
    build_bare_group,
    build_group,
    build_person,
    build_site,
)
from folkmoot.apub.objects.our_content import build_post_tag
from folkmoot.apub.show import find
from folkmoot.core.site.frame import read_site
from folkmoot.core.site.keys import key_pair
from folkmoot.model.tags import read_tags
from folkmoot.store import communities


async def show_site(call: Call) -> Answer:
    """The site (ACT-7)."""
    async with call.context.db.read() as tx:
        site = await read_site(tx)
        languages = await communities.site_languages(tx)
    pair = await key_pair(call.context.db, "site", site.site_id)
    return document(build_site(site, public_pem=pair.public, language_ids=languages))


async def show_person(call: Call) -> Answer:
    """Somebody of ours."""
    async with call.context.db.read() as tx:
        person = await find.person(tx, call)
        own = await own_accounts(tx, person.id)
    pair = await key_pair(call.context.db, "person", person.id)
    if call.bare:
        return document(
            build_bare(person.ap_id, "Service" if person.bot else "Person", person.name, pair.public)
        )
    return document(build_person(person, public_pem=pair.public, origin=call.origin, own=own))


async def show_community(call: Call) -> Answer:
    """A community of ours."""
    async with call.context.db.read() as tx:
        community = await find.community(tx, call)
        languages = await communities.languages(tx, community.id)
    pair = await key_pair(call.context.db, "community", community.id)
    if call.bare:
        return document(build_bare_group(community, public_pem=pair.public, language_ids=languages))
    return document(
        build_group(community, public_pem=pair.public, origin=call.origin, language_ids=languages)
    )


async def show_tag(call: Call) -> Answer:
    """A tag for the posts of a community of ours."""
    async with call.context.db.read() as tx:
        community = await find.community(tx, call)
    tag = next((tag for tag in read_tags(community.post_tags) if tag.key == call.parts["tag"]), None)
    return document(build_post_tag(tag, community.ap_id)) if tag is not None else NOTHING
