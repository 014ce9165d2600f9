"""Which face a request is for: pages and documents share addresses (URL-4)."""

from functools import lru_cache

from folkmoot.apub.documents import AS

_HTML = ("text/html", "text/*", "*/*")


@lru_cache(maxsize=256)
def prefers_document(accept: str) -> bool:
    """Whether an `Accept` header asks for an ActivityPub document rather than a page.

    The types with the highest weight win; where both have the same, the one that is named first, and a type before a wildcard.
    """
    best_document: tuple[float, int] | None = None
    html: dict[str, tuple[float, int]] = {}
    for place, entry in enumerate(accept.split(",")[:50]):
        kind, _, rest = entry.partition(";")
        kind = kind.strip().lower()
        weight = _weight(rest)
        if kind == "application/activity+json" or (kind == "application/ld+json" and _means_as(rest)):
            best_document = max(best_document or (0.0, 0), (weight, -place))
        elif kind in _HTML:
            html.setdefault(kind, (weight, -place if kind == "text/html" else -100))
    if best_document is None or best_document[0] <= 0:
        return False
    best_html = next((html[kind] for kind in _HTML if kind in html), (0.0, -100))
    return best_document > best_html


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value.strip()), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _means_as(parameters: str) -> bool:
    """Whether an `application/ld+json` is ours: with the profile of ActivityStreams, or without any."""
    names = {
        name.strip().lower(): value.strip().strip('"')
        for name, _, value in (parameter.partition("=") for parameter in parameters.split(";"))
    }
    return AS in names["profile"].split() if "profile" in names else True
