"""Names, addresses and passwords (M-1, W-13, A-5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.text.names import (
    Handle,
    name_key,
    parse_handle,
    valid_actor_name,
    valid_display_name,
    valid_email,
    valid_matrix_id,
    valid_password,
)
from folkmoot.text.tidy import tidy, utf16_length


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 21,
        "al ice",
        "al-ice",
        "al.ice",
        "alицe",
        "aliceعلي",
        "名前名前",
        "alice\n",
        "älice",
        "a@b",
    ],
)
def test_names_that_are_refused__M_1(name: str) -> None:
    assert not valid_actor_name(name, 20)


@pytest.mark.parametrize("name", ["bob", "Bob_7", "___", "123", "боб_7", "عليعلي", "a" * 20])
def test_names_that_are_taken__M_1(name: str) -> None:
    assert valid_actor_name(name, 20)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "@alice",
        " alice",
        "\u200balice",
        "a\u200b\u200bb",
        "\u3164\u3164\u3164",
        "a" * 21,
        "\u2800abc",
    ],
)
def test_display_names_that_are_refused__W_13(name: str) -> None:
    assert not valid_display_name(name, 20)


@pytest.mark.parametrize("name", ["Bob", "Bob @ home", "名前だ", "👩‍🚀 Alice", "a" * 20])
def test_display_names_that_are_taken__W_13(name: str) -> None:
    assert valid_display_name(name, 20)


def test_names_are_compared_without_case_and_form() -> None:
    assert name_key("BÖB") == name_key("bo\u0308b")
    assert name_key("ＢＯＢ") == name_key("bob")


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_matrix_ids__W_13() -> None:
    assert valid_matrix_id("@bob:matrix.example")
    assert valid_matrix_id("@bob:matrix.example:8448")
    for wrong in (
        "bob:matrix.example",
        "@bob",
        "@:matrix.example",
        "@b b:matrix.example",
        "@bob:",
        "@bob:matrix.example\n",
    ):
        assert not valid_matrix_id(wrong)


def test_passwords_have_ten_to_sixty_characters__A_5() -> None:
    assert not valid_password("x" * 9)
    assert valid_password("x" * 10)
    assert valid_password("😀" * 60)
    assert not valid_password("x" * 61)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bob",
        "bob@",
        "@b.example",
        "bob@localhost",
        "b ob@b.example",
        "b@b..example",
        ".b@b.example",
        "b@-b.example",
        "b@b.example\n",
        "a" * 65 + "@b.example",
        "b@" + "a." * 130 + "example",
        "b@c@d.example",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    assert not valid_email(address)


@pytest.mark.parametrize(
    "address", ["bob@b.example", "b.o+b@sub.b.example", "bob@bücher.example", "b@xn--p1ai.xn--p1ai"]
)
def test_addresses_that_are_taken(address: str) -> None:
    assert valid_email(address)


@pytest.mark.parametrize(
    "text", ["", "@", "!", "@@b.example", "a b@c.example", "https://c.example/u/a", "a@b@c", "@a@"]
)
def test_what_is_no_handle(text: str) -> None:
    assert parse_handle(text) is None


def test_handles() -> None:
    assert parse_handle("!cats@Far.Example") == Handle("community", "cats", "far.example")
    assert parse_handle(" @bob@far.example:8536 ") == Handle("person", "bob", "far.example:8536")
    assert parse_handle("bob@far.example") == Handle(None, "bob", "far.example")
    assert parse_handle("bob") == Handle(None, "bob", None)
    assert parse_handle("!cats") == Handle("community", "cats", None)
    assert parse_handle("боб@far.example") == Handle(None, "боб", "far.example")


def test_length_is_counted_in_utf16_units__P_2() -> None:
    assert [utf16_length(text) for text in ("", "abc", "äöü", "a😀b", "ä\ud83d")] == [0, 3, 3, 4, 2]


def test_typed_text_is_tidied() -> None:
    assert tidy("a\x00b\r\nc\rd\te\ud800\x1b\x7f\ufffff") == "ab\nc\nd\tef"
    assert tidy("é😀\n") == "é😀\n"


@given(st.text(alphabet=st.characters(), max_size=50))
def test_tidied_text_can_be_written_down_and_is_tidy(text: str) -> None:
    once = tidy(text)
    once.encode()
    assert tidy(once) == once
