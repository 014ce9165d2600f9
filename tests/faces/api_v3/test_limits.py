"""Rate limits through the API: every class with its default, by what the table of operations says (section 16 of the behaviour rules)."""

from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]

DEFAULTS = [
    ("POST", "/post", 6),
    ("GET", "/user/get_captcha", 6),
    ("POST", "/community", 10),
    ("POST", "/user/register", 10),
    ("POST", "/user/login", 10),
    ("POST", "/user/password_reset", 10),
    ("POST", "/pictrs/image", 6),
    ("POST", "/comment", 6),
    ("GET", "/search", 60),
    ("GET", "/user/export_settings", 1),
    ("POST", "/user/import_settings", 1),
    ("POST", "/post/like", 180),
]
"""An operation of each class, and how often an address may call it at once; what is asked may be nonsense."""


@pytest.mark.parametrize(("method", "path", "count"), DEFAULTS)
async def test_every_class_has_its_default__K_1(
    app: Open, cast: Cast, method: str, path: str, count: int
) -> None:
    alice, elsewhere = await app("alice"), await app("bob", address="198.51.100.7")
    refused = (400, {"error": "rate_limit_error"})
    for _ in range(count):
        response = await alice.call(method, path)
        assert (response.status_code, response.json()) != refused
    response = await alice.call(method, path)
    assert (response.status_code, response.json()) == refused
    assert not {"retry-after", "x-ratelimit-remaining"} & set(response.headers)
    response = await elsewhere.call(method, path)
    assert (response.status_code, response.json()) != refused
