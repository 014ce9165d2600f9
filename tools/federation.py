"""FEDERATION.md, made from the tables in the code: what we understand, what we send, and where we differ from the protocol."""

import ast
import inspect
import re

from folkmoot.apub import reading
from folkmoot.apub.deviations import DEVIATIONS
from folkmoot.apub.inbox.table import TABLE
from folkmoot.apub.objects.content import POST_TYPES
from folkmoot.apub.outbox import activities as sent

_NO_ACTIVITIES = {"new_id", "kind_of"}


def federation_page() -> str:
    """The whole page."""
    return _PAGE.format(
        posts=", ".join(f"`{kind}`" for kind in sorted(POST_TYPES - {"Page"})),
        accepted="\n".join(_accepted()),
        unheard=", ".join(f"`{name}`" for name in sorted(set(reading.TYPES) - _understood())),
        sent="\n".join(_sent()),
        deviations="\n".join(
            f"| {rule} | {words} |" for rule, words in sorted(DEVIATIONS.items(), key=_by_number)
        ),
    )


def _understood() -> set[str]:
    return {kind.__name__ for kind in TABLE} | {"Announce"}


def _accepted() -> list[str]:
    """One line for each row of `apub/inbox/table.py`."""
    return [
        f"| `{kind.__name__}` | {row.objects} | {'yes' if row.announced else 'no'} | {row.effect} |"
        for kind, row in sorted(TABLE.items(), key=lambda item: item[0].__name__)
    ]


def _sent() -> list[str]:
    """One line for each function of `apub/outbox/activities.py`, in its order: the type on the wire and what it says."""
    tree = ast.parse(inspect.getsource(sent))
    functions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    types = {node.name: _type_in(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    rows = []
    for node in functions:
        if node.name in _NO_ACTIVITIES:
            continue
        whole = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
        # What stands behind `; arg` or `: arg` is for whoever calls the function.
        words = re.split(r"[;:] `", whole)[0].rstrip(".") + "."
        rows.append(f"| `{types[node.name] or _type_of_called(node, types)}` | {words} |")
    return rows


def _type_in(function: ast.FunctionDef) -> str:
    """The last `type` that a function writes itself: what is put over another's document comes last."""
    found = ""
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if (
                    isinstance(name, ast.Constant)
                    and name.value == "type"
                    and isinstance(value, ast.Constant)
                ):
                    found = str(value.value)
    return found


def _type_of_called(function: ast.FunctionDef, types: dict[str, str]) -> str:
    """The type of what it builds on, or the one that it hands to a helper."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if types.get(node.func.id):
                return types[node.func.id]
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                return first.value
    return "?"


def _by_number(item: tuple[str, str]) -> tuple[str, int]:
    family, _, number = item[0].partition("-")
    return family, int(number)


_PAGE = """\
# Federation

What a Folkmoot sends to other servers and accepts from them. Written by `make docs` from the tables in `src/folkmoot/apub/`; change it
there.

## Protocols

- ActivityPub, server to server, as Lemmy uses it (FEP-1b12: a community is a `Group` that announces what happens in it)
- WebFinger (RFC 7033), NodeInfo 2.0 and 2.1, host-meta; FEP-2677 and FEP-d556 to find the site's actor
- HTTP signatures: draft-cavage-12 with `rsa-sha256` first, RFC 9421 where a server refuses that; both accepted
- FEP-7888: the `context` of a post or comment is a collection of everything in its thread
- FEP-4f05: a `Tombstone` is what is left of something deleted

## Objects

| What | As |
|---|---|
| person | `Person`, a bot as `Service` |
| community | `Group` |
| site | `Application` |
| post | `Page`; accepted as well: {posts} |
| comment | `Note` that answers; whatever else answers is accepted |
| private message | `Note` to one person, or `ChatMessage` for servers that take nothing else; both accepted |
| tag for the posts of a community | `CommunityPostTag` in the `tag` of both; those of PieFed (`lemmy:tagsForPosts`) as well |
| what is left of something | `Tombstone`, with status 410 |

Texts come as HTML in `content` and as Markdown in `source`; of others the Markdown is taken, else their HTML is turned into it.

## What we accept

| Activity | Of what | In an `Announce` | Effect |
|---|---|---|---|
{accepted}

An `Announce` by a community carries any of those that may be announced, one or up to a hundred, or a post or comment itself, or an id. By a
person it has no effect. Received and without effect: {unheard}, and every type that is not in this table.

## What we send

| Activity | What it says |
|---|---|
{sent}

## Promises

- Nothing is believed because somebody says so: an activity is taken from the server of its actor, signed, or fetched from there.
- Activities to one server arrive in order where order matters; a server that is away for a while gets the rest when it returns.
- Whatever is refused is kept with its reason, for seven days or as long as the operator wants: "why did this not arrive" has an answer.
- What is passed on is passed on as it came, with members that we do not know.

## Where we differ

| Rule | What we do |
|---|---|
{deviations}
"""
