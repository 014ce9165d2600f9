"""What the program refuses, each with a stable code.

A code is Lemmy's error name where the API contract has one (behaviour rules T-7 to T-10), so that every face can translate it from one
table. There is no HTTP in here: each face maps the classes to its own statuses and words.
"""


class Refusal(Exception):
    """Something was asked that will not be done.

    `code` is stable and machine-readable; `field` names the input at fault, where there is one; `detail` carries data for people.
    """

    def __init__(self, code: str, *, field: str | None = None, detail: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.detail = detail

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, field={self.field!r}, detail={self.detail!r})"


class Invalid(Refusal):
    """The input is wrong: too long, malformed, contradictory. Names its `field`."""


class NotFound(Refusal):
    """There is no such thing, or none that this viewer may know of."""


class UnknownName(NotFound):
    """Nobody and nothing is called so; what one may not know of is a plain `NotFound`."""


class NotAllowed(Refusal):
    """The viewer may not do this."""


class NotLoggedIn(Refusal):
    """This needs an account, and the request came without one (or with an invalid session)."""

    def __init__(
        self, code: str = "incorrect_login", *, field: str | None = None, detail: str | None = None
    ) -> None:
        super().__init__(code, field=field, detail=detail)


class Conflict(Refusal):
    """The thing is already so, or the name is taken."""


class RateLimited(Refusal):
    """Too many of these from this person or address. `retry_after` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("rate_limit_error")
        self.retry_after = retry_after


class Busy(Refusal):
    """The database could not be written within its time limit, or too many wait for their password to be looked at. Nothing was changed;
    trying again can help."""

    def __init__(self) -> None:
        super().__init__("busy")
