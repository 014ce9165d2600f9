"""What the database says of arrivals before any key is looked at, of many together."""

from collections.abc import Sequence
from dataclasses import dataclass

from folkmoot.apub.policy import Policy, policy
from folkmoot.apub.reading import Envelope
from folkmoot.store import actors, received
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Known:
    """`sender`: who acts, where that is looked for. `followed`: whether somebody here follows the community that passes something on; of a
    boost that counts, whether the thing is here."""

    rules: Policy
    arrived_before: bool
    sender: actors.Key | None
    followed: bool


async def look_up(tx: Tx, outsides: Sequence[Envelope]) -> list[Known]:
    """What is known of each of these: four statements at the most, however many they are."""
    rules = await policy(tx)
    before = await received.known_among(tx, [outside.id for outside in outsides])
    senders = await actors.keys_of(
        tx, {outside.actor for outside in outsides if outside.type in ("Announce", "Delete")}
    )
    announced = [outside for outside in outsides if outside.type == "Announce"]
    groups = {
        key.id
        for outside in announced
        if (key := senders.get(outside.actor)) is not None and key.kind == "community"
    }
    followed = await actors.followed_here(tx, groups)
    boosted: set[str] = set()
    if rules.counts_boosts:
        boosted = {
            outside.object
            for outside in announced
            if outside.object and ((key := senders.get(outside.actor)) is None or key.kind != "community")
        }
        boosted = set(await actors.objects_at(tx, boosted))
    return [
        _known(rules, outside, before, senders.get(outside.actor), followed, boosted) for outside in outsides
    ]


def _known(
    rules: Policy,
    outside: Envelope,
    before: set[str],
    sender: actors.Key | None,
    followed: set[int],
    boosted: set[str],
) -> Known:
    if outside.type not in ("Announce", "Delete"):
        sender = None
    if outside.type != "Announce":
        concerns = False
    elif sender is not None and sender.kind == "community":
        concerns = sender.id in followed
    else:
        concerns = outside.object in boosted
    return Known(rules, outside.id in before, sender, concerns)
