"""Keywords mean the same on both engines: words of their own, whatever the case and the way of writing."""

import pytest

from folkmoot.store.db import Database

CASES = [
    ("cat", "The Cat sat", True),
    ("cat", "cat-like", True),
    ("cat", "concatenate", False),
    ("cat", "cats", False),
    ("cat", "tom_cat", False),
    ("cat", "cat2", False),
    ("cat", "https://example.com/cat/1", True),
    ("caf", "café", False),
    ("straße", "Die STRASSE", True),
    ("strasse", "die Straße", True),
    ("café", "cafe\u0301", True),
    ("ﬁn", "fin de siècle", True),
    ("ΠΌΛΙΣ", "η πόλις", True),
    ("new york", "New\n  York", True),
    ("new york", "newyork", False),
    ("c++", "I like C++.", True),
    ("c++", "c plus", False),
    (".net", "asp.net", True),
    ("100%", "100% wool", True),
    ("100%", "1000 sheep", False),
    ("a%b", "a or b", False),
    ("snake_case", "snake_case", True),
    ("snake_case", "snake case", False),
    ("(x|y)", "x", False),
    ("[a-z]*", "letters", False),
    ("back\\slash", "back\\slash", True),
    ("猫", "我喜欢猫咪", True),
    ("แมว", "ฉันชอบแมวมาก", True),
    ("ネコ", "かわいいネコ", True),
    ("кот", "Кот спит", True),
    ("кот", "котлета", False),
]


@pytest.mark.parametrize(("keyword", "text", "has"), CASES)
async def test_a_keyword_in_a_text(db: Database, keyword: str, text: str, has: bool) -> None:
    async with db.read() as tx:
        found = await tx.value(
            "SELECT FOLDED<<CAST(:body AS TEXT)>> MATCHES KEYWORD<<CAST(:keyword AS TEXT)>>",
            body=text,
            keyword=keyword,
        )
    assert bool(found) is has
