"""What the database says of arrivals before any key is looked at: one look for all that come while another look is under way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from folkmoot.apub.policy import Policy, policy
from folkmoot.apub.reading import Envelope
from folkmoot.context import Context
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


class AtHand:
    """Asks for the arrivals of one process."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._waiting: list[tuple[Envelope, asyncio.Future[Known]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def of(self, outside: Envelope) -> Known:
        """What is known. Raises what the database raises."""
        found: asyncio.Future[Known] = asyncio.get_running_loop().create_future()
        self._waiting.append((outside, found))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await found

    async def _look(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    async with self.context.db.read() as tx:
                        answers = await look_up(tx, [outside for outside, _ in batch])
                except Exception as error:  # noqa: BLE001 - everybody who waits has to hear of it, whatever it is
                    for _, found in batch:
                        if not found.done():
                            found.set_exception(error)
                else:
                    for (_, found), answer in zip(batch, answers, strict=True):
                        if not found.done():
                            found.set_result(answer)
        finally:
            self._looking = None


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
