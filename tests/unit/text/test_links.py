"""Addresses: refused ones first, then their normal form, tracking and the blocklist (P-3, W-5)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.text import links
from folkmoot.text.links import (
    InvalidUrl,
    InvalidUrlScheme,
    UrlRefused,
    UrlTooLong,
    absolute,
    blocked_by,
    check_post_url,
    host_of,
    normalise_blocked_url,
    strip_tracking,
    strip_tracking_in_text,
)


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "not a url", "https://", "https:///path", "//a.example/x", "/x", "http://a b/", "http://a.example:port/",
        "http://a.example:99999/", "http://[::1", "http://[x]/", "https://a..example/", "https://a<b.example/", "https://%zz/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused__P_3(url: str) -> None:
    with pytest.raises(InvalidUrl) as refused:
        check_post_url(url)
    assert refused.value.code == "invalid_url"


@pytest.mark.parametrize(
    "url",
    ["ftp://files.example/a", "javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "file:///etc"],
)
def test_other_schemes_are_refused__P_3(url: str) -> None:
    with pytest.raises(InvalidUrlScheme) as refused:
        check_post_url(url)
    assert refused.value.code == "invalid_url_scheme"


def test_a_long_address_is_refused__P_3() -> None:
    longest = "https://a.example/" + "x" * (2000 - len("https://a.example/"))
    assert check_post_url(longest) == longest
    with pytest.raises(UrlTooLong) as refused:
        check_post_url(longest + "x")
    assert refused.value.code == "url_length_overflow"


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://a.example", "https://a.example/"),
        (" HTTPS://A.Example:443/B?C#d ", "https://a.example/B?C#d"),
        ("http://a.example:8080", "http://a.example:8080/"),
        ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("https://a.example/a b%20c", "https://a.example/a%20b%20c"),
        ("https://a.example/a/../b/./c/..", "https://a.example/b/"),
        ("https://a.example/../..", "https://a.example/"),
        ("https://a.example/a\nb", "https://a.example/ab"),
        ("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"),
        ("magnet:?xt=urn:btih:aa&dn=cats", "magnet:?xt=urn:btih:aa&dn=cats"),
        ("https://a.example/#:~:text=a,b", "https://a.example/#:~:text=a,b"),
    ],
)
def test_addresses_are_kept_in_their_normal_form__P_3(given_url: str, kept: str) -> None:
    assert check_post_url(given_url) == kept
    assert check_post_url(kept) == kept


@settings(max_examples=500)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=60).map("https://".__add__),
        st.text(max_size=40).map("https://a.example/".__add__),
    )
)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        kept = check_post_url(text)
    except UrlRefused:
        return
    assert check_post_url(kept) == kept


# --- tracking ---


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "https://story.example/cats/page.html?utm_source=feed&id=7#top",
            "https://story.example/cats/page.html?id=7#top",
        ),
        ("https://x.example/?utm_campaign=a", "https://x.example/"),
        ("https://x.example/?fbclid=1&gclid=2&mc_eid=3&igshid=4", "https://x.example/"),
        ("https://x.example/?UTM_Source=1&a=%2f&b", "https://x.example/?a=%2f&b"),
        ("https://www.youtube.com/watch?v=abc&si=xyz&t=10", "https://www.youtube.com/watch?v=abc&t=10"),
        ("https://youtu.be/abc?si=xyz", "https://youtu.be/abc"),
        ("https://x.com/a/status/1?s=20&t=abc", "https://x.com/a/status/1"),
        ("https://www.amazon.co.uk/dp/B0?pd_rd_w=1&th=1", "https://www.amazon.co.uk/dp/B0?th=1"),
        ("https://open.spotify.com/track/1?si=2", "https://open.spotify.com/track/1"),
    ],
)
def test_tracking_goes__P_3(url: str, kept: str) -> None:
    assert strip_tracking(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/?si=1&s=2&ref=3&source=4",
        "https://notyoutube.com/watch?si=1",
        "https://x.example/#?utm_source=1",
        "magnet:?xt=urn:btih:aa&utm_source=b",
        "https://x.example/?",
        "https://x.example/?a=utm_source",
        "nonsense?utm_source=1",
    ],
)
def test_everything_else_stays_as_written__P_3(url: str) -> None:
    assert strip_tracking(url) == url


def test_tracking_goes_from_links_in_texts__P_3() -> None:
    assert (
        strip_tracking_in_text("See [x](https://a.example/?utm_source=z&b=1)")
        == "See [x](https://a.example/?b=1)"
    )
    assert (
        strip_tracking_in_text("Read [this](https://x.example/?utm_campaign=a)")
        == "Read [this](https://x.example/)"
    )


def test_tracking_goes_from_bare_links_images_references_and_titles__P_3() -> None:
    source = (
        'ä <b> https://a.example/?utm_source=ä, <https://b.example/?utm_source=1> ![i](https://c.example/i.png?gclid=1 "t")\n'
        "> [![j](https://d.example/j?fbclid=1)](https://e.example/?fbclid=1&x=(1)) [k][ref]\n\n"
        "[ref]: https://f.example/?utm_medium=1&y=2 'title'\n"
    )
    assert strip_tracking_in_text(source) == (
        'ä <b> https://a.example/, <https://b.example/> ![i](https://c.example/i.png "t")\n'
        "> [![j](https://d.example/j)](https://e.example/?x=(1)) [k][ref]\n\n"
        "[ref]: https://f.example/?y=2 'title'\n"
    )


def test_tracking_goes_from_the_line_below_a_definition__P_3() -> None:
    source = "> [r]: https://a.example/?utm_a=1\n> [s]: /x\n> see\n> the [r], https://b.example/?utm_a=1 x"
    source += "\n\n- c https://c.example/?utm_a=1\n\n# d https://d.example/?utm_a=1"
    assert strip_tracking_in_text(source) == source.replace("?utm_a=1", "")


def test_a_definition_in_a_code_block_is_code__P_3() -> None:
    source = "```\n[r]: https://a.example/?utm_a=1\n```"
    assert strip_tracking_in_text(source) == source


def test_code_keeps_its_tracking__P_3() -> None:
    source = "`https://a.example/?utm_source=1` https://a.example/?utm_source=1\n\n```\nhttps://a.example/?utm_source=1\n```\n"
    assert strip_tracking_in_text(source) == source.replace(
        " https://a.example/?utm_source=1", " https://a.example/"
    )


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [
                "https://a.example/?utm_a=1",
                "?x=1",
                "[a](",
                ")",
                "`",
                "\n",
                "> ",
                "<",
                "ä",
                " ",
                "😀",
                "![",
                "](",
                "[r]: ",
                "\t",
                "|",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_a_text_only_ever_loses_tracking(source: str) -> None:
    out = strip_tracking_in_text(source)
    assert (
        out.replace("?utm_a=1", "").replace("\ufdd0", "") == source.replace("?utm_a=1", "")
        or "utm_a=1" in source
    )
    assert strip_tracking_in_text(out) == out or "`" in source


# --- hosts and joining ---


def test_the_host_is_shown_without_www_and_port() -> None:
    assert host_of("https://www.A.example:8080/x") == "a.example"
    assert host_of("magnet:?x") == host_of("http://[") == ""


def test_relative_addresses_are_resolved() -> None:
    assert absolute("https://a.example/b/c", "../d.png") == "https://a.example/d.png"
    assert absolute("https://a.example/", "//b.example/x") == "https://b.example/x"
    assert absolute("https://a.example/", "javascript:x") is None
    assert absolute("https://a.example/", "http://[") is None


# --- blocklist ---


def test_entries_are_kept_without_scheme_and_slash__W_5() -> None:
    assert normalise_blocked_url("https://evil.example/") == "evil.example"
    assert normalise_blocked_url("bad.example/path") == "bad.example/path"
    assert normalise_blocked_url("https://Evil.example/a/?b=1") == "evil.example/a/?b=1"


@pytest.mark.parametrize("entry", ["not a url", "", "https://"])
def test_an_entry_that_is_no_address_is_refused__W_5(entry: str) -> None:
    with pytest.raises(InvalidUrl):
        normalise_blocked_url(entry)


def test_blocked_addresses_are_found_at_word_boundaries__W_5() -> None:
    entries = ["evil.example", "bad.example/path"]
    assert blocked_by("https://evil.example/x", entries) == "evil.example"
    assert blocked_by("see http://www.EVIL.example.", entries) == "evil.example"
    assert blocked_by("https://bad.example/path?x", entries) == "bad.example/path"
    assert blocked_by("https://bad.example/pathology", entries) is None
    assert blocked_by("https://notevil.example/", entries) is None
    assert blocked_by("anything", []) is None
    assert blocked_by("evil", entries) is None
    assert blocked_by("evil.example without more", entries) == "evil.example"


def test_an_entry_without_a_dot_is_found_too__W_5() -> None:
    assert blocked_by("see http://intranet/x", ["evil.example", "intranet"]) == "intranet"
    assert blocked_by("see http://[2001:db8::1]/x", ["2001:db8::1"]) == "2001:db8::1"
    assert blocked_by("\u1f80.\u0345", [".\u03b9"]) is None  # a letter before it
    assert blocked_by("see .\u0345", [".\u03b9"]) == ".\u0345"  # which case alone tells apart


PARTS = st.sampled_from(["a", "K", "\u212a", "s", "\u017f", "1", ".", "-", "/", " ", "\u0345", "\u03b9"])


@given(
    st.lists(PARTS, max_size=8).map("".join), st.lists(st.lists(PARTS, max_size=3).map("".join), max_size=3)
)
def test_looking_for_a_dot_first_changes_nothing__W_5(text: str, entries: list[str]) -> None:
    slowly = blocked_by(text, [*entries, "without a dot that is not in there"])
    assert blocked_by(text, entries) == slowly


def test_the_codes_are_those_of_the_api() -> None:
    assert {cls.code for cls in (links.InvalidUrl, links.InvalidUrlScheme, links.UrlTooLong)} == {
        "invalid_url",
        "invalid_url_scheme",
        "url_length_overflow",
    }


@pytest.mark.parametrize("address", ["/a", "https://b.example/a", "ftp:a"])
def test_pictures_nested_a_thousandfold_are_read_once(address: str) -> None:
    source = f"![a](/b) ![a](https://b.example/b) {'![' * 20_000}{f']({address})' * 20_000}"
    started = time.process_time()
    links.with_whole_pictures(source, "https://a.example/")
    links.replace_pictures(source, str.upper)
    assert time.process_time() - started < 3
