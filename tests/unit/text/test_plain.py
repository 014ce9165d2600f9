"""Plain words: what is none of them, and that they come out as if they had gone the whole way."""

import ast
import itertools
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.text.markdown import Links, parsed, render
from folkmoot.text.plain import as_html

OURS = Links("our.example")


@pytest.mark.parametrize(
    "source",
    [
        "", " ", "\n", " a", "    a", "a  \nb", "a\n \nb", "a\n b", "a\n\n\nb", "a\tb", "a\rb", "a\x00b", "a\ud800b", "a\ufdd0b",
        "\u00a0", "\u00a0a", "\u3000a", "\ufeffa", "*a*", "a_b_", "`a`", "~a~", "x^2^", "[a]", "![a]", "{a|b}", "a|b", "\\a", "a@b.example",
        "# a", "> a", "- a", "+ a", "= a", "1. a", "12) a", "a\n- b", "a\n---", "a\n===", "a\n# b", "a\n> b", "a\n1. b", "a\n\n* b",
        "https://a.example", "www.a.example", "::: spoiler a", "a :: b", "&amp;", "AT&T", "a &", "<b>", "<!--", "a << b", "a >> b",
        "a -- b", "a +- b", "(c)", "(R)", "(Tm)", "'a'", "'90s", "dogs' dinner", "a'", 'a"b', '""', 'a "', '"...', '."b', '("a?")', 'a -"b"',
    ],
)  # fmt: skip
def test_what_could_be_more_than_words_is_not_plain(source: str) -> None:
    assert as_html(source) is None


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Yes.", '<p dir="auto">Yes.</p>'),
        ("I don't know\nand you?\n", '<p dir="auto">I don’t know\nand you?</p>'),
        ('He said "no." ("Why", I ask?)', '<p dir="auto">He said “no.” (“Why”, I ask?)</p>'),
        ("So... what? \n\nThis: 1 < 2 & 3 > 2", '<p dir="auto">So… what?</p>\n<p dir="auto">This: 1 &lt; 2 &amp; 3 &gt; 2</p>'),
        ("e.g. C++ at 10:30, #1 - for $5!", '<p dir="auto">e.g. C++ at 10:30, #1 - for $5!</p>'),
        ("12\u00a0km", '<p dir="auto">12&nbsp;km</p>'),
        ("Voilà, это سلام 東京。 👩‍🌾", '<p dir="auto">Voilà, это سلام 東京。 👩‍🌾</p>'),
    ],
)  # fmt: skip
def test_plain_words_are_written_at_once(source: str, html: str) -> None:
    assert as_html(source) == html == parsed(source, local=OURS)


def same_either_way(source: str) -> None:
    html = as_html(source)
    assert html is None or html == parsed(source, local=OURS), source


def test_any_two_characters_side_by_side_come_out_as_the_whole_way() -> None:
    characters = ["a", "c", "w", "1", *string.punctuation, " ", "\n", "é", "…", "\u0345", "\u00a0", "\u200b"]
    for first, second in itertools.product(characters, repeat=2):
        for around in ("{}", "a{}b", "a {} b", "a{}\n", "({})", '"{}"'):
            same_either_way(around.replace("{}", first + second))


def test_every_text_of_the_other_tests_comes_out_as_the_whole_way() -> None:
    texts = {
        node.value
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert len(texts) > 500
    for text in texts:
        same_either_way(text)


LETTERS = st.text("abcdefghilmnoprstuABCDEFGHILMNOPRSTU", min_size=3, max_size=8)  # never www, c, r, tm
WORD = st.one_of(
    st.sampled_from(["a", "don't", "Straße", "это", "東京", "U.S.", "3.5", "well-known", "10:30", "C++", "#1", "$5", "😀"]),
    LETTERS,
)  # fmt: skip
SENTENCE = st.tuples(
    LETTERS,
    st.lists(st.one_of(WORD, WORD.map("({0})".format), WORD.map("{0},".format)), max_size=10),
    st.sampled_from([".", "!", "?", "...", ":", '."']),
).map(lambda parts: " ".join((parts[0], *parts[1])) + parts[2])
COMMENT = st.lists(SENTENCE, min_size=1, max_size=5).flatmap(
    lambda said: st.lists(
        st.sampled_from([" ", "\n", " \n", "\n\n", " \n\n"]), min_size=len(said) - 1, max_size=len(said) - 1
    ).map(lambda gaps: "".join(itertools.chain(*itertools.zip_longest(said, gaps, fillvalue=""))))
)


@given(COMMENT)
def test_what_people_mostly_write_is_plain(source: str) -> None:
    assert as_html(source) == render(source, local=OURS) == parsed(source, local=OURS)


EDGES = st.sampled_from(
    [
        "'", '"', ".", "..", "...", "-", "--", "+", "=", "#", "(", ")", "(c)", "(tm)", ":", "::", ":::", "&", "&amp;", "&#58;", "<", "<3",
        ">", ">>", "/", "//", "://", "http", "www", "www.", "1.", "1)", "12", "!", "?", ",", ";", "$", "%", "*", "_", "~", "^", "`", "|",
        "[", "]", "{", "}", "\\", "@", "\t", "\r", "\x00", "\u00a0", "\u200b", "\u2028", "\u3000", "\ufdd0", "\ufeff", "“", "’", "…",
        " ", " ", " ", "  ", "    ", "\n", "\n", "\n\n", "\n\n\n",
    ]
)  # fmt: skip


@settings(max_examples=1500)
@given(st.lists(st.one_of(EDGES, WORD, st.text(max_size=2)), max_size=20).map("".join))
def test_whatever_is_written_comes_out_as_the_whole_way(source: str) -> None:
    same_either_way(source)


@settings(max_examples=500)
@given(COMMENT, st.integers(0, 300), EDGES)
def test_one_thing_more_in_a_plain_text_comes_out_as_the_whole_way(
    source: str, where: int, edge: str
) -> None:
    same_either_way(source[:where] + edge + source[where:])
