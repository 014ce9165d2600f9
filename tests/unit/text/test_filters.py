"""The word filter of the site (W-4)."""

import time

import pytest

from folkmoot.text.filters import (
    FilterRefused,
    InvalidRegex,
    PermissiveRegex,
    compile_filter,
)


@pytest.mark.parametrize("pattern", ["(unclosed", "[", "a{2,1}", "*", "(?<n>a)(?<n"])
def test_a_pattern_that_does_not_compile_is_refused__W_4(pattern: str) -> None:
    with pytest.raises(InvalidRegex) as refused:
        compile_filter(pattern)
    assert refused.value.code == "invalid_regex"


@pytest.mark.parametrize("pattern", [".*", "1", "\\d", "(a|)", "\\w"])
def test_a_pattern_that_hits_everything_is_refused__W_4(pattern: str) -> None:
    with pytest.raises(PermissiveRegex) as refused:
        compile_filter(pattern)
    assert refused.value.code == "permissive_regex"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$"])
def test_a_pattern_that_hangs_is_refused_while_it_is_set(pattern: str) -> None:
    started = time.process_time()
    with pytest.raises(FilterRefused):
        compile_filter(pattern)
    assert time.process_time() - started < 5


def test_no_pattern_is_no_filter__W_4() -> None:
    assert compile_filter("") is None


def test_hits_whatever_the_case__W_4() -> None:
    words = compile_filter("(badword|worse)")
    assert words is not None
    assert words.hit("A BadWord here")
    assert not words.hit("a good word")


def test_hits_are_replaced__W_4() -> None:
    words = compile_filter("(badword|worse)")
    assert words is not None
    assert words.replace("this is a badword, WORSE") == "this is a *removed*, *removed*"


def test_patterns_as_written_for_lemmy_work__W_4() -> None:
    words = compile_filter(r"(?i)(\bni((g{2,}|q)+|[gq]{2,})\b|\p{Cyrillic}+ово\b)")
    assert words is not None
    assert words.replace("niggqq and СЛОВО") == "*removed* and *removed*"


def test_a_text_made_to_hang_the_filter_counts_as_hit() -> None:
    words = compile_filter("x(y|yy)+z")
    assert words is not None
    text = "before\nx" + "y" * 60 + "!\nafter"
    started = time.process_time()
    assert words.hit(text)
    assert words.replace(text) == "before\n*removed*\nafter"
    assert time.process_time() - started < 3
