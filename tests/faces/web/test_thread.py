"""A thread's page, and one comment's: markup as docs/develop/interface.md promises it."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.background import BackgroundTask

from folkmoot.core.instances.neighbours import read_neighbours
from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.model.time import DAY, HOUR, MINUTE, FixedClock
from folkmoot.store import fetches, instances
from folkmoot.store.db import Database, count_statements
from folkmoot.web.base import PageResponse
from tests import rows
from tests.cast import Cast
from tests.faces.web.conftest import read
from tests.faces.web.reading import HOSTILE, change, write_comment, write_post
from tests.waiting import until


@pytest.fixture
async def post(db: Database, cast: Cast) -> Post:
    """Alice's post in !gardening."""
    return await write_post(db, cast.alice, cast.gardening.id, "Slugs", body="What *helps*?", language_id=37)


# --- refusals and nonsense -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/post/0", "/post/99999999", "/post/x", "/post/2147483648", "/comment/1", "/comment/-1", "/post/1/x"],
)
async def test_there_is_no_such_thing(browser: Any, cast: Cast, path: str) -> None:
    assert (await (await browser()).get(path)).status_code == 404


@pytest.mark.parametrize("query", ["sort=x", "view=x", "after=x", "after=99", "sort=%ff", "context=-1"])
async def test_choices_that_do_not_exist_are_as_if_not_made(browser: Any, post: Post, query: str) -> None:
    assert (await (await browser()).get(f"/post/{post.id}?{query}")).status_code == 200


