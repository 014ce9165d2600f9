"""Why a request got no answer. `permanent` says whether asking again later is pointless, `never_asked` whether the address itself is one
that nobody is asked for."""


class NetFailure(ValueError):
    """No answer that could be used."""

    permanent = False
    never_asked = False


class BadUrl(NetFailure):
    """The address is malformed or of a kind that is never asked: other schemes, credentials, odd ports."""

    permanent = True
    never_asked = True


class AddressRefused(NetFailure):
    """The host is, or resolves to, an address that is not public."""

    permanent = True
    never_asked = True


class TooLarge(NetFailure):
    """The answer is longer than the caller can use."""

    permanent = True


class TimedOut(NetFailure):
    """The whole exchange took longer than the caller can wait."""


class Unreachable(NetFailure):
    """No connection, a broken one, an answer that is not HTTP, or one redirect too many."""


class NetworkForbidden(RuntimeError):
    """A bug: somebody asked the network while holding a write transaction, and so would have made everybody wait."""
