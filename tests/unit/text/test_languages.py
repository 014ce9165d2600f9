"""The fixed table of languages (W-2)."""

from hypothesis import given
from hypothesis import strategies as st

from folkmoot.text.languages import LANGUAGES, by_code, by_id, from_accept_language


def test_the_table_is_the_one_all_servers_share__W_2() -> None:
    assert len(LANGUAGES) == 184
    assert LANGUAGES[0].code == "und"
    assert LANGUAGES[37].code == "en"
    assert len({language.code for language in LANGUAGES}) == 184
    assert [language.id for language in LANGUAGES] == list(range(184))


def test_unknown_languages() -> None:
    assert by_id(-1) is by_id(184) is by_code("") is by_code("xx") is None


def test_languages_by_code() -> None:
    assert by_code("EN") == by_code("en-US") == by_code("en_GB") == by_id(37)
    hebrew = by_code("iw")
    assert hebrew is not None
    assert hebrew.code == "he"


def test_what_a_browser_asks_for__A_10() -> None:
    codes = [
        LANGUAGES[number].code
        for number in from_accept_language("fr;q=0.8, de-AT, de;q=0.9, en;q=0, *;q=0.1, xx")
    ]
    assert codes == ["de", "fr"]
    assert from_accept_language("") == from_accept_language(";;;q=,,q") == []


@given(st.text(max_size=100))
def test_any_header_is_read(header: str) -> None:
    from_accept_language(header)
