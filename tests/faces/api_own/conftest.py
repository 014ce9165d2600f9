"""The same apps as of API v3."""

from tests.faces.api_v3.conftest import app

__all__ = ["app"]
