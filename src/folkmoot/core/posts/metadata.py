"""What a page says about itself, for somebody about to link to it (I-1, I-2)."""

from folkmoot.core.posts.fetch_link import Fetch, Said
from folkmoot.model.errors import Invalid
from folkmoot.text import links


async def look_at_link(url: str, fetch: Fetch) -> Said:
    """Ask a page what it says about itself; uses the network.

    Raises `Invalid` invalid_url for what is no address of the web or not of the public internet, unknown where nothing answers.
    """
    try:
        url = links.check_post_url(url.strip())
    except links.UrlRefused as error:
        raise Invalid("invalid_url", field="url") from error
    if not url.startswith(("http://", "https://")):
        raise Invalid("invalid_url", field="url")
    try:
        return await fetch(url)
    except (ValueError, OSError) as error:
        # What will never be asked is the address's fault, the rest the other server's or the network's.
        never = bool(getattr(error, "never_asked", False))
        raise Invalid("invalid_url" if never else "unknown", field="url", detail=str(error)) from error
