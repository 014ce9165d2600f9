"""The structs of our own additions."""

from folkmoot.api.v3.wire.base import Id, Wire


class HealthResponse(Wire):
    """`status` is `ok` while the database answers, else `unavailable`, and the answer then comes as 503."""

    status: str
    version: str
    database: str
    schema: int | None = None


class GetNewComments(Wire):
    post_id: Id


class NewCommentsResponse(Wire):
    """`since`: when the visit before this one ended; missing where there was none, and then nothing counts as new. `comment_ids`: in the
    order in which they were written."""

    post_id: int
    comment_ids: list[int]
    since: str | None = None
