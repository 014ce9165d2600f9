"""What all operations share: form, sessions, headers (sections 1 and 2 of the behaviour rules)."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from folkmoot.api.v3.routes import ROUTES
from folkmoot.app import Server
from folkmoot.core.comments import together
from folkmoot.core.comments.create import Created
from folkmoot.settings import Settings
from folkmoot.store.db import Database, gave_way
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


async def test_bad_json_is_unknown_with_the_parsers_words__T_10(app: Open) -> None:
    nobody = await app()
    for body in (
        b"",
        b"{",
        b'{"username_or_email": 5, "password": "x"}',
        b'{"username_or_email": "x"}',
        b'{"nest": ' + b'{"a": ' * 5000,
        b'{"nest": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"\xff",
    ):
        response = await nobody.call(
            "POST", "/user/login", content=body, headers={"content-type": "application/json"}
        )
        assert (response.status_code, response.json()["error"]) == (400, "unknown")
        assert response.json()["message"]


async def test_json_of_another_content_type_is_unknown__T_10(app: Open) -> None:
    nobody = await app()
    body = b'{"username_or_email": "a", "password": "b"}'
    for kind in ("text/plain", "", "json", "/json", "application/jsonp", "application/x-www-form-urlencoded"):
        response = await nobody.call("POST", "/user/login", content=body, headers={"content-type": kind})
        assert (response.status_code, response.json()["error"]) == (400, "unknown"), kind


@pytest.mark.parametrize(
    "kind", ["text/json", "application/vnd.api+json", "Application/LD+JSON; charset=utf-8"]
)
async def test_json_is_json_under_each_of_its_names__T_10(app: Open, kind: str) -> None:
    nobody = await app()
    body = b'{"username_or_email": "a", "password": "b"}'
    response = await nobody.call("POST", "/user/login", content=body, headers={"content-type": kind})
    assert (response.status_code, response.json()["error"]) == (401, "incorrect_login")


async def test_a_body_over_two_mebibytes_is_too_large__T_8(app: Open) -> None:
    nobody = await app()
    response = await nobody.call(
        "POST", "/user/login", json={"username_or_email": "x" * (2 << 20), "password": ""}
    )
    assert (response.status_code, response.json()["error"]) == (413, "unknown")
    assert response.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("path", ["/post", "/user/login"])
async def test_what_was_cut_off_is_not_carried_out(
    app: Open, served: Any, cast: Cast, db: Database, path: str
) -> None:
    alice = await app("alice")
    asked = {"name": "Half of it", "community_id": cast.gardening.id}
    asked |= {"username_or_email": "alice", "password": "not this one"}
    sent = [
        {"type": "http.request", "body": msgspec.json.encode(asked), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Any] = []

    async def receive() -> Any:
        return sent.pop(0) if len(sent) > 1 else sent[0]

    async def send(message: Any) -> None:
        answered.append(message)

    headers = [(b"content-type", b"application/json"), (b"authorization", b"Bearer " + alice.token.encode())]
    scope = {
        "type": "http", "method": "POST", "path": f"/api/v3{path}", "query_string": b"", "headers": headers,
        "client": ("192.0.2.1", 1),
    }  # fmt: skip
    await served(scope, receive, send)
    assert answered == []
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM post") == 0


async def test_words_about_a_sign_are_not_the_sign__T_10(app: Open, cast: Cast) -> None:
    alice = await app("alice")
    post = {"community_id": cast.gardening.id, "name": "How \\u0000 is written"}
    assert (await alice.post("/post", **post))["post_view"]["post"]["name"] == "How \\u0000 is written"
    for text in ("a\0b", "\\\0"):
        assert await alice.refused("POST", "/post", **post | {"name": text}) == (400, "unknown")


@pytest.mark.parametrize(
    "asked", ["sort=Newest", "sort=new", "saved_only=1", "limit=many", "limit=5&limit=6"]
)
async def test_a_query_has_the_form_of_the_contract__T_10(app: Open, asked: str) -> None:
    nobody = await app()
    response = await nobody.call("GET", f"/post/list?{asked}")
    assert (response.status_code, response.json()["error"]) == (400, "unknown")


async def test_unknown_names_in_a_query_are_passed_over__T_3(app: Open) -> None:
    nobody = await app()
    assert (await nobody.get("/post/list", nonsense="1"))["posts"] == []


async def test_an_unknown_route_is_404_and_a_wrong_method_405__T_10(app: Open) -> None:
    nobody = await app()
    for path in ("/nosuch", "/%00", "/pictrs/image/%ff"):
        unknown = await nobody.call("GET", path)
        assert (unknown.status_code, unknown.content) == (404, b"")
        assert "content-type" not in unknown.headers
    endless = await nobody.call("GET", "/site?" + "x" * 8001)
    assert (endless.status_code, endless.json()["error"]) == (400, "unknown")
    wrong = await nobody.call("DELETE", "/post/list")
    assert (wrong.status_code, wrong.headers["allow"], wrong.content) == (405, "GET", b"")


async def test_answers_are_private_where_any_token_was_sent__T_13(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    for caller, kept in ((nobody, "public, max-age=60"), (alice, "private")):
        assert (await caller.call("GET", "/post/list")).headers["cache-control"] == kept
    bad = await nobody.call("GET", "/post/list", headers={"authorization": "Bearer nonsense"})
    assert (bad.status_code, bad.headers["cache-control"]) == (200, "private")


async def test_a_cache_may_not_give_to_one_what_another_was_answered__T_13__T_14(app: Open) -> None:
    alice = await app("alice")
    callers = ({}, {"origin": "https://client.example"}, {"authorization": f"Bearer {alice.token}"})
    for headers in callers:
        for accepted in ("identity", "gzip"):
            for _ in range(2):  # made, and from memory
                answer = await (await app()).call(
                    "GET", "/site", headers=headers | {"accept-encoding": accepted}
                )
                varies = answer.headers["vary"].replace(" ", "").split(",")
                assert {"origin", "authorization", "cookie"} <= set(varies)
                assert ("access-control-allow-origin" in answer.headers) == ("origin" in headers)


async def test_what_a_text_shows_is_no_call__K_1(app: Open) -> None:
    """Six pictures at the address of a captcha would keep everybody who reads a thread from posting for ten minutes."""
    nobody, alice = await app(), await app("alice")
    for shown in ("image", "audio", "video"):
        for _ in range(7):
            for caller in (nobody, alice):
                loaded = await caller.call("GET", "/user/get_captcha", headers={"sec-fetch-dest": shown})
                assert loaded.json() == {"error": "unknown", "message": "nothing that a page can show"}
    for caller in (nobody, alice):
        asked = await caller.call("GET", "/user/get_captcha", headers={"sec-fetch-dest": "empty"})
        assert asked.status_code == 200
    picture = await nobody.call("GET", "/pictrs/image/none.png", headers={"sec-fetch-dest": "image"})
    assert picture.status_code == 404
    proxied = await nobody.call(
        "GET", "/image_proxy?url=https://a.example/", headers={"sec-fetch-dest": "image"}
    )
    assert proxied.json()["message"] == "this address is not among the proxied ones"


async def test_any_origin_may_read__T_14(app: Open) -> None:
    nobody = await app()
    there = {"origin": "https://client.example"}
    response = await nobody.call("GET", "/site", headers=there)
    assert response.headers["access-control-allow-origin"] == "https://client.example"
    asks = {
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,content-type",
    }
    preflight = await nobody.call("OPTIONS", "/post", headers=there | asks)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"
    assert preflight.headers["access-control-max-age"] == "3600"
    too_large = await nobody.call("POST", "/user/login", content=b" " * (3 << 20), headers=there)
    assert too_large.status_code == 413
    assert too_large.headers["access-control-allow-origin"] == "https://client.example"


async def test_a_session_comes_from_the_header_before_the_cookie__A_1(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    good, bad = alice.token, "nonsense"
    for header, cookie, status in ((good, bad, 200), ("", good, 200), (bad, good, 400)):
        headers = {"cookie": f"jwt={cookie}"} | ({"authorization": f"Bearer {header}"} if header else {})
        response = await nobody.call("GET", "/user/validate_auth", headers=headers)
        assert response.status_code == status


def nothing_null(value: Any) -> bool:
    """Whether a JSON value holds no null anywhere."""
    if isinstance(value, dict):
        return all(map(nothing_null, value.values()))
    return all(map(nothing_null, value)) if isinstance(value, list) else value is not None


async def test_reading_is_get_and_doing_is_post_or_put__T_1(app: Open) -> None:
    nobody = await app()
    assert {route.method for route in ROUTES} == {"GET", "POST", "PUT"}
    for method in ("PATCH", "DELETE"):
        assert (await nobody.call(method, "/post")).status_code == 405


@pytest.mark.parametrize("asked", ["type_=subscribed", "type_=SUBSCRIBED", "sort=top_day", "sort=TopSixhour"])
async def test_choices_are_spelled_as_they_are__T_2(app: Open, asked: str) -> None:
    nobody = await app()
    assert (await nobody.call("GET", f"/post/list?{asked}")).status_code == 400
    assert (await nobody.call("GET", "/post/list?type_=Local&sort=TopSixHour")).status_code == 200


def test_members_are_spelled_in_small_letters__T_2() -> None:
    structs = [kind for route in ROUTES for kind in (route.asks, route.answers) if kind is not None]
    names = {name for kind in structs for name in kind.__struct_encode_fields__}
    odd = {name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)}
    assert odd <= {"images[]"}
    assert {"type_", "page_cursor"} <= names


async def test_what_is_empty_is_left_out__T_4(app: Open, cast: Cast, db: Database) -> None:
    alice = await app("alice")
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
    for path, asked in (
        ("/site", {}),
        ("/post", {"id": post.id}),
        ("/post/list", {}),
        ("/community", {"id": cast.gardening.id}),
        ("/user", {"person_id": cast.alice.id}),
        ("/modlog", {}),
    ):
        assert nothing_null(await alice.get(path, **asked)), path


async def test_null_is_not_given__T_3(app: Open, cast: Cast) -> None:
    bob = await app("bob")
    said = await bob.put("/community", community_id=cast.gardening.id, title=None, description="Beds")
    assert (
        said["community_view"]["community"]["title"],
        said["community_view"]["community"]["description"],
    ) == (
        cast.gardening.title,
        "Beds",
    )


async def test_moments_are_text_and_ends_of_bans_are_asked_for_in_seconds__T_5(app: Open, cast: Cast) -> None:
    admin = await app("admin")
    said = await admin.post("/user/ban", person_id=cast.alice.id, ban=True, expires=1_900_000_000)
    assert said["person_view"]["person"]["ban_expires"] == "2030-03-17T17:46:40Z"
    text = "2030-03-17T17:46:40Z"
    refused = await admin.refused("POST", "/user/ban", person_id=cast.alice.id, ban=True, expires=text)
    assert refused == (400, "unknown")
    published = (await admin.get("/site"))["site_view"]["site"]["published"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z", published)


@pytest.mark.parametrize("number", [0, -1, -(2**31), 2**31 - 1])
async def test_odd_numbers_are_unknown_things__T_6(app: Open, number: int) -> None:
    alice = await app("alice")
    assert await alice.refused("GET", "/post", id=number) == (400, "couldnt_find_post")
    assert await alice.refused("GET", "/community", id=number) == (400, "couldnt_find_community")
    liked = await alice.refused("POST", "/post/like", post_id=number, score=1)
    assert liked == (400, "couldnt_find_post")
    assert await alice.refused("GET", "/post", id=2**31) == (400, "unknown")


async def test_only_some_refusals_say_more_than_their_name__T_7(app: Open) -> None:
    nobody = await app()
    plain = (await nobody.call("GET", "/community", params={"id": 99999})).json()
    assert plain == {"error": "couldnt_find_community"}
    talking = (await nobody.call("GET", "/post/list?sort=Newest")).json()
    assert talking["error"] == "unknown"
    assert talking["message"]


async def test_what_is_not_there_is_named_as_libraries_know_it__T_7__T_8__L_6(app: Open) -> None:
    admin = await app("admin")
    wanted = {"error": "unknown", "message": "Record not found"}
    for path in ("/post/list", "/comment/list", "/search"):
        answer = await admin.call("GET", path, params={"community_name": "nosuch", "q": "water"})
        assert (answer.status_code, answer.json()) == (404, wanted), path
    approved = await admin.call(
        "PUT", "/admin/registration_application/approve", json={"id": 9999, "approve": True}
    )
    assert (approved.status_code, approved.json()) == (404, wanted)


async def test_a_server_that_starts_says_so__T_15(settings: Settings) -> None:
    server = Server(settings, work=False)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(server), base_url="https://here.example"
    ) as early:
        response = await early.get("/api/v3/site")
    assert response.status_code == 503
    assert response.json()["error"]


async def test_nothing_is_scheduled_tagged_or_private__W_14(app: Open, cast: Cast) -> None:
    """What later versions know is passed over, as anything unknown."""
    alice = await app("alice")
    said = await alice.post(
        "/post", name="Now", community_id=cast.gardening.id, scheduled_publish_time=1_900_000_000, tags=[1]
    )
    assert not said["post_view"]["post"].keys() & {"scheduled_publish_time", "tags"}
    refused = await alice.refused("POST", "/community", name="den", title="Den", visibility="Private")
    assert refused == (400, "unknown")


async def test_a_question_mark_without_a_question_is_fine__X_1(app: Open) -> None:
    nobody = await app()
    for path in ("/site?", "/post/list?", "/community/list?", "/modlog?"):
        assert (await nobody.call("GET", path)).status_code == 200


async def test_what_apps_go_on_doing_goes_on_working__X_3(app: Open, cast: Cast, db: Database) -> None:
    bob = await app("bob")
    async with db.write() as tx:
        first = await stories.post(tx, cast.alice, cast.gardening)
        second = await stories.post(tx, cast.alice, cast.gardening, "Another")
    pages = [await bob.get("/post/list", sort="Old", limit=1, page=page) for page in (1, 2)]
    assert {page["posts"][0]["post"]["id"] for page in pages} == {first.id, second.id}
    assert "my_vote" not in pages[0]["posts"][0]
    assert await bob.post("/post/mark_as_read", post_ids=[first.id], read=True) == {"success": True}


async def test_apps_see_a_server_of_the_0_19_line__X_4(app: Open) -> None:
    nobody = await app()
    version = (await nobody.get("/site"))["version"]
    assert re.fullmatch(r"0\.19\.\d+", version)
    links = (await nobody.call("GET", "/.well-known/nodeinfo")).json()["links"]
    first = links[0]["href"].removeprefix("https://here.example")
    software = (await nobody.call("GET", first)).json()["software"]
    assert software == {"name": "lemmy", "version": version}


async def test_a_call_whose_transaction_gave_way_is_done_again_and_answered__T_10(
    app: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, create, tries = await app("alice"), together.create_together, list[int]()

    async def gives_way(*asked: Any) -> Any:
        made = await create(*asked)
        tries.extend(one.comment.id for one in made if isinstance(one, Created))
        if len(tries) == 1:
            raise gave_way()
        return made

    post = (await alice.post("/post", community_id=cast.gardening.id, name="Tomatoes"))["post_view"]["post"]
    monkeypatch.setattr(together, "create_together", gives_way)
    said = await alice.post("/comment", post_id=post["id"], content="Water them.")
    assert said["comment_view"]["comment"]["id"] == tries[1]
    assert (await alice.get("/post", id=post["id"]))["post_view"]["counts"]["comments"] == 1
