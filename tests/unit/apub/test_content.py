"""Posts, comments, messages and votes as other programs write them (section 4)."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.apub import reading
from folkmoot.apub.documents import MAX_BYTES, PUBLIC, Document, Malformed
from folkmoot.apub.objects.actors import parse_actor
from folkmoot.apub.objects.content import Comment, PollVote, Post, PrivateMessage, Tombstone, parse_content
from folkmoot.apub.objects.parts import html_text
from folkmoot.model.time import HOUR, from_rfc3339

NOW = from_rfc3339("2026-03-01T12:00:00Z")
CAROL, DAVE = "https://there.example/u/carol", "https://there.example/u/dave"
BAKING = "https://there.example/c/baking"
POST, NOTE = "https://there.example/post/1", "https://there.example/comment/5"


def read(**members: Any) -> Any:
    return parse_content(Document(members, NOW))


def post(**more: Any) -> Any:
    found = read(
        **{"type": "Page", "id": POST, "attributedTo": CAROL, "to": [PUBLIC, BAKING], "name": "Rye", **more}
    )
    assert isinstance(found, Post)
    return found


def comment(**more: Any) -> Any:
    found = read(
        **{
            "type": "Note",
            "id": NOTE,
            "attributedTo": CAROL,
            "to": [PUBLIC],
            "inReplyTo": POST,
            "content": "<p>Yes</p>",
            **more,
        }
    )
    assert isinstance(found, Comment)
    return found


def refusal(**members: Any) -> str:
    with pytest.raises(Malformed) as refused:
        read(**members)
    return refused.value.code


def test_what_cannot_be_used() -> None:
    thing = {"type": "Note", "id": NOTE, "attributedTo": CAROL, "to": [PUBLIC]}
    assert refusal(**{**thing, "type": "Person"}) == "unsupported_type"
    assert refusal(**{**thing, "attributedTo": None}) == "missing_member"
    assert refusal(**{**thing, "attributedTo": "/u/carol"}) == "invalid_id"
    assert refusal(**thing, inReplyTo="post 1", content="x") == "invalid_id"
    assert refusal(**thing, inReplyTo=NOTE, content="x") == "answers_itself"
    assert refusal(**thing, inReplyTo=POST) == "empty_comment"
    assert refusal(**thing, inReplyTo=POST, content="x" * 10_001) == "text_too_long"
    assert refusal(**{**thing, "type": "Page"}, name="Rye", content="x" * 50_001) == "text_too_long"
    assert refusal(**{**thing, "type": "ChatMessage"}, content="x") == "public_message"
    assert refusal(**{**thing, "type": "ChatMessage", "to": []}, content="x") == "missing_member"
    assert refusal(**{**thing, "to": [DAVE]}) == "empty_message"
    with pytest.raises(Malformed, match="no_title"):
        post(name=None).title_in(BAKING)


@pytest.mark.parametrize(
    ("members", "body", "taken_from"),
    [
        (
            {"source": {"content": "*a*", "mediaType": "text/markdown"}, "content": "<p>b</p>"},
            "*a*",
            "source",
        ),
        ({"source": {"content": "", "mediaType": "text/markdown"}, "content": ""}, None, "source"),
        ({"source": "https://x.example", "content": "<p>b</p>"}, "b", "content-html"),
        (
            {"source": {"content": "$[x]", "mediaType": "text/x.misskeymarkdown"}, "content": "<p>b</p>"},
            "b",
            "content-html",
        ),
        ({"content": "a\nb", "mediaType": "text/markdown"}, "a\nb", "content-markdown"),
        ({"content": '<p class="quote-inline">RE: x</p><p>b</p>'}, "b", "content-html"),
        (
            {"content": '<p>a</p><SPAN id="x" class="a quote-inline b">RE: <a>x</a></span>b'},
            "a\n\nb",
            "content-html",
        ),
        ({"content": "<p>a <span>quote-inline</span></p>"}, "a quote-inline", "content-html"),
        ({"content": '<p class="quote-inline">RE: x'}, "RE: x", "content-html"),
        ({"content": None, "contentMap": {"en": "<p>b</p>"}}, None, None),
        ({"content": 7}, None, None),
    ],
)
def test_which_text_is_the_text__OBJ_7(
    members: dict[str, Any], body: str | None, taken_from: str | None
) -> None:
    found = post(**members)
    assert (found.body, found.body_from) == (body, taken_from)


@pytest.mark.parametrize("piece", ["<p", '<p class="quote-inline">', '<span class="', "</p", "\n", "\n>"])
def test_hostile_html_is_read_in_time(piece: str) -> None:
    content = f"quote-inline{piece * (MAX_BYTES // len(piece))}"
    started = time.process_time()
    html_text(content)
    html_text(f"{content}&")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("members", "body"),
    [
        ({"content": '<p><img src="/up/a.png" alt="A"> <a href="/c/x">x</a></p>'}, "![A](https://there.example/up/a.png) [x](/c/x)"),
        ({"source": {"content": "![A](/up/a.png)\n\n`![A](/up/b.png)`", "mediaType": "text/markdown"}},
         "![A](https://there.example/up/a.png)\n\n`![A](/up/b.png)`"),
        ({"content": "![A](//cdn.example/a.png) ![B](https://x.example/b.png)", "mediaType": "text/markdown"},
         "![A](//cdn.example/a.png) ![B](https://x.example/b.png)"),
    ],
)  # fmt: skip
def test_pictures_lie_on_the_server_that_names_them_and_links_where_one_reads__OBJ_7(
    members: dict[str, Any], body: str
) -> None:
    """NodeBB leaves out its own name; Lemmy's people write `/c/name@server`."""
    assert post(**members).body == body


