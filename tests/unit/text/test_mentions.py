"""Who is named in a text, and so notified (N-3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.text.markdown import Links, render
from folkmoot.text.mentions import mentioned


def test_code_mentions_nobody() -> None:
    assert mentioned("`@bob@our.example`\n\n```\n@bob@our.example\n```\n\n    @bob@our.example") == []


def test_names_without_a_host_and_mail_addresses_mention_nobody() -> None:
    assert mentioned("@bob bob@our.example @ our.example @@our.example mailto:bob@our.example") == []


def test_an_escaped_at_sign_mentions_nobody() -> None:
    assert mentioned("\\@bob@our.example") == []


def test_an_address_mentions_nobody() -> None:
    assert mentioned("https://far.example/@bob@our.example [x](https://far.example/@bob@our.example)") == []


def test_each_once_and_in_order__N_3() -> None:
    assert mentioned("@carol@far.example, @bob@our.example and @CAROL@FAR.example.") == [
        ("carol", "far.example"),
        ("bob", "our.example"),
    ]


def test_the_words_of_a_link_mention__N_3() -> None:
    """Lemmy's own client writes mentions as links."""
    assert mentioned("[@bob@our.example](https://our.example/u/bob)") == [("bob", "our.example")]


def test_mentions_in_quotes_lists_tables_titles_and_spoilers__N_3() -> None:
    source = "> @a@h.example\n\n- @b@h.example\n\n# @c@h.example\n\n|@d@h.example|\n|-|\n\n::: spoiler x\n@e@h.example\n:::"
    assert [name for name, _ in mentioned(source)] == ["a", "b", "c", "d", "e"]


def test_hosts_with_ports_and_of_one_word__N_3() -> None:
    assert mentioned("@a@localhost:8536 @b@lemmy-alpha") == [("a", "localhost:8536"), ("b", "lemmy-alpha")]


def test_a_full_stop_ends_the_sentence_not_the_host() -> None:
    assert mentioned("Ask @bob@our.example. Or @al.ice@our.example...") == [
        ("bob", "our.example"),
        ("al.ice", "our.example"),
    ]


def test_only_the_at_sign_notifies__N_3() -> None:
    assert mentioned("/u/bob@our.example !bob@our.example") == []


def test_names_in_other_scripts() -> None:
    assert mentioned("@боб@our.example") == [("боб", "our.example")]


@settings(max_examples=300)
@given(st.text(alphabet="@!ab.:-_/`[]()\\ \n*~cum8é<", max_size=60))
def test_who_is_mentioned_with_a_dotted_host_also_sees_a_link_or_is_inside_one(source: str) -> None:
    html = render(source, local=Links("our.example"))
    for name, host in mentioned(source):
        if "." in host:
            assert f"@{name}@{host}".lower() in html.lower()
            assert "<a " in html