async def test_removed_posts_are_for_author_and_moderators__P_9(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    await change(
        db, "UPDATE post SET removed = :yes WHERE id = :id", ("thread", post.id), yes=True, id=post.id
    )
    assert (await (await browser()).get(f"/post/{post.id}")).status_code == 404
    page = read(await (await browser("alice")).get(f"/post/{post.id}"))
    assert "Removed by a moderator" in page.css_first("p.note.mod").text()
    assert page.css_first("form[action$='/reply']") is None
    assert page.css_first("meta[name=robots]").attributes["content"] == "noindex"


# --- the post ------------------------------------------------------------------------------------------------------


async def test_the_post_on_its_own_page(browser: Any, db: Database, cast: Cast, clock: FixedClock) -> None:
    post = await write_post(
        db, cast.carol, cast.baking.id, "Bread", url="https://bread.example/1", body="Flour.", ap_id="https://there.example/post/7",
        language_id=37,
    )  # fmt: skip
    await change(
        db, "UPDATE post SET updated = :u, downvotes = 2, embed_description = 'A page about bread' WHERE id = :id",
        u=clock.now() + HOUR, id=post.id,
    )  # fmt: skip
    other = await write_post(db, cast.bob, cast.gardening.id, "Bread too", url="https://bread.example/1")
    clock.advance(3 * HOUR)
    page = read(await (await browser()).get(f"/post/{post.id}"))
    article = page.css_first("article.p.post")
    assert article.attributes["id"] == f"p{post.id}"
    assert article.css_first("h1 a").attributes["href"] == "https://bread.example/1"
    meta = article.css_first("header p.m")
    assert meta.css_first("a.u").text() == "carol@there.example"
    assert meta.css_first("b.mod").text() == "mod"
    assert meta.css_first("span a.k").text() == "!baking@there.example"
    assert [time.text() for time in meta.css("time")] == ["3 hours ago", "2 hours ago"]
    origin = meta.css_first("a[rel~=external]")
    assert (origin.attributes["href"], origin.text()) == ("https://there.example/post/7", "on there.example")
    assert meta.css_first(".l").text() == "English"
    assert meta.css_first(".up").text() == "1 upvotes"
    assert meta.css_first(".dn").text() == "2 downvotes"
    assert article.css_first("div.body").attributes["lang"] == "en"
    assert article.css_first("div.link p").text() == "A page about bread"
    assert (
        article.css_first(f"p.m a[href='/post/{other.id}']").text() == "!gardening@here.example (0 comments)"
    )
    assert article.css_first("p.a") is None
    head = page.css_first("head")
    assert head.css_first("link[rel=canonical]").attributes["href"] == "https://there.example/post/7"
    assert head.css_first("meta[property='og:title']").attributes["content"] == "Bread"
    assert page.css_first("a[href^='/login?next=']").text() == "Log in"
    assert (
        read(await (await browser()).get(f"/post/{post.id}/crossposts")).css_first("article.p h2 a").text()
        == "Bread too"
    )


async def test_a_picture_is_shown_in_full_and_nsfw_ones_wait(browser: Any, db: Database, cast: Cast) -> None:
    post = await write_post(
        db, cast.bob, cast.gardening.id, "Charcoal", url="https://pics.example/a.jpg", alt_text='A "hand"'
    )
    await change(db, "UPDATE post SET url_content_type = 'image/jpeg' WHERE id = :id", id=post.id)
    visitor = await browser()
    picture = read(await visitor.get(f"/post/{post.id}")).css_first("div.media img")
    assert (picture.attributes["src"], picture.attributes["alt"]) == (
        "https://pics.example/a.jpg",
        'A "hand"',
    )
    await change(db, "UPDATE post SET nsfw = :yes WHERE id = :id", yes=True, id=post.id)
    page = read(await visitor.get(f"/post/{post.id}"))
    assert page.css_first("div.media") is None
    assert page.css_first("details.media:not([open]) img") is not None
    assert page.css_first("meta[property='og:image']") is None


async def test_an_uploaded_picture_is_shown_at_once(browser: Any, db: Database, cast: Cast) -> None:
    visitor = await browser()
    for address, shown in (
        ("https://here.example/pictrs/image/aa11.png", True),
        ("https://here.example/pictrs/image/aa11.mp4", False),
        ("https://pics.example/pictrs/image/aa11.png", False),
    ):
        post = await write_post(db, cast.bob, cast.gardening.id, "Charcoal", url=address)
        page = read(await visitor.get(f"/post/{post.id}"))
        assert (page.css_first("div.media img") is not None) is shown, address


# --- comments ------------------------------------------------------------------------------------------------------


async def test_a_comment_exactly(
    browser: Any, db: Database, cast: Cast, post: Post, clock: FixedClock
) -> None:
    first = await write_comment(
        db, cast.carol, post, "Copper.", ap_id="https://there.example/comment/5", language_id=37
    )
    await write_comment(db, cast.alice, post, "Beer.", first)
    await change(
        db, "UPDATE comment SET downvotes = 2, upvotes = 26, updated = :u WHERE id = :id", ("thread", post.id),
        u=clock.now() + HOUR, id=first.id,
    )  # fmt: skip
    clock.advance(3 * DAY)
    html = (await (await browser()).get(f"/post/{post.id}?sort=Old")).text
    start = html.index('<ol class="t" id="tree">')
    tree = re.sub(r"\s+", " ", html[start : html.index("</main>")]).strip()
    assert tree == re.sub(
        r"\s+", " ",
        f"""<ol class="t" id="tree">
<li><article id="c{first.id}" class="c">
<header><a class="u" href="/u/carol@there.example">carol<small>@there.example</small></a> <span class="l">English</span>
 <a rel="bookmark" href="/comment/{first.id}"><time datetime="2026-06-01 12:00:00Z" title="2026-06-01 12:00:00Z">3 days ago</time></a>
 <i>edited <time datetime="2026-06-01 13:00:00Z" title="2026-06-01 13:00:00Z">2 days ago</time></i>
 <a rel="external nofollow" href="https://there.example/comment/5">on there.example</a>
 <span class="up">26<small> upvotes</small></span> <span class="dn">2<small> downvotes</small></span></header>
<details open><summary>2 comments</summary>
<div lang="en" dir="auto"><p dir="auto">Copper.</p></div>
<ol>
<li><article id="c{first.id + 1}" class="c">
<header><a class="u" href="/u/alice">alice<small>@here.example</small></a> <b class="op">OP</b>
 <a rel="bookmark" href="/comment/{first.id + 1}"><time datetime="2026-06-01 12:00:00Z" title="2026-06-01 12:00:00Z">3 days ago</time></a>
 <span class="up">1<small> upvotes</small></span> <a href="#c{first.id}">parent</a></header>
<details open><summary>1 comment</summary>
<div dir="auto"><p dir="auto">Beer.</p></div>
</details></article></li>
</ol>
</details></article></li>
</ol>""",
    )  # fmt: skip


async def test_members_have_buttons_and_a_line_of_actions(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    theirs = await write_comment(db, cast.bob, post, "Copper.")
    mine = await write_comment(db, cast.alice, post, "Beer.", theirs)
    await change(db, "INSERT INTO comment_vote (comment_id, person_id, post_id, value, published) VALUES (:c, :p, :post, -1, 0)",
                 c=theirs.id, p=cast.alice.id, post=post.id)  # fmt: skip
    page = read(await (await browser("alice")).get(f"/post/{post.id}"))
    article = page.css_first(f"#c{theirs.id}")
    up, down = article.css("header > button")[:2]
    assert (up.attributes["value"], up.attributes["aria-pressed"], up.text()) == ("1", "false", "Upvote 1")
    assert (down.attributes["value"], down.attributes["aria-pressed"], down.text()) == (
        "0",
        "true",
        "Downvote ",
    )
    assert down.attributes["formaction"] == f"/comment/{theirs.id}/vote"
    words = [node.text() for node in article.css_first("p.a").iter()]
    assert words == ["reply", "save", "report", "source", "more"]
    own = [node.text() for node in page.css_first(f"#c{mine.id} p.a").iter()]
    assert own == ["reply", "save", "edit", "delete", "source", "more"]
    # The thread stands in the form of its buttons: naming it on each takes browsers time that grows with the square of their number.
    assert page.css_first("form#act > ol#tree") is not None and len(page.css("#act")) == 1
    assert page.css("#tree [form]") == [] and len(page.css("#tree button[formaction]")) == 6
    assert {field.attributes["name"] for field in page.css("#act > input")} == {"csrf", "next"}
    assert page.css_first("form[data-send=reply]").attributes["action"] == f"/post/{post.id}/reply"
    assert "seen here" in page.css_first("form[data-send=reply] .help").text()


async def test_counts_are_for_who_wants_them(browser: Any, db: Database, cast: Cast, post: Post) -> None:
    comment = await write_comment(db, cast.bob, post, "Copper.")
    await change(db, "UPDATE comment SET upvotes = 5, downvotes = 2, version = version + 1")
    alice = await browser("alice")

    async def shown() -> list[str]:
        page = read(await alice.get(f"/post/{post.id}"))
        return [button.text() for button in page.css(f"#c{comment.id} > header > button")]

    assert await shown() == ["Upvote 5", "Downvote 2"]
    for column, words in (
        ("vote_show_downvotes", ["Upvote 5", "Downvote "]),
        ("vote_show_upvotes", ["Upvote ", "Downvote "]),
    ):
        await change(db, f"UPDATE local_user SET {column} = FALSE", ("person", cast.alice.id))
        assert await shown() == words


async def test_locked_threads_take_replies_from_moderators_only__P_12(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    await write_comment(db, cast.alice, post, "Beer.")
    await change(
        db, "UPDATE post SET locked = :yes WHERE id = :id", ("thread", post.id), yes=True, id=post.id
    )
    alice = read(await (await browser("alice")).get(f"/post/{post.id}"))
    assert alice.css_first("form[data-send=reply]") is None
    assert alice.css_first("a[href$='/reply']") is None
    assert "Locked" in alice.css_first("p.note.mod").text()
    assert (
        read(await (await browser("bob")).get(f"/post/{post.id}")).css_first("a[href$='/reply']") is not None
    )


async def test_badges_are_words(browser: Any, db: Database, cast: Cast, post: Post) -> None:
    for author in (cast.bob, cast.admin, cast.carol):
        await write_comment(
            db,
            author,
            post,
            "Hm.",
            **({"ap_id": "https://there.example/comment/9"} if author is cast.carol else {}),
        )
    await change(db, "UPDATE person SET bot = :yes WHERE id = :id", yes=True, id=cast.carol.id)
    await change(db, "INSERT INTO community_ban (community_id, person_id, published) VALUES (:c, :p, 0)", ("thread", post.id),
                 c=cast.gardening.id, p=cast.carol.id)  # fmt: skip
    page = read(await (await browser()).get(f"/post/{post.id}?sort=Old"))
    assert [[badge.text() for badge in header.css("b")] for header in page.css("#tree header")] == [
        ["mod"],
        ["admin"],
        ["bot", "banned"],
    ]


async def test_deleted_and_removed_comments_leave_a_line_and_their_answers(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    """C-6: who and why, as far as it is known."""
    removed = await write_comment(db, cast.carol, post, "Rude.", ap_id="https://there.example/comment/5")
    answer = await write_comment(db, cast.bob, post, "Please.", removed)
    deleted = await write_comment(db, cast.alice, post, "Oops.")
    await change(
        db, "INSERT INTO modlog (kind, kind_id, moderator_id, reason, comment_id, published) VALUES ('remove_comment', 1, :m, :r, :c, 0)",
        m=cast.bob.id, r="rule 2 <b>", c=removed.id,
    )  # fmt: skip
    await change(
        db, "UPDATE comment SET removed = :yes WHERE id = :id", ("thread", post.id), yes=True, id=removed.id
    )
    await change(
        db, "UPDATE comment SET deleted = :yes WHERE id = :id", ("thread", post.id), yes=True, id=deleted.id
    )
    page = read(await (await browser("alice")).get(f"/post/{post.id}?sort=Old"))
    gone = page.css_first(f"#c{removed.id}")
    assert gone.attributes["class"] == "c x"
    assert gone.css_first("header i").text() == "removed by a moderator: rule 2 <b>"
    assert gone.css_first("header").css_first("a.u") is None
    assert "Rude" not in gone.text()
    assert gone.css_first("summary").text() == "2 comments"
    assert gone.css_first(f"ol #c{answer.id}") is not None
    assert page.css_first(f"#c{deleted.id} header i").text() == "deleted by its author"
    assert page.css_first(f"#c{deleted.id} p.a").text() == "restore", "it was alice's own"
    visitor = read(await (await browser()).get(f"/post/{post.id}?sort=Old"))
    assert visitor.css_first(f"#c{deleted.id} p.a") is None
    tools = f'#c{removed.id} > details > p.a a[href="/comment/{removed.id}/more"]'
    assert page.css_first(tools) is None
    moderator = await browser("bob")
    assert read(await moderator.get(f"/post/{post.id}")).css_first(tools) is not None


async def test_blocked_people_are_folded_with_the_reason(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    comment = await write_comment(db, cast.bob, post, "Copper.")
    await write_comment(db, cast.alice, post, "Beer.", comment)
    await change(
        db,
        "INSERT INTO person_block (person_id, target_id, published) VALUES (:p, :t, 0)",
        p=cast.alice.id,
        t=cast.bob.id,
    )
    article = read(await (await browser("alice")).get(f"/post/{post.id}")).css_first(f"#c{comment.id}")
    assert article.attributes["class"] == "c f"
    details = article.css_first("details")
    assert "open" not in details.attributes
    assert details.css_first("summary").text() == "hidden: you blocked this person · 2 comments"
    assert details.css_first("div[dir]").text(strip=True) == "Copper."


async def test_visits_that_wait_for_a_busy_database_hold_no_pages_and_count_once(
    browser: Callable[..., Any], db: Database, post: Post
) -> None:
    if db.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets several write at once")
    alice = await browser("alice")
    with count_statements() as counter:
        async with db.write():
            looks = [asyncio.create_task(alice.get(f"/post/{post.id}")) for _ in range(12)]
            # all but the one that will write for the others
            await until(lambda: sum(look.done() for look in looks) == 11)
            assert len(db.memory["visits"]) == 1
        answers = await asyncio.gather(*looks)
    assert {answer.status_code for answer in answers} == {200}
    assert db.memory["visits"] == {}
    assert len([text for text in counter.statements if "INSERT INTO post_read" in text]) == 1


async def test_a_page_lets_go_of_its_text_before_what_is_done_afterwards() -> None:
    held: list[bytes] = []

    async def send(_message: Any) -> None:
        held.append(bytes(response.body))

    async def afterwards() -> None:
        held.append(bytes(response.body))

    response = PageResponse("a long page", background=BackgroundTask(afterwards))
    await response({"type": "http"}, None, send)
    assert held == [b"a long page", b"a long page", b""]


async def test_what_came_since_the_last_visit_is_marked(
    browser: Any, db: Database, cast: Cast, post: Post, clock: FixedClock
) -> None:
    old = await write_comment(db, cast.bob, post, "Copper.")
    alice = await browser("alice")
    assert read(await alice.get(f"/post/{post.id}")).css_first(".n") is None
    clock.advance(2 * HOUR)
    new = await write_comment(db, cast.bob, post, "Beer.")
    for _ in range(2):  # a reload does not take the marks away
        page = read(await alice.get(f"/post/{post.id}"))
        assert page.css_first(f"#c{new.id}").attributes["class"] == "c n"
        assert page.css_first(f"#c{new.id} b.new").text() == "new"
        assert page.css_first(f"#c{old.id}").attributes["class"] == "c"
        assert page.css_first("#comments small").text() == "1 new"
    mine = await write_comment(db, cast.alice, post, "Torch.")
    later = await write_comment(db, cast.bob, post, "Toads.", mine)
    page = read(await alice.get(f"/post/{post.id}?sort=Old"))
    assert page.css_first("#comments small a").attributes["href"] == f"#c{new.id}"
    assert page.css_first(f"#c{new.id} > header > a:last-child").attributes["href"] == f"#c{later.id}"
    assert page.css_first(f"#c{new.id} > header > a:last-child").text() == "next new"
    assert "next new" not in page.css_first(f"#c{mine.id}").text()


async def test_beyond_eight_levels_lists_are_flat_and_name_whom_they_answer(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    chain: list[Comment] = []
    for level in range(10):
        chain.append(
            await write_comment(
                db,
                cast.bob if level % 2 else cast.alice,
                post,
                f"Level {level}",
                chain[-1] if chain else None,
            )
        )
    page = read(await (await browser()).get(f"/post/{post.id}"))
    assert len(page.css("#tree ol.flat")) == 2
    assert page.css_first(f"#c{chain[7].id} > header a[href='#c{chain[6].id}']").text() == "parent"
    assert page.css_first(f"#c{chain[8].id} > header a[href='#c{chain[7].id}']").text() == "to bob"
    flat = read(await (await browser()).get(f"/post/{post.id}?view=flat"))
    assert len(flat.css("#tree > li")) == 10
    assert flat.css_first(f"#c{chain[1].id} > header a[href='#c{chain[0].id}']").text() == "to alice"


async def test_hostile_names_and_texts_stay_text(browser: Any, db: Database, cast: Cast, post: Post) -> None:
    await write_comment(
        db, cast.carol, post, HOSTILE, ap_id='https://there.example/"><script>alert(1)</script>'
    )
    await change(db, "UPDATE person SET name = :n, host = :n WHERE id = :id", n=HOSTILE, id=cast.carol.id)
    await change(db, "UPDATE post SET name_html = :n, name = :n WHERE id = :id", n="&lt;b&gt;", id=post.id)
    for reader in (None, "alice"):
        page = read(await (await browser(reader)).get(f"/post/{post.id}"))
        assert all("src" in (script.attributes or {}) for script in page.css("script"))
        assert page.css_first("[onmouseover]") is None
        assert page.css_first("#tree a.u").text() == f"{HOSTILE}@{HOSTILE}"
        assert (
            page.css_first("#tree a[rel~=external]")
            .attributes["href"]
            .startswith('https://there.example/"><script>')
        )


async def test_addresses_that_are_no_web_addresses_are_not_linked(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    await write_comment(db, cast.carol, post, "Hm.", ap_id="javascript:alert(1)")
    await change(db, "UPDATE post SET url = 'javascript:alert(1)' WHERE id = :id", id=post.id)
    html = (await (await browser()).get(f"/post/{post.id}")).text
    assert "javascript:" not in html


async def test_tags_only_for_languages_the_reader_does_not_read(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    await write_comment(db, cast.bob, post, "Kupfer.", language_id=32)
    await write_comment(db, cast.bob, post, "Copper.", language_id=37)
    visitor = read(await (await browser()).get(f"/post/{post.id}?sort=Old"))
    assert [tag.text() for tag in visitor.css("#tree .l")] == ["Deutsch", "English"]
    member = read(await (await browser("alice")).get(f"/post/{post.id}?sort=Old"))
    assert [tag.text() for tag in member.css("#tree .l")] == ["Deutsch"]


async def test_one_comment_in_its_context(browser: Any, db: Database, cast: Cast, post: Post) -> None:
    first = await write_comment(db, cast.bob, post, "One.")
    second = await write_comment(db, cast.alice, post, "Two.", first)
    third = await write_comment(db, cast.bob, post, "Three.", second)
    visitor = await browser()
    page = read(await visitor.get(f"/comment/{second.id}"))
    assert [article.attributes["id"] for article in page.css("#tree article")] == [
        f"c{second.id}",
        f"c{third.id}",
    ]
    assert page.css_first(f"#c{second.id}").attributes["class"] == "c me"
    assert page.css_first(f"#c{second.id} > header a[href='/comment/{first.id}']").text() == "parent"
    assert page.css_first("h1 a").attributes["href"] == f"/post/{post.id}"
    links = [link.attributes["href"] for link in page.css("p.row a")]
    assert links == [f"/post/{post.id}#c{second.id}", f"/comment/{second.id}?context=3"]
    whole = read(await visitor.get(links[1]))
    assert whole.css_first(f"#c{first.id}") is not None
    assert len(whole.css("p.row a")) == 1


async def test_a_thread_of_three_hundred_is_complete(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    async with db.write() as tx:
        await tx.many(
            "INSERT INTO comment (id, post_id, community_id, parent_id, creator_id, path, content, content_html, ap_id, local, published)"
            " VALUES (:id, :post, :community, CAST(:parent AS INTEGER), :creator, :path, 'x', '<p>x</p>', :ap, :yes, :now)",
            [
                {"id": number, "post": post.id, "community": post.community_id, "parent": number - 1 if number % 7 > 1 else None,
                 "creator": cast.bob.id, "path": f"0.{number}", "ap": f"https://here.example/comment/{number}", "yes": True, "now": tx.now}
                for number in range(1, 301)
            ],
        )  # fmt: skip
    page = read(await (await browser()).get(f"/post/{post.id}"))
    assert len(page.css("#tree article")) == 300


async def test_beside_the_boxes_stands_whether_an_answer_arrives__SND_2(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    away = await write_post(db, cast.carol, cast.baking.id, "Bread", ap_id="https://there.example/post/7")
    crust = await write_comment(db, cast.carol, away, "Crust.", ap_id="https://there.example/comment/8")
    alice, nobody = await browser("alice"), await browser()
    boxes = (
        f"/post/{away.id}",
        f"/comment/{crust.id}",
        f"/post/{away.id}/reply",
        f"/comment/{crust.id}/reply",
    )
    before = {}
    for path in boxes:
        await alice.get(path)
        with count_statements() as counter:
            assert "does not talk to" not in (await alice.get(path)).text
        before[path] = len(counter.statements)
    async with db.write() as tx:
        await instances.set_policy(tx, "block", cast.baking.instance_id, reason=None, expires=None)
    for path in boxes:
        await alice.get(path)
        with count_statements() as counter:
            page = read(await alice.get(path))
        assert "does not talk to the one of this community" in page.css_first(".note.bad").text(), path
        assert len(counter.statements) == before[path], path
        if not path.endswith("/reply"):
            assert read(await nobody.get(path)).css_first(".note.bad") is None, "visitors write nothing"
    assert read(await alice.get(f"/post/{post.id}")).css_first(".note.bad") is None


async def test_a_closed_comment_says_so_and_only_moderators_answer__OBJ_10(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    first = await write_comment(db, cast.alice, post, "Beer traps.")
    below = await write_comment(db, cast.bob, post, "Copper.", parent=first)
    bob = await browser("bob")
    more = read(await bob.get(f"/comment/{first.id}/more"))
    assert more.css_first(f"button[formaction='/comment/{first.id}/lock']").text() == "lock"
    assert (await (await browser("alice")).post(f"/comment/{first.id}/lock", {"on": "1"})).status_code == 403
    assert (await bob.post(f"/comment/{first.id}/lock", {"on": "1"})).status_code == 303
    page = read(await bob.get("/modlog"))
    assert "locked a comment by alice" in page.css_first("tbody").text()
    for name, answers in (("alice", 0), ("bob", 2)):
        page = read(await (await browser(name)).get(f"/post/{post.id}"))
        for comment in (first, below):
            assert page.css_first(f"#c{comment.id} header b.tag").text() == "locked"
        assert len(page.css("#tree a[href$='/reply']")) == answers, name
    assert (await bob.post(f"/comment/{first.id}/lock", {"on": "0"})).status_code == 303
    page = read(await (await browser("alice")).get(f"/post/{post.id}"))
    assert len(page.css("#tree a[href$='/reply']")) == 2


async def test_a_thread_of_another_server_says_how_much_of_it_is_here__BKF_3(
    browser: Any, db: Database, cast: Cast, clock: FixedClock
) -> None:
    away = await write_post(db, cast.carol, cast.baking.id, "Bread", ap_id="https://there.example/post/7")
    path, alice, nobody = f"/post/{away.id}", await browser("alice"), await browser()
    asking = "Its comments are being fetched from there.example."
    assert asking not in (await nobody.get(path)).text, "visitors cause nothing"
    assert asking in (await alice.get(path)).text
    clock.advance(2 * MINUTE)
    silent = "there.example does not answer: more comments may be there."
    for member in (alice, nobody):
        page = (await member.get(path)).text
        assert (asking in page, silent in page) == (False, True)
    async with db.write() as tx:
        await fetches.set_thread_missing(tx, away.id, 61, 1)
    assert "where it is from" not in (await alice.get(path)).text, "it is the same as here"
    async with db.write() as tx:
        await fetches.set_thread_missing(tx, away.id, 61, 12)
    for member in (alice, nobody):
        assert "Score where it is from: 12 (2 minutes ago), here: 1" in (await member.get(path)).text
        assert "0 of 61 comments are here" in (await member.get(path)).text
        assert silent not in (await member.get(path)).text


async def test_a_thread_is_asked_for_where_its_post_is_from__BKF_3(
    browser: Any, db: Database, cast: Cast
) -> None:
    """dave's server is another one than that of the community."""
    async with db.write() as tx:
        dave = await rows.remote_person(tx, "dave", await rows.instance(tx, "other.example"), "other.example")
    away = await write_post(db, dave, cast.baking.id, "Bread", ap_id="https://other.example/post/7")
    assert (
        "Its comments are being fetched from other.example."
        in (await (await browser("alice")).get(f"/post/{away.id}")).text
    )


async def test_links_to_things_on_servers_that_we_know_open_here(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    away = await write_post(db, cast.carol, cast.baking.id, "Bread", ap_id="https://there.example/post/7")
    addresses = [
        "https://there.example/post/7", "https://there.example/post/7?x=1", "https://there.example/about",
        "https://unknown.example/post/7", "https://there.example/c/baking", "https://there.example/post/8", "https://here.example/post/1",
    ]  # fmt: skip
    await write_comment(db, cast.alice, post, " ".join(f"[{n}]({url})" for n, url in enumerate(addresses)))
    await read_neighbours(db)
    nobody = await browser()
    links = read(await nobody.get(f"/post/{post.id}")).css("#tree div[dir] a")
    shown = [link.attributes["href"] or "" for link in links]
    here = [0, 4, 5]
    assert [n for n, href in enumerate(shown) if href.startswith("/open?url=")] == here
    assert [shown[n] for n in range(7) if n not in here] == [addresses[n] for n in range(7) if n not in here]
    leads = [(await nobody.get(shown[n])).headers["location"] for n in here]
    assert leads == [f"/post/{away.id}", "/c/baking@there.example", addresses[5]]
    for elsewhere in (
        addresses[1],
        addresses[3],
        "https://[",
        "javascript:alert(1)",
        "//there.example/post/7",
        "",
    ):
        assert (await nobody.get("/open", params={"url": elsewhere})).status_code == 404, elsewhere


async def test_links_to_a_server_that_is_met_later_open_here_from_then_on(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    """What was kept of the comment before does not stand in the way."""
    await write_comment(db, cast.alice, post, "[tea](https://new.example/post/7)")
    nobody = await browser()

    async def leads() -> str | None:
        return read(await nobody.get(f"/post/{post.id}")).css_first("#tree div[dir] a").attributes["href"]

    assert await leads() == "https://new.example/post/7"
    async with db.write() as tx:
        await instances.known_or_new(tx, "new.example")
    await read_neighbours(db)
    db.changes.touch(("thread", post.id))
    assert await leads() == "/open?url=https%3A%2F%2Fnew.example%2Fpost%2F7"
