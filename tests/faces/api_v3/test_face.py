"""What all operations share: form, sessions, headers (sections 1 and 2 of the behaviour rules)."""

from collections.abc import Awaitable, Callable

import pytest

from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


async def test_bad_json_is_unknown_with_the_parsers_words__T_10(app: Open) -> None:
    nobody = await app()
    for body in (
        b"",
        b"{",
        b'{"username_or_email": 5, "password": "x"}',
        b'{"username_or_email": "x"}',
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
    response = await nobody.call("POST", "/user/login", content=body, headers={"content-type": "text/plain"})
    assert (response.status_code, response.json()["error"]) == (400, "unknown")


async def test_a_body_over_two_mebibytes_is_too_large__T_8(app: Open) -> None:
    nobody = await app()
    response = await nobody.call(
        "POST", "/user/login", json={"username_or_email": "x" * (2 << 20), "password": ""}
    )
    assert (response.status_code, response.json()["error"]) == (413, "unknown")
    assert response.headers["cache-control"] == "public, max-age=60"


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
    unknown = await nobody.call("GET", "/nosuch")
    assert (unknown.status_code, unknown.content) == (404, b"")
    wrong = await nobody.call("DELETE", "/post/list")
    assert (wrong.status_code, wrong.headers["allow"], wrong.content) == (405, "GET", b"")


async def test_answers_are_private_where_any_token_was_sent__T_13(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    for caller, kept in ((nobody, "public, max-age=60"), (alice, "private")):
        assert (await caller.call("GET", "/post/list")).headers["cache-control"] == kept
    bad = await nobody.call("GET", "/post/list", headers={"authorization": "Bearer nonsense"})
    assert (bad.status_code, bad.headers["cache-control"]) == (200, "private")


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


async def test_a_session_comes_from_the_header_before_the_cookie__A_1(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    good, bad = alice.token, "nonsense"
    for header, cookie, status in ((good, bad, 200), ("", good, 200), (bad, good, 400)):
        headers = {"cookie": f"jwt={cookie}"} | ({"authorization": f"Bearer {header}"} if header else {})
        response = await nobody.call("GET", "/user/validate_auth", headers=headers)
        assert response.status_code == status