@pytest.mark.parametrize("name", ["image", "icon"])
def test_a_film_is_no_small_picture(name: str) -> None:
    film = {"type": "Image", "url": "https://there.example/media/cat.MP4?x=1"}
    assert post(type="Video", **{name: film}).thumbnail is None
    assert post(type="Video", **{name: {**film, "url": "https://there.example/cat.webp"}}).thumbnail


@pytest.mark.parametrize(
    ("members", "title"),
    [
        ({"name": " Rye\u202e <b>bread</b> &amp; butter "}, "Rye bread & butter"),
        ({"name": "x" * 300}, "x" * 200),
        ({"name": None, "content": "<p>First</p><p>second</p>"}, "First"),
        ({"name": None, "content": "<h2>Head</h2><p>x</p>"}, "Head"),
        (
            {
                "name": None,
                "content": '<p><span class="h-card"><a href="https://there.example/c/baking">@baking</a></span> Rye?</p>',
            },
            "Rye?",
        ),
        (
            {
                "name": None,
                "content": '<p><a href="https://there.example/c/baking">@baking@there.example</a></p><p>Rye 5*2</p>',
            },
            "Rye 5*2",
        ),
        ({"name": None, "content": "<p>@bakingsoda is cheap</p>"}, "@bakingsoda is cheap"),
    ],
)
def test_every_post_gets_a_title__4_1(members: dict[str, Any], title: str) -> None:
    tags = [{"type": "Mention", "href": BAKING, "name": "@baking@there.example"}]
    assert post(tag=tags, **members).title_in(BAKING) == title


@pytest.mark.parametrize(
    ("members", "link", "alt"),
    [
        ({"attachment": {"type": "Link", "href": "https://x.example/a"}}, "https://x.example/a", None),
        (
            {
                "attachment": [
                    None,
                    7,
                    {"type": "Link", "href": "javascript:x"},
                    {"type": "Link", "href": "https://x.example/a"},
                ]
            },
            "https://x.example/a",
            None,
        ),
        (
            {"attachment": [{"type": "Image", "url": "https://x.example/a", "name": "A loaf"}]},
            "https://x.example/a",
            "A loaf",
        ),
        (
            {
                "attachment": [
                    {
                        "type": "Document",
                        "mediaType": "image/png",
                        "url": "https://x.example/a",
                        "name": "A loaf",
                    }
                ]
            },
            "https://x.example/a",
            "A loaf",
        ),
        (
            {
                "attachment": [
                    {
                        "type": "Document",
                        "url": [
                            {"type": "Link", "href": "https://x.example/a.mp4"},
                            {"type": "Link", "mediaType": "image/png", "href": "https://x.example/a.png"},
                        ],
                    }
                ]
            },
            "https://x.example/a.png",
            None,
        ),
        (
            {"attachment": [{"type": "Image", "url": "https://x.example/a?b=1&#038;c=2"}]},
            "https://x.example/a?b=1&c=2",
            None,
        ),
        ({"attachment": [{"type": "PropertyValue", "name": "x", "value": "y"}]}, None, None),
        (
            {
                "type": "Video",
                "url": [
                    {"type": "Link", "mediaType": "text/html", "href": "https://x.example/w/1"},
                    {"type": "Link", "mediaType": "video/mp4", "href": "https://x.example/1.mp4"},
                ],
            },
            "https://x.example/w/1",
            None,
        ),
        ({"type": "Event", "attachment": [{"type": "Image", "url": "https://x.example/a.png"}]}, POST, None),
        ({"type": "Image", "url": "https://x.example/a.png"}, "https://x.example/a.png", "Rye"),
    ],
)
def test_what_a_post_leads_to__4_1(members: dict[str, Any], link: str | None, alt: str | None) -> None:
    found = post(**members)
    assert (found.link, found.alt_text) == (link, alt)


