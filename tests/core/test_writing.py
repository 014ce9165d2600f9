"""Texts that are made ready before anybody waits for them."""

import pytest

from folkmoot.core import writing
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.model.errors import Invalid
from folkmoot.store.db import Database
from folkmoot.text import markdown
from tests.cast import Cast


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was rendered, in order."""
    seen: list[str] = []
    render = markdown.render

    def note(source: str, **options: object) -> str:
        seen.append(source)
        return render(source, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(markdown, "render", note)
    return seen


async def _say(db: Database, cast: Cast, post_id: int, text: str) -> str:
    async with db.write() as tx:
        return (await create_comment(tx, cast.bob, CreateComment(post_id, text))).comment.content_html


async def _post(db: Database, cast: Cast) -> int:
    async with db.write() as tx:
        return (await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Tomatoes"))).id


async def test_a_text_that_is_ready_is_not_made_again_by_who_writes_it_down(
    db: Database, cast: Cast, rendered: list[str]
) -> None:
    post_id = await _post(db, cast)
    writing.make_ready(db, "in *July*")
    assert rendered == ["in *July*"]
    assert "<em>July</em>" in await _say(db, cast, post_id, "in *July*")
    assert rendered == ["in *July*"]


async def test_it_is_ready_for_one(db: Database, cast: Cast, rendered: list[str]) -> None:
    post_id = await _post(db, cast)
    writing.make_ready(db, "yes")
    await _say(db, cast, post_id, "yes")
    async with db.write() as tx:
        await create_comment(tx, cast.alice, CreateComment(post_id, "yes"))
    assert rendered == ["yes", "yes"]


async def test_the_house_may_have_changed_its_mind_meanwhile__W_4(db: Database, cast: Cast) -> None:
    post_id = await _post(db, cast)
    writing.make_ready(db, "what a slug")
    async with db.write() as tx:
        await edit_site(tx, cast.admin, EditSite(slur_filter_regex="slug"))
    assert "slug" not in await _say(db, cast, post_id, "what a slug")


async def test_what_is_refused_is_refused_where_it_is_written_down__P_2(db: Database, cast: Cast) -> None:
    post_id = await _post(db, cast)
    writing.make_ready(db, "x" * 10_001)
    with pytest.raises(Invalid, match="invalid_body_field"):
        await _say(db, cast, post_id, "x" * 10_001)


async def test_what_nobody_comes_for_is_forgotten(db: Database, cast: Cast) -> None:
    await _post(db, cast)
    for number in range(500):
        writing.make_ready(db, f"{number}")
    async with db.read() as tx:
        assert len((await writing.house(tx)).ready) == 200
