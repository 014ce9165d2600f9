"""Tags that a community has for its posts. They are few and read with every post, so they lie in the community's own row, as text."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache

MOST = 50
KEY_MAX = 60
TITLE_MAX = 100
_NOT_IN_KEYS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Tag:
    """One of them. `key`: what posts name it by, unique in its community; `ap_id` is empty where it follows from the key, as for all of
    ours. `color`: as its server writes it."""

    key: str
    title: str
    ap_id: str = ""
    color: str = ""

    def address(self, community: str) -> str:
        """Its id (URL-1), given that of its community."""
        return self.ap_id or f"{community}/tag/{self.key}"


@lru_cache(maxsize=2000)
def read_tags(text: str) -> tuple[Tag, ...]:
    """The tags of a community, in its order, as its row has them."""
    return tuple(Tag(**one) for one in json.loads(text)) if text else ()


def write_tags(tags: Iterable[Tag]) -> str:
    """The tags as a row has them; of two with one key the first, so many at the most."""
    kept: dict[str, Tag] = {}
    for tag in tags:
        kept.setdefault(tag.key, tag)
    # What is empty is left out: every post of a list brings the tags of its community along.
    rows = [
        {name: value for name, value in asdict(tag).items() if value} for tag in list(kept.values())[:MOST]
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def key_of(title: str) -> str:
    """The key of a new tag: its letters and digits. Empty where it has none."""
    return _NOT_IN_KEYS.sub("-", title.casefold()).strip("-")[:KEY_MAX].strip("-")


def tags_of(post_tags: str, known: str) -> list[Tag]:
    """The tags of a post, in the order of its community, of which those are `known`; what that does not have any more is left out."""
    named = set(post_tags.split())
    return [tag for tag in read_tags(known) if tag.key in named]


def chosen(keys: Iterable[str], known: str) -> str:
    """The keys that a post keeps: those that its community knows (4.1)."""
    wanted = set(keys)
    return " ".join(tag.key for tag in read_tags(known) if tag.key in wanted)
