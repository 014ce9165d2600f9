"""How others find us: WebFinger, NodeInfo, host-meta (section 8)."""

from dataclasses import replace
from typing import Any

import pytest

from folkmoot import __version__
from folkmoot.settings import Settings
from folkmoot.store.db import Database
from tests import rows
from tests.cast import HERE, ORIGIN, Cast
from tests.faces.apub.conftest import Peer
from tests.faces.apub.test_documents import run

TYPE = "https://www.w3.org/ns/activitystreams#type"
THREE_DAYS = "public, max-age=259200"


def is_named(found: dict[str, Any]) -> bool:
    """Whether a document that says `lemmy` names us, too."""
    named = found["metadata"]
    return (named["softwareName"], named["softwareVersion"]) == ("folkmoot", __version__)


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("", 400),
        ("nonsense", 400),
        ("acct:", 400),
        ("acct:alice", 400),
        ("acct:@here.example", 400),
        ("acct:alice@here.example@x", 400),
        ("acct:al ice@here.example", 400),
        ("acct:alice@elsewhere.example", 404),
        ("acct:alice@here.example:8080", 404),
        ("acct:nobody@here.example", 404),
        ("acct:mallory@here.example", 404),
        ("acct:carol@here.example", 404),
        ("!alice@here.example", 404),
        ("@gardening@here.example", 404),
        ("~alice@here.example", 404),
        (f"{ORIGIN}/post/1", 404),
        (f"{ORIGIN}/u/alice/outbox", 404),
        ("https://elsewhere.example/u/alice", 404),
    ],
)
async def test_whom_webfinger_does_not_know__WF_1__WF_6__50__F_5(
    cast: Cast, peer: Peer, resource: str, status: int
) -> None:
    refused = await peer.finger(resource)
    assert refused.status_code == status
    assert refused.headers["access-control-allow-origin"] == "*"
    if status == 404:
        assert (refused.content, refused.headers["cache-control"]) == (b"", THREE_DAYS)
    else:
        assert refused.json()["error"] == "unknown"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE person SET deleted = :yes WHERE name = 'alice'",
        "UPDATE person SET banned = :yes WHERE name = 'alice'",
    ],
)
async def test_who_is_gone_or_banned_is_not_found__WF_6(
    db: Database, cast: Cast, peer: Peer, sql: str
) -> None:
    await run(db, sql, yes=True)
    assert (await peer.finger("acct:alice@here.example")).status_code == 404


