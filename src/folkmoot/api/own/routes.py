"""The table of contents of our own additions, one line each."""

from folkmoot.api.own import site, threads, wire
from folkmoot.api.v3.routes import Route

OWN = "/api/folkmoot"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{OWN}/health", site.health, None, wire.HealthResponse, "none", "", also=503),
    Route("GET", f"{OWN}/thread/new", threads.new_comments, wire.GetNewComments, wire.NewCommentsResponse, "required"),
)  # fmt: skip
