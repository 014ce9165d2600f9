"""The same apps as of API v3."""

from tests.faces.api_v3.conftest import app, served, settings

__all__ = ["app", "served", "settings"]
