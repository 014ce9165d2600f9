"""Every form is guarded: what changes something and is sent by a browser passes the check against forged requests."""

import importlib
from typing import Any

import pytest

from tests.house.source import PACKAGE

pytestmark = pytest.mark.skipif(not (PACKAGE / "web" / "routes.py").exists(), reason="there are no pages yet")

SAFE = {"GET", "HEAD", "OPTIONS"}


def changing_routes() -> list[Any]:
    """The rows of the table of pages that take anything but reading."""
    routes = importlib.import_module("folkmoot.web.routes").ROUTES
    return [route for route in routes if set(getattr(route, "methods", None) or ()) - SAFE]


def test_there_are_forms_to_guard() -> None:
    assert changing_routes()


def test_every_form_handler_checks_where_the_form_came_from() -> None:
    """`web/csrf.py` says through `is_guarded(endpoint)` whether a handler runs behind its check."""
    is_guarded = importlib.import_module("folkmoot.web.csrf").is_guarded
    open_doors = [
        f"{sorted(route.methods - SAFE)} {route.path}"
        for route in changing_routes()
        if not is_guarded(route.endpoint)
    ]
    assert not open_doors, open_doors
