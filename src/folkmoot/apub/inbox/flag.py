"""Flag and Resolve: reports, and that they are dealt with."""

from folkmoot.apub.activities import Activity, Flag, Resolve
from folkmoot.apub.documents import host_of
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing
from folkmoot.core.people.mirror import RemotePerson, mirror_person
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.core.reports.resolve import resolve_about
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.reports import ReportKind
from folkmoot.store import actors
from folkmoot.store.actors import Placed
from folkmoot.store.db import Tx

NO_REASON = "?"
"""What stands where a report came without words."""


async def flag(tx: Tx, arrived: Arrived[Flag]) -> None:
    """Report each thing that is known here; accounts that are named beside them are only context (PERM-9, 6.2)."""
    things = [placed for ident in arrived.activity.objects if (placed := arrived.known.objects.get(ident))]
    if not things:
        raise NotAllowed("unknown_object", detail=" ".join(arrived.activity.objects)[:200])
    reporter = await _reporter(tx, arrived)
    reason = arrived.activity.reason.strip() or NO_REASON
    refused: list[Refusal] = []
    for placed in things:
        try:
            await create_report(tx, reporter, CreateReport(_kind(placed), placed.id, reason))
        except Refusal as error:  # reported before, or gone by now: the others are reported all the same
            refused.append(error)
    if len(refused) == len(things):
        raise refused[0]


async def _reporter(tx: Tx, arrived: Arrived[Activity]) -> Viewer:
    """Who reports; a server may do so in the name of its people, as Mastodon does: it is kept like a program that acts."""
    ident = arrived.activity.actor
    if (person := arrived.known.people.get(ident)) is not None:
        return Viewer(person)
    site = await actors.site_at(tx, ident)
    if site is None:
        raise Missing(actors=[ident])
    said = RemotePerson(
        ap_id=ident,
        name=host_of(ident),
        host=host_of(ident),
        domain=host_of(ident),
        inbox_url=site.inbox_url,
        public_key=site.public_key,
        display_name=site.name,
        bot=True,
    )
    person = arrived.known.people[ident] = await mirror_person(tx, said)
    return Viewer(person)


async def resolve(tx: Tx, arrived: Arrived[Resolve]) -> None:
    """A moderator has dealt with what was reported: the reports about it are closed here too."""
    report = arrived.activity.report
    if not isinstance(report, Flag):
        raise NotAllowed("unknown_report")
    for ident in report.objects:
        placed = arrived.known.objects.get(ident)
        if placed is None or placed.kind == "message":
            continue
        community = await arrived.known.community(tx, placed.community_id)
        checks.must_be_from(arrived, community)
        await resolve_about(tx, arrived.viewer(), _kind(placed), placed.id, resolved=True)


def _kind(placed: Placed) -> ReportKind:
    return "private_message" if placed.kind == "message" else placed.kind
