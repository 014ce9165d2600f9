"""Who may read a private site."""

from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite


def require_open(site: LocalSite, viewer: Viewer) -> None:
    """Check that posts, comments, communities, people, searches, the log and feeds may be shown (R-11).

    Raises `NotAllowed` instance_is_private.

    What says which site this is, and how to get in, stays open: the site itself, its rules, its servers, log-in and registration.
    """
    if site.private_instance and viewer.account is None:
        raise NotAllowed("instance_is_private")
