"""Pictures elsewhere, as they come."""

from folkmoot.net.client import Client
from folkmoot.net.errors import Unreachable

LIMIT_BYTES = 10 << 20
TIMEOUT = 20.0


async def fetch_picture(client: Client, url: str) -> bytes:
    """The bytes at an address: 20 seconds, ten mebibytes, two redirects. Whether they are a picture is for others to say.

    Raises what `Client.get` raises; Unreachable also for an answer that is an error or a page.
    """
    fetched = await client.get(
        url,
        accept="image/avif, image/webp, image/png, image/jpeg, image/gif;q=0.9, image/*;q=0.5",
        limit_bytes=LIMIT_BYTES,
        timeout=TIMEOUT,
        redirects=2,
        plain_http=True,
    )
    if not 200 <= fetched.status < 300 or fetched.content_type.startswith("text/"):
        raise Unreachable(f"{url}: status {fetched.status}, {fetched.content_type or 'no type'}")
    return fetched.body
