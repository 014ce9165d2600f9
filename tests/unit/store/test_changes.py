"""What changed since somebody looked."""

import pytest

from folkmoot.store import changes
from folkmoot.store.changes import Changes


def test_texts_that_changed_are_told_by_their_ids() -> None:
    heard = Changes()
    heard.touch(("post_text", 1))
    looked = heard.latest()
    assert heard.since("post_text", looked) == set()
    for key in (("post_text", 7), ("comment_text", 8), ("thread", 9), ("post_text", 7)):
        heard.touch(key)
    assert heard.since("post_text", looked) == {7}
    assert heard.since("comment_text", looked) == {8}
    assert heard.since("post_text", 0) == {1, 7}


def test_who_looked_before_all_was_forgotten_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_LISTED_AT_MOST", 3)
    heard = Changes()
    heard.touch(("thread", 1))
    looked = heard.latest()
    for number in range(3):
        heard.touch(("post_text", number))
    assert heard.since("post_text", looked) == {0, 1, 2}
    heard.touch(("post_text", 3))
    assert heard.since("post_text", looked) is None
    assert heard.newest((("thread", 1), ("site", 0))) == looked, "what else is remembered still stands"
    assert heard.since("comment_text", looked) == set()
    now = heard.latest()
    heard.touch(("post_text", 4))
    assert heard.since("post_text", now) == {4}
