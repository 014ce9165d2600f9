"""Rendering of Markdown: what must never come out, then the dialect rule by rule (D-1 to D-5)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.text.markdown import Links, excerpt, render, render_inline
from tests.unit.text import html_rules

OURS = Links("our.example")


def html(source: str, item: str = "c1") -> str:
    return render(source, local=OURS, item=item)


def inside(source: str) -> str:
    """What stands in the one paragraph that the source makes."""
    whole = html(source)
    assert whole.startswith('<p dir="auto">')
    assert whole.count("<p") == 1
    return whole.removeprefix('<p dir="auto">').removesuffix("</p>")


# --- what must not come out ---


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScript&#58;alert(1))",
        "[x](data:text/html;base64,xx)",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml,xx)",
        "<javascript:alert(1)>",
        '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
        '![" onerror="alert(1)](https://a.example/i.png)',
        '```"><script>alert(1)</script>\nx\n```',
        '::: spoiler "><script>alert(1)</script>\nx\n:::',
        '[^"><script>]: x\n\n[^"><script>]',
        "{<script>|</script>}",
        '![emoji "><b>](https://a.example/e.png "emoji \\"><script>")',
        '@"><b>@host.example',
    ],
)
def test_nothing_dangerous_comes_out(source: str) -> None:
    html_rules.check(html(source))
    html_rules.check(render_inline(source))


def test_html_is_text_and_the_markdown_in_it_works__D_1() -> None:
    assert (
        html("<div>\n**bold**\n</div>")
        == '<p dir="auto">&lt;div&gt;\n<strong>bold</strong>\n&lt;/div&gt;</p>'
    )
    assert inside("a <b>b</b> &lt;i&gt;") == "a &lt;b&gt;b&lt;/b&gt; &lt;i&gt;"


def test_an_open_html_comment_swallows_nothing__D_1() -> None:
    assert "<em>after</em>" in html("<!-- \n\n*after*")


def test_a_forbidden_address_leaves_its_words() -> None:
    assert inside("see [here](javascript:x) and ![there](javascript:y)") == "see here and there"


def test_an_empty_text_is_empty() -> None:
    assert html("") == html(" \n ") == render_inline(" ") == ""


def test_nul_and_lone_surrogates_are_left_out() -> None:
    assert inside("a\x00b\ud800c") == "abc"


# --- CommonMark and its neighbours ---


def test_strikethrough_sub_and_superscript__D_3() -> None:
    assert inside("~~gone~~ H~2~O x^2^") == "<del>gone</del> H<sub>2</sub>O x<sup>2</sup>"


def test_typographic_replacements__D_2() -> None:
    assert inside("\"a\" 'b' -- c --- ... (c) (TM) +-") == "“a” ‘b’ – c — … © ™ ±"


def test_code_is_left_as_written__D_3() -> None:
    assert inside("`(c) -- @a@b.example <b> {a|b}`") == "<code>(c) -- @a@b.example &lt;b&gt; {a|b}</code>"


def test_code_blocks_carry_their_language__D_3() -> None:
    assert html("```python\nif a < b: '@x@y.example'\n```") == (
        "<pre><code class=\"language-python\">if a &lt; b: '@x@y.example'\n</code></pre>"
    )


def test_tables_keep_their_alignment__D_2() -> None:
    assert '<th dir="auto" align="right">b</th>' in html("|a|b|\n|-|-:|\n|1|2|")


def test_links_are_marked__D_2() -> None:
    assert inside('[w](https://a.example/?b=1&c=2 "t")') == (
        '<a href="https://a.example/?b=1&amp;c=2" title="t" rel="nofollow noopener ugc">w</a>'
    )


def test_bare_addresses_become_links__D_2() -> None:
    assert '<a href="https://a.example/b--c_d" ' in html("(https://a.example/b--c_d).")
    assert '<a href="http://www.a.example" ' in html("www.a.example")
    assert '<a href="https://a.example" ' in html("https://a.example<br>")


def test_magnet_links_pass() -> None:
    assert 'href="magnet:?xt=urn:btih:aa"' in html("[m](magnet:?xt=urn:btih:aa)")


def test_reference_links_work_across_a_spoiler() -> None:
    assert html("::: spoiler S\n[x][y]\n:::\n\n[y]: https://a.example").count('href="https://a.example"') == 1


# --- spoilers ---


def test_a_spoiler__D_4() -> None:
    assert html("::: spoiler The *end*\nthe **butler**\n:::\nafter") == (
        '<details class="spoiler"><summary dir="auto">The <em>end</em></summary>\n'
        '<p dir="auto">the <strong>butler</strong></p>\n</details>\n<p dir="auto">after</p>'
    )


def test_a_spoiler_without_a_space_and_with_longer_fences__D_4() -> None:
    assert "<summary" in html(":::spoiler S\nx\n:::")
    assert "<summary" in html(":::: spoiler S\nx\n:::::")


def test_an_unclosed_spoiler_is_plain_text__D_4() -> None:
    assert html("::: spoiler S\nx") == '<p dir="auto">::: spoiler S</p>\n<p dir="auto">x</p>'


def test_spoilers_do_not_nest__D_4() -> None:
    out = html("::: spoiler A\n::: spoiler B\nx\n:::\ny")
    assert out.count("<details") == 1
    assert "::: spoiler B" in out
    assert out.endswith('</details>\n<p dir="auto">y</p>')


def test_other_containers_are_plain_text__D_4() -> None:
    assert html("::: warning\nx\n:::").replace("\n", "") == (
        '<p dir="auto">::: warning</p><p dir="auto">x</p><p dir="auto">:::</p>'
    )


def test_a_spoiler_in_a_quote_and_in_a_list__D_4() -> None:
    assert html("> ::: spoiler Q\n> x\n> :::").count("<details") == 1
    assert html("- ::: spoiler Q\n  x\n  :::").count("<details") == 1


def test_a_spoiler_without_a_title_still_hides() -> None:
    assert '<summary dir="auto">…</summary>' in html("::: spoiler\nx\n:::")


def test_a_spoiler_in_code_is_code() -> None:
    assert html("```\n::: spoiler A\n```") == "<pre><code>::: spoiler A\n</code></pre>"


# --- footnotes ---


def test_footnotes_of_two_items_do_not_meet__D_3() -> None:
    source = "a[^n] b[^n]\n\n[^n]: note"
    one, two = html(source, "c1"), html(source, "c2")
    assert '<a href="#fn-c1-1" id="fnref-c1-1"' in one
    assert 'id="fnref-c1-1-2"' in one
    assert '<li id="fn-c1-1">' in one
    assert '<a href="#fnref-c1-1-2" class="footnote-backref"' in one
    assert one.replace("c1", "c2") == two


def test_footnote_names_never_reach_the_page__D_3() -> None:
    out = html('x[^ä"y]\n\n[^ä"y]: z')
    assert "#fn-c1-1" in out or "[^ä" in out
    html_rules.check(out)


# --- ruby, emoji, films ---


def test_ruby__D_3() -> None:
    assert inside("{漢字|かんじ}") == "<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>"


def test_ruby_with_a_reading_for_each_character__D_3() -> None:
    assert inside("{東京|とう|きょう}").count("<rt>") == 2


def test_escaped_braces_are_braces() -> None:
    assert inside("\\{a|b}") == "{a|b}"


def test_images_load_late__D_3() -> None:
    assert inside('![A cat](https://a.example/c.png "t")') == (
        '<img src="https://a.example/c.png" alt="A cat" title="t" loading="lazy">'
    )


def test_custom_emoji__W_10() -> None:
    assert inside('![blobcat](https://a.example/b.png "emoji blobcat")') == (
        '<img src="https://a.example/b.png" alt="blobcat" title="blobcat" class="emoji" loading="lazy">'
    )


@pytest.mark.parametrize(
    ("file", "element"),
    [("v.mp4", "video"), ("v.WEBM?x=1", "video"), ("s.mp3", "audio"), ("s.opus", "audio")],
)
def test_films_and_sounds_wait_to_be_started__D_3(file: str, element: str) -> None:
    out = inside(f"![what it is](https://a.example/{file})")
    assert out.startswith(f"<{element} ")
    assert 'preload="none"' in out
    assert "controls" in out
    assert 'aria-label="what it is"' in out


# --- direction of writing ---


def test_paragraphs_and_whole_lists_find_their_direction__D_3() -> None:
    assert html("# a\n\nb\n\n- c\n  - d\n\n> e") == (
        '<h1 dir="auto">a</h1>\n<p dir="auto">b</p>\n<ul dir="auto">\n<li>c\n<ul>\n<li>d</li>\n</ul>\n</li>\n</ul>\n'
        '<blockquote>\n<p dir="auto">e</p>\n</blockquote>'
    )


# --- people and communities ---


@pytest.mark.parametrize(
    ("written", "page", "kind"),
    [
        ("@bob@far.example", "/u/bob@far.example", "mention"),
        ("/u/bob@far.example", "/u/bob@far.example", "mention"),
        ("!cats@far.example", "/c/cats@far.example", "community"),
        ("/c/cats@far.example", "/c/cats@far.example", "community"),
        ("/m/cats@far.example", "/c/cats@far.example", "community"),
        ("@bob@our.example", "/u/bob", "mention"),
        ("!cats@OUR.example", "/c/cats", "community"),
        ("@bob@far.example:8536", "/u/bob@far.example:8536", "mention"),
        ("@боб@far.example", "/u/%D0%B1%D0%BE%D0%B1@far.example", "mention"),
        ("@bob@xn--bcher-kva.example", "/u/bob@xn--bcher-kva.example", "mention"),
        ("@a_b.c-d@far.example", "/u/a_b.c-d@far.example", "mention"),
    ],
)
def test_handles_become_links_to_our_own_pages__D_5(written: str, page: str, kind: str) -> None:
    link = f'<a href="{page}" class="{kind}" rel="nofollow noopener ugc">{written}</a>'
    assert inside(f"Hi {written}, (see {written}).") == f"Hi {link}, (see {link})."


@pytest.mark.parametrize(
    "source",
    [
        "`@bob@far.example`",
        "    @bob@far.example",
        "```\n!cats@far.example\n```",
        "ready@once",
        "x@y@once",
        "\\@bob@far",
    ],
)
def test_what_only_looks_like_a_handle_is_no_link__D_5(source: str) -> None:
    assert "<a" not in html(source)


def test_a_handle_inside_a_link_stays_its_words__D_5() -> None:
    assert inside("[@bob@far.example](https://far.example/u/bob)").count("<a ") == 1


def test_a_handle_within_an_address_is_not_torn_out__D_5() -> None:
    assert inside("https://far.example/c/cats@other.example").count("<a ") == 1


def test_mail_addresses_are_mail_addresses__D_5() -> None:
    assert 'href="mailto:bob@far.example"' in html("bob@far.example")
    assert "mailto:" not in html("@bob@far.example !cats@far.example /c/cats@far.example")


def test_a_handle_in_bold_and_in_a_heading_and_a_table__D_5() -> None:
    out = html("# !a@far.example\n\n**@b@far.example**\n\n|x|\n|-|\n|@c@far.example|")
    assert [out.count(f"/{page}@far.example") for page in ("c/a", "u/b", "u/c")] == [1, 1, 1]


# --- titles and excerpts ---


def test_titles_have_no_links_and_no_blocks__D_3() -> None:
    assert render_inline("# *a* [b](https://x.example) ![c](https://x.example/i.png) https://y.example") == (
        "# <em>a</em> b c https://y.example"
    )
    assert render_inline("1. one\n- two") == "1. one - two"
    assert render_inline("@bob@far.example <b>") == "@bob@far.example &lt;b&gt;"


def test_titles_keep_their_inline_marks__D_3() -> None:
    assert render_inline('_a_ `b` H~2~O ~~c~~ "d" {e|f}') == (
        "<em>a</em> <code>b</code> H<sub>2</sub>O <del>c</del> “d” <ruby>e<rp>(</rp><rt>f</rt><rp>)</rp></ruby>"
    )


def test_an_excerpt_is_plain_and_short() -> None:
    assert (
        excerpt("# Hello\n\n*there* [you](https://x.example)[^1]\n\n- a\n- b\n\n[^1]: note")
        == "Hello there you a b"
    )
    assert excerpt("word " * 100, 20) == "word word word word…"
    assert len(excerpt("x" * 500)) == 200


def test_an_excerpt_keeps_secrets() -> None:
    assert excerpt("a\n\n::: spoiler The *end*\nthe butler\n:::\nb") == "a The end b"


# --- time ---

HOSTILE = {
    "stars": "*" * 50_000,
    "brackets": "[" * 50_000,
    "links": "[a](" * 12_500,
    "images": "![" * 25_000,
    "quotes": ">" * 50_000,
    "quotes and list": ("> " * 60 + "- a\n") * 400,
    "ticks": "`a``b```c" * 5_500,
    "escapes": "\\*" * 25_000,
    "less than": "<" * 50_000,
    "tags": "<a " * 16_000,
    "autolinks": "<a:" * 16_000,
    "handles": "@a@b.c " * 7_000,
    "dots": "@" + "a." * 25_000,
    "host": "@a@" + "a-" * 25_000,
    "wide table": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|a|b|\n" * 4_000,
    "dashes": "-" * 49_999 + "a|",
    "spoilers": "::: spoiler a\nx\n:::\n" * 2_500,
    "open spoilers": "::: spoiler *a*\n" * 3_000,
    "footnotes": "".join(f"[^{i}] " for i in range(3_000))
    + "\n\n"
    + "".join(f"[^{i}]: x\n" for i in range(3_000)),
    "ruby": "{a|" * 16_000,
    "emphasis": "*a **a " * 7_000,
    "nested list": "\n".join("  " * depth + "- a" for depth in range(220)),
    "references": "[a]: /" + "u" * 20_000 + "\n\n" + "[a]" * 9_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_rendered_in_time_and_in_bounds(name: str) -> None:
    """Seconds of processor time, generous for slow machines: what is quadratic takes minutes."""
    started = time.process_time()
    out = html(HOSTILE[name])
    excerpt(HOSTILE[name])
    assert time.process_time() - started < 3
    assert len(out) < 5_000_000
    html_rules.check(out)


# --- anything at all ---

PIECES = st.sampled_from(
    [
        "*", "**", "_", "`", "```\n", "~", "^", "[", "](", ")", "!", "![", "<", ">", "> ", "- ", "1. ", "\n", "\n\n", "|", "|-|\n", "{", "}", ":::", "\n::: spoiler x\n", "\n:::\n",
        "@a@b.example", "!c@d.example", "/c/e@f.example", "https://x.example/?a=1", "javascript:", "data:", "[^1]", "\n[^1]: ", "<script>", "<!--", "<a href=", '"', "'", "&", "&lt;", "&#58;", "\\", "\t", "    ", "onerror=", "\ufdd0", "%EF%B7%90", "\x00", "\r", "\u2028",
    ]
)  # fmt: skip
SOURCES = st.one_of(
    st.text(max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40).map("".join)
)


@settings(max_examples=600)
@given(SOURCES)
def test_whatever_is_written_comes_out_safe(source: str) -> None:
    html_rules.check(html(source))
    html_rules.check(render_inline(source))


@settings(max_examples=200)
@given(SOURCES)
def test_an_excerpt_is_always_one_short_line(source: str) -> None:
    line = excerpt(source, 50)
    assert len(line) <= 50
    assert "\n" not in line
