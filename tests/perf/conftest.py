"""Pages and answers in process, as the tests of the faces have them."""

from tests.faces.web.conftest import browser, served, settings

__all__ = ["browser", "served", "settings"]