@pytest.mark.parametrize("column", ["deleted", "removed"])
async def test_a_community_that_is_gone_is_not_found__WF_6(
    db: Database, cast: Cast, peer: Peer, column: str
) -> None:
    await run(db, f"UPDATE community SET {column} = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
    assert (await peer.finger("acct:gardening@here.example")).status_code == 404


@pytest.mark.parametrize(
    "resource",
    ["acct:alice@here.example", "alice@here.example", "acct:ALICE@Here.Example", "@alice@here.example"],
)
async def test_a_person_is_found_by_name__WF_1__WF_2__WF_3(cast: Cast, peer: Peer, resource: str) -> None:
    found = await peer.finger(resource)
    assert (found.status_code, found.headers["content-type"]) == (200, "application/jrd+json")
    assert found.headers["cache-control"] == THREE_DAYS
    assert found.json()["subject"].lower() == "acct:alice@here.example"
    page, itself, subscribe = found.json()["links"]
    assert (page["rel"], page["href"]) == ("http://webfinger.net/rel/profile-page", f"{ORIGIN}/u/alice")
    assert (itself["rel"], itself["type"], itself["href"]) == (
        "self",
        "application/activity+json",
        f"{ORIGIN}/u/alice",
    )
    assert itself["properties"] == {TYPE: "Person"}
    assert subscribe["template"] == f"{ORIGIN}/activitypub/externalInteraction?uri={{uri}}"


async def test_of_one_name_the_person_comes_first_and_the_community_last__WF_4__49(
    db: Database, cast: Cast, peer: Peer
) -> None:
    async with db.write() as tx:
        await rows.community(tx, "alice", moderators=[cast.bob.id])
    links = (await peer.finger("acct:alice@here.example")).json()["links"]
    assert [link["properties"][TYPE] for link in links if link["rel"] == "self"] == ["Person", "Group"]
    assert [link["href"] for link in links if link["rel"] == "self"][-1] == f"{ORIGIN}/c/alice"
    only = (await peer.finger("!alice@here.example")).json()["links"]
    assert [link["href"] for link in only if link["rel"] == "self"] == [f"{ORIGIN}/c/alice"]


async def test_the_site_is_found_by_its_host_and_address__case_54__WF_5(cast: Cast, peer: Peer) -> None:
    by_name = (await peer.finger(f"acct:{HERE}@{HERE}")).json()
    assert [link["href"] for link in by_name["links"]] == [f"{ORIGIN}/", f"{ORIGIN}/"]
    by_address = (await peer.finger(f"{ORIGIN}/")).json()
    assert by_address["subject"] == f"{ORIGIN}/"
    assert by_address["links"][1]["properties"] == {TYPE: "Application"}


@pytest.mark.parametrize(
    ("address", "kind"), [(f"{ORIGIN}/u/alice", "Person"), (f"{ORIGIN}/c/gardening", "Group")]
)
async def test_an_actor_is_found_by_its_address_and_called_by_its_name__WF_1__WF_2(
    cast: Cast, peer: Peer, address: str, kind: str
) -> None:
    """Who asks so wants to know the handle: `aliases` would have the address, `subject` has the name."""
    found = (await peer.finger(address)).json()
    assert [link["properties"][TYPE] for link in found["links"] if link["rel"] == "self"] == [kind]
    assert found["subject"] == f"acct:{address.rpartition('/')[2]}@{HERE}"


class TestWithAPort:
    """The name has a port where the site's has one (URL-15)."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, hostname="here.example:8443")

    async def test_the_port_belongs_to_the_name__URL_15(self, cast: Cast, peer: Peer) -> None:
        assert (await peer.finger("acct:alice@here.example:8443")).status_code == 200
        assert (await peer.finger("acct:alice@here.example")).status_code == 404


async def test_apps_see_lemmy_first_and_servers_see_us__NI_1__NI_2__53(
    db: Database, cast: Cast, peer: Peer
) -> None:
    await run(
        db,
        "UPDATE local_site SET users = 3, posts = 5, comments = 7, users_active_month = 2, users_active_half_year = 3",
    )
    discovery = await peer.get("/.well-known/nodeinfo", None)
    links = discovery.json()["links"]
    assert discovery.headers["cache-control"] == THREE_DAYS
    assert [link["href"] for link in links] == [
        f"{ORIGIN}/nodeinfo/2.0",
        f"{ORIGIN}/",
        f"{ORIGIN}/nodeinfo/2.1",
    ], "who takes the first or the last finds a version"
    assert links[1]["rel"] == "https://www.w3.org/ns/activitystreams#Application"
    first, second = [(await peer.get(link["href"].removeprefix(ORIGIN), None)) for link in links[::2]]
    assert (
        first.headers["content-type"]
        == 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#"'
    )
    assert first.headers["cache-control"] == "public, max-age=3600"
    as_lemmy, ours = first.json(), second.json()
    assert (as_lemmy["software"]["name"], as_lemmy["software"]["version"][:5]) == ("lemmy", "0.19.")
    assert is_named(as_lemmy)
    assert set(as_lemmy["software"]) == {"name", "version"}
    assert (ours["software"]["name"], ours["software"]["version"]) == ("folkmoot", __version__)
    assert ours["software"]["repository"].startswith("https://")
    for found in (as_lemmy, ours):
        assert found["usage"] == {
            "users": {"total": 3, "activeMonth": 2, "activeHalfyear": 3},
            "localPosts": 5,
            "localComments": 7,
        }
        assert (found["openRegistrations"], found["protocols"]) == (True, ["activitypub"])
        assert found["metadata"]["nodeName"] == "Here"
        assert all(isinstance(value, str) for value in found["metadata"].values()), (
            "else Lemmy reads none of it"
        )


@pytest.mark.parametrize("origin", ["https://app.example", "capacitor://localhost", "null"])
async def test_an_app_finds_lemmy_wherever_it_looks(cast: Cast, peer: Peer, origin: str) -> None:
    app = await peer.get("/nodeinfo/2.1", None, headers={"origin": origin})
    found = app.json()
    assert (found["version"], found["software"]["name"]) == ("2.1", "lemmy")
    assert found["software"]["version"].startswith("0.19.")
    assert is_named(found)
    assert app.headers["access-control-allow-origin"] == "*"
    server = await peer.get("/nodeinfo/2.1", None)
    assert server.json()["software"]["name"] == "folkmoot"
    assert all("origin" in each.headers["vary"] for each in (app, server))


async def test_registration_is_open_unless_it_is_closed__F_4(db: Database, cast: Cast, peer: Peer) -> None:
    await run(db, "UPDATE local_site SET registration_mode = 'Closed'")
    assert not (await peer.get("/nodeinfo/2.1")).json()["openRegistrations"]


@pytest.mark.parametrize(
    ("path", "to"), [("/nodeinfo/2.0.json", "2.0"), ("/nodeinfo/2.1.json", "2.1"), ("/version", "2.1")]
)
async def test_old_addresses_lead_to_the_new__F_4(cast: Cast, peer: Peer, path: str, to: str) -> None:
    moved = await peer.get(path, None)
    assert (moved.status_code, moved.headers["location"], moved.headers["cache-control"]) == (
        307,
        f"/nodeinfo/{to}",
        "public, max-age=60",
    )


class TestWithoutLemmy:
    """A site that does not want to be taken for another."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, nodeinfo_as_lemmy="nobody")

    async def test_only_its_own_name_is_shown(self, cast: Cast, peer: Peer) -> None:
        links = (await peer.get("/.well-known/nodeinfo")).json()["links"]
        assert [link["href"] for link in links] == [f"{ORIGIN}/", f"{ORIGIN}/nodeinfo/2.1"]
        assert (await peer.get("/nodeinfo/2.0.json", None)).headers["location"] == "/nodeinfo/2.1"
        assert (await peer.get("/nodeinfo/2.0")).status_code == 404
        for headers in ({}, {"origin": "https://app.example"}):
            found = (await peer.get("/nodeinfo/2.1", None, headers=headers)).json()
            assert found["software"]["name"] == "folkmoot"


class TestLemmyForEveryone:
    """A site that wants to be in the directories of Lemmy servers."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, nodeinfo_as_lemmy="everyone")

    async def test_every_version_says_lemmy(self, cast: Cast, peer: Peer) -> None:
        links = (await peer.get("/.well-known/nodeinfo")).json()["links"]
        assert [link["href"] for link in links[::2]] == [f"{ORIGIN}/nodeinfo/2.0", f"{ORIGIN}/nodeinfo/2.1"]
        for version in ("2.0", "2.1"):
            found = (await peer.get(f"/nodeinfo/{version}", None)).json()
            assert (found["version"], found["software"]["name"]) == (version, "lemmy")
            assert is_named(found)


@pytest.mark.parametrize(
    "path", ["/.well-known/webfinger", "/c/gardening/followers", "/activitypub/externalInteraction"]
)
async def test_whatever_else_is_asked_is_passed_over(cast: Cast, peer: Peer, path: str) -> None:
    much = "&".join(f"other{number}=x" for number in range(200))
    plain = await peer.get(f"{path}?resource=acct:alice@here.example")
    found = await peer.get(f"{path}?{much}&resource=acct:alice@here.example")
    assert (found.status_code, found.content) == (plain.status_code, plain.content)
    assert found.status_code < 400


async def test_host_meta_leads_to_webfinger__HM_1(cast: Cast, peer: Peer) -> None:
    found = await peer.get("/.well-known/host-meta", None)
    assert found.headers["content-type"].startswith("application/xrd+xml")
    assert f'template="{ORIGIN}/.well-known/webfinger?resource={{uri}}"' in found.text


async def test_who_comes_from_elsewhere_to_do_something_here_lands_in_the_search__WF_3(
    cast: Cast, peer: Peer
) -> None:
    moved = await peer.get(
        "/activitypub/externalInteraction?uri=https%3A%2F%2Fthere.example%2Fc%2Fbaking", "text/html"
    )
    assert (moved.status_code, moved.headers["location"]) == (
        303,
        "/search?q=https%3A%2F%2Fthere.example%2Fc%2Fbaking",
    )