def test_further_attachments_go_into_the_text__4_1__4_2() -> None:
    files = [{"type": "Image", "url": f"https://x.example/{name}.png", "name": f"[{name}]"} for name in "ab"]
    found = post(attachment=files, content="<p>Look</p>")
    assert (found.link, found.body) == (
        "https://x.example/a.png",
        "Look\n\n![\\[b\\]](https://x.example/b.png)",
    )
    assert comment(attachment=files[:1]).body == "Yes\n\n![\\[a\\]](https://x.example/a.png)"
    assert (
        comment(content=None, attachment=[{"type": "Link", "href": "https://x.example/"}]).body
        == "<https://x.example/>"
    )


@pytest.mark.parametrize(
    ("members", "language"),
    [
        ({"language": {"identifier": "de", "name": "Deutsch"}}, "de"),
        ({"language": "pt-BR"}, "pt"),
        ({"language": {"identifier": "und"}}, None),
        ({"language": {"identifier": "tlh-x"}}, None),
        ({"language": None, "contentMap": {"fr": "<p>x</p>", "de": "y"}}, "fr"),
        ({"contentMap": "fr"}, None),
        ({}, None),
    ],
)
def test_languages__OBJ_8(members: dict[str, Any], language: str | None) -> None:
    assert post(**members).language == language


def test_warnings_are_no_repeated_titles__4_1() -> None:
    assert post(sensitive=True, summary="Flour &amp; dust").content_warning == "Flour & dust"
    assert post(sensitive=True, summary="Rye #bread").content_warning is None
    assert post(sensitive=None, summary="Flour").content_warning is None


def test_flags_of_a_post_are_kept_apart_from_silence() -> None:
    silent, said = post(), post(commentsEnabled=False, stickied=True)
    assert (silent.locked, silent.stickied) == (None, None)
    assert (said.locked, said.stickied) == (True, True)
    assert post(commentsEnabled="no").locked is None


def test_where_to_look_for_the_community__OBJ_4() -> None:
    video = post(
        type="Video", to=[PUBLIC], cc=[f"{CAROL}/followers"], audience=[BAKING],
        attributedTo=[{"type": "Group", "id": "https://there.example/c/films"}, {"type": "Person", "id": CAROL}],
        tag=[{"type": "Mention", "href": DAVE}, {"type": "Mention", "href": 7}, None, "x"],
    )  # fmt: skip
    assert video.author == CAROL
    assert video.communities == (f"{CAROL}/followers", BAKING, "https://there.example/c/films", DAVE)


def test_dates_make_sense_or_are_left_out__JSN_8() -> None:
    found = post(published="2026-03-01T11:00:00Z", updated="2026-03-01T10:00:00Z")
    assert (found.published, found.updated) == (NOW - HOUR, None)
    assert post(published="2030-01-01T00:00:00Z").published == NOW


def test_replies_with_titles_are_replies__4_2() -> None:
    found = comment(type="Article", name="On rye")
    assert found.body == "**On rye**\n\nYes"


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"to": [DAVE]}, PrivateMessage),
        ({"to": DAVE, "inReplyTo": POST}, PrivateMessage),
        ({"to": [DAVE], "cc": [PUBLIC], "inReplyTo": POST}, Comment),
        ({"to": [BAKING, f"{BAKING}/followers"], "inReplyTo": POST}, Comment),
        ({"to": [BAKING], "audience": BAKING, "inReplyTo": POST}, Comment),
        ({"to": [f"{CAROL}/followers"]}, Post),
        ({"to": [DAVE], "type": "ChatMessage", "cc": ["https://here.example/u/alice"]}, PrivateMessage),
    ],
)
def test_what_is_for_some_alone_is_a_message__4_3(members: dict[str, Any], kind: type) -> None:
    found = read(**{"type": "Note", "id": NOTE, "attributedTo": CAROL, "content": "<p>Psst</p>", **members})
    assert type(found) is kind


