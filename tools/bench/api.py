"""What apps ask for (API v3): the calls behind their first screen, a thread, a profile, and the writes."""

import json

from tools.bench.plan import GZIP, Page, Reader
from tools.bench.wrk import Load

V3 = "/api/v3"
JSON = {"content-type": "application/json"}


def calls(reader: Reader) -> list[Page]:
    """Every call that is measured: reads as nobody and signed in, plain and packed as apps ask for them, and the writes of a member."""
    reads = {
        "API post list": (f"{V3}/post/list?type_=All&sort=Hot&limit=20",),
        "API 300 comments": (_tree(reader.thread_300),),
        "API 2,000-comment thread": (_tree(reader.thread_2000),),
        "API post": tuple(f"{V3}/post?id={number}" for number in reader.posts[:50]),
        "API site": (f"{V3}/site",),
        "API community": tuple(f"{V3}/community?name={name}" for name in reader.communities),
        "API person": tuple(f"{V3}/user?username={name}" for name in reader.people),
        "API search": tuple(f"{V3}/search?q={word}" for word in ("tomato", "protocol", "winter", "Fahrrad")),
    }
    signed_in = {"authorization": f"Bearer {reader.token}"}
    return [
        *(Page(f"{name}, visitor", Load(paths)) for name, paths in reads.items()),
        *(Page(f"{name}, visitor, gzip", Load(paths, headers=GZIP)) for name, paths in reads.items()),
        *(Page(f"{name}, signed in", Load(paths, headers=signed_in)) for name, paths in reads.items()),
        *(
            Page(f"{name}, signed in, gzip", Load(paths, headers=signed_in | GZIP))
            for name, paths in reads.items()
        ),
        *_writes(reader, signed_in | JSON),
    ]


def _tree(number: int) -> str:
    return f"{V3}/comment/list?post_id={number}&max_depth=8&limit=300&sort=Hot&type_=All"


def _writes(reader: Reader, headers: dict[str, str]) -> list[Page]:
    def write(path: str, ids: tuple[int, ...], body: str) -> Load:
        return Load((f"{V3}{path}",), "POST", body, headers, ids)

    who = json.dumps({"username_or_email": reader.name, "password": reader.password})
    return [
        Page(
            "API create comment",
            write("/comment", reader.posts, '{"post_id":{id},"content":"A benchmark says {n}"}'),
        ),
        Page("API like post", write("/post/like", reader.posts, '{"post_id":{id},"score":1}')),
        Page("API take a like back", write("/post/like", reader.posts, '{"post_id":{id},"score":0}')),
        Page("API login", Load((f"{V3}/user/login",), "POST", who, JSON)),
    ]
