"""How far a community is believed about people of third servers (ANN-7).

What it passes on is signed by nobody but itself. Votes and acts of its moderators are taken on its word. What it says somebody of a
third server wrote, changed or deleted is taken too, and looked into afterwards (setting `verify_announced`): always where it answers or
names people here, changes something or deletes it; else one in twenty. A community that is caught inventing is believed no more: then
each thing is read from its own server first.
"""

import json
from zlib import crc32

from folkmoot.apub.activities import Activity, Create, Delete, Undo, Update
from folkmoot.apub.documents import same_host
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.names import object_of
from folkmoot.apub.objects.actors import Actor
from folkmoot.apub.objects.content import Comment, Written
from folkmoot.model.communities import Community
from folkmoot.store import jobs
from folkmoot.store.db import Tx

VERIFY = "inbox.verify"
"""The job: ask its own server about a thing that a community told of (`verify.py`)."""

_ONE_IN = 20


def _is_about_content(activity: Activity) -> bool:
    """Whether it says what somebody wrote, changed or deleted."""
    if isinstance(activity, Create | Update):
        return not isinstance(activity.object, Actor)
    undone = activity.undone if isinstance(activity, Undo) else activity
    return isinstance(undone, Delete) and undone.reason is None


def needs_proof(arrived: Arrived[Activity], group: Community) -> bool:
    """Whether this has to be read from its own server before it is believed."""
    inner = arrived.activity
    third = not same_host(inner.actor, group.ap_id)
    doubted = arrived.policy.verify_announced == "always" or group.id in arrived.known.quarantined
    return third and doubted and _is_about_content(inner)


def is_proven(arrived: Arrived[Activity]) -> bool:
    """Whether its own server says the same: shows the thing, or where this says that it was deleted, no longer does. That it was asked
    and gave no answer proves nothing."""
    ident = object_of(arrived.activity)
    shown = arrived.gone if isinstance(arrived.activity, Delete) else arrived.read
    return ident is None or ident in shown


async def look_into(tx: Tx, arrived: Arrived[Activity], group: Community) -> None:
    """Have what was just taken in compared with what its own server says, where it is of the kind or by lot."""
    inner = arrived.activity
    ident = object_of(inner)
    if arrived.policy.verify_announced == "never" or needs_proof(arrived, group):
        return  # nobody asks, or it has been asked for already
    if ident is None or not _is_about_content(inner) or arrived.quiet:
        return
    if (
        isinstance(inner, Create)
        and not _concerns_people_here(arrived, inner.object)
        and crc32(ident.encode()) % _ONE_IN
    ):
        return
    payload = {"ap_id": ident, "community_id": group.id, "deleted": isinstance(inner, Delete)}
    await jobs.enqueue(tx, VERIFY, payload, unique_key=f"{VERIFY} {ident}")


def _concerns_people_here(arrived: Arrived[Activity], content: object) -> bool:
    if not isinstance(content, Written):
        return False
    named = [mention.id for mention in content.mentions]
    if any(arrived.policy.is_ours(ident) for ident in (*named, *content.addressed)):
        return True
    parent = arrived.known.objects.get(content.parent) if isinstance(content, Comment) else None
    return parent is not None and parent.local


def is_what_we_sent(body: str, inner: Activity) -> bool:
    """Whether an activity that came back has the type and object of ours (IDV-5)."""
    sent = json.loads(body)
    if sent.get("id") != inner.id and isinstance(sent.get("object"), dict):
        sent = sent["object"]
    theirs = inner.document.members
    return bool(
        sent.get("type") == theirs.get("type") and _id_of(sent.get("object")) == _id_of(theirs.get("object"))
    )


def _id_of(value: object) -> object:
    return value.get("id") if isinstance(value, dict) else value