def test_a_message_says_for_whom_it_is__4_3() -> None:
    found = read(
        type="Note",
        id=NOTE,
        attributedTo=CAROL,
        content="x",
        to=[DAVE],
        cc=["https://here.example/u/alice"],
        inReplyTo=POST,
    )
    assert (found.addressed, found.parent) == ((DAVE, "https://here.example/u/alice"), POST)


def test_polls__POL_1__POL_2() -> None:
    options = [
        {"type": "Note", "name": "Rye", "replies": {"type": "Collection", "totalItems": "3"}},
        {"name": "Oat", "replies": {"totalItems": -1}},
        {"name": "Rye"},
        7,
    ]
    found = post(type="Question", anyOf=options, endTime="2026-04-01T00:00:00Z", votersCount=3.0)
    assert found.poll is not None
    assert [(option.text, option.votes) for option in found.poll.options] == [("Rye", 3), ("Oat", 0)]
    assert found.body == "- Rye — 3\n- Oat — 0"
    assert (found.poll.multiple, found.poll.ends, found.poll.voters) == (
        True,
        from_rfc3339("2026-04-01T00:00:00Z"),
        3,
    )
    closed = post(type="Question", oneOf=options, closed=True).poll
    assert closed is not None
    assert (closed.multiple, closed.ends) == (False, NOW)
    assert post(type="Question", oneOf=None).poll is None
    vote = read(type="Note", id=NOTE, attributedTo=CAROL, to=[DAVE], inReplyTo=POST, name="Rye")
    assert vote == PollVote(id=NOTE, author=CAROL, poll=POST, choice="Rye")


def test_quotes_are_links_below__QUO_3() -> None:
    assert post(content="<p>Look</p>", quoteUrl=NOTE).body == f"Look\n\n<{NOTE}>"
    tagged = [{"type": "Link", "rel": "https://misskey-hub.net/ns#_misskey_quote", "href": NOTE}]
    assert post(tag=tagged).body == f"<{NOTE}>"


def test_tombstones__4_4() -> None:
    assert read(type="Tombstone", id=POST, formerType="Page", deleted="2026-03-01T11:00:00Z") == Tombstone(
        id=POST, former_type="Page", deleted=NOW - HOUR
    )
    assert read(type="Tombstone", id=POST, formerType=7) == Tombstone(id=POST, former_type=None, deleted=None)


# --- whatever it is, it is read or Malformed -----------------------------------------------------------------------

WORDS = [
    "",
    "x",
    PUBLIC,
    CAROL,
    POST,
    BAKING,
    "text/html",
    "text/markdown",
    "2026-01-01T00:00:00Z",
    "<p>hi <b>you</b></p>",
    "**x**",
    "🎉",
    "javascript:x",
    "\u202e",
]
TYPES = [
    "Note",
    "Page",
    "Question",
    "Video",
    "Image",
    "ChatMessage",
    "Tombstone",
    "Person",
    "Group",
    "Application",
    "Mention",
    "Link",
    "Document",
    *reading.TYPES,
]
NAMES = [
    "id", "type", "actor", "object", "to", "cc", "audience", "target", "attributedTo", "inReplyTo", "name", "content", "source", "mediaType", "tag",
    "attachment", "url", "href", "icon", "image", "published", "updated", "endTime", "oneOf", "anyOf", "replies", "totalItems", "language", "identifier",
    "summary", "publicKey", "owner", "publicKeyPem", "inbox", "outbox", "endpoints", "preferredUsername", "items", "orderedItems", "rel", "closed",
]  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([*WORDS, *TYPES])
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=14), st.sampled_from(TYPES))
def test_no_document_is_more_than_malformed(members: dict[str, Any], kind: str) -> None:
    document = Document({"id": NOTE, "actor": CAROL, "attributedTo": CAROL, "type": kind, **members}, NOW)
    for parse in (reading.envelope, reading.parse, parse_content, parse_actor):
        try:
            parse(document)
        except Malformed:
            pass
