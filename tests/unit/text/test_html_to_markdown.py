"""HTML of other servers as Markdown (OBJ-7)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.text.html_to_markdown import to_markdown
from folkmoot.text.markdown import Links, render


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>a<br>b</p>", "a  \nb"),
        ("<h2>Head <em>line</em></h2><p>x</p>", "## Head *line*\n\nx"),
        ("<p><strong>bold </strong>and<i> thin</i></p>", "**bold** and *thin*"),
        ("<p><del>gone</del> H<sub>2</sub>O e<sup>x</sup></p>", "~~gone~~ H~2~O e^x^"),
        ('<p><a href="https://a.example/x">words</a></p>', "[words](https://a.example/x)"),
        ('<p>see <a href="https://a.example/x">https://a.example/x</a>.</p>', "see <https://a.example/x>."),
        ('<p><a href="https://a.example/a_(b)">b</a></p>', "[b](https://a.example/a_%28b%29)"),
        (
            '<p><a href="https://a.example/u/m">@m</a><span> hello</span></p>',
            "[@m](https://a.example/u/m) hello",
        ),
        ('<img src="https://a.example/p.png" alt="a cat">', "![a cat](https://a.example/p.png)"),
        ("<ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>", "- one\n- two\n  - three"),
        ('<ol start="3"><li>c</li><li>d</li></ol>', "3. c\n4. d"),
        ("<blockquote><p>said</p><p>twice</p></blockquote><p>so</p>", "> said\n>\n> twice\n\nso"),
        ("<pre><code>a = [1]\n  b\n</code></pre>", "```\na = [1]\n  b\n```"),
        ("<p>run <code>x*y</code></p>", "run `x*y`"),
        (
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        ),
        ("<p>2 * 3 * 4, a_b_c</p>", r"2 \* 3 \* 4, a\_b\_c"),
        ("<p># no heading</p>", r"\# no heading"),
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p>https://a.example/a_b_c</p>", "https://a.example/a_b_c"),
        ("<p>a &lt;b&gt; &amp; c</p>", r"a \<b\> & c"),
    ],
)
def test_what_html_says_markdown_says(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


@pytest.mark.parametrize(
    "html",
    [
        '<p onclick="a()">hi<script>alert(1)</script><img src=x onerror=alert(1)></p>',
        '<p>hi<a href="javascript:alert(1)"></a><svg><script>1</script></svg></p>',
        "<p>hi<style>*{display:none}</style></p>",
    ],
)
def test_nothing_active_is_left(html: str) -> None:
    assert to_markdown(html) == "hi"


def test_text_that_looks_like_markdown_stays_text() -> None:
    text = "*a* _b_ `c` [d](e) ![f](g) ~h~ ^i^ <j> |k| \\l"
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    shown = render(to_markdown(f"<p>{escaped}</p>"), local=Links("here.example"))
    assert shown == f'<p dir="auto">{escaped}</p>'


def test_deep_nesting_costs_no_recursion() -> None:
    assert "x" in to_markdown("<blockquote>" * 900 + "x" + "</blockquote>" * 900)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_whatever_text_is_escaped_reads_the_same(text: str) -> None:
    assert isinstance(to_markdown(text), str)
    assert isinstance(to_markdown(f"<p>{text}</p>"), str)
