"""Reading documents of other servers strictly (JSN-1 to JSN-11)."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.apub import documents
from folkmoot.apub.documents import PUBLIC, Document, Malformed
from folkmoot.model.time import DAY, from_rfc3339, to_rfc3339

NOW = from_rfc3339("2026-03-01T12:00:00Z")


def refusal(body: bytes) -> str:
    with pytest.raises(Malformed) as refused:
        documents.load(body)
    return refused.value.code


def reading(**members: Any) -> Document:
    return Document(members, NOW)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"id":"a","id":"b"}', "duplicate_members"),
        (b'{"object":{"actor":1,"actor":2}}', "duplicate_members"),
        (b'{"@graph":[]}', "json_ld_keyword"),
        (b'{"object":{"@included":[]}}', "json_ld_keyword"),
        (b'{"a":[{"@reverse":{}}]}', "json_ld_keyword"),
        (b'{"\\u0040graph":[]}', "json_ld_keyword"),
        (b'{"@id":"https://a.example/1","type":"Note"}', "json_ld_keyword"),
        (b'{"id":"https://a.example/1","@type":"Note"}', "json_ld_keyword"),
        (b'{"a":NaN}', "not_a_number"),
        (b'{"a":-Infinity}', "not_a_number"),
        (b'{"a":1e999}', "number_too_large"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"7", "not_an_object"),
        (b"", "invalid_json"),
        (b'{"a":1}{"b":2}', "invalid_json"),
        (b'\xef\xbb\xbf{"a":1}', "invalid_json"),
        ('{"a":"ü"}'.encode("latin-1"), "invalid_utf8"),
        ('{"a":1}'.encode("utf-16"), "invalid_utf8"),
        (b'{"a":"\\ud800"}', "invalid_utf8"),
        (b'{"a":"x\\u0000"}', "control_character"),
        (b'{"a\\u0000":1}', "control_character"),
        (b'{"a":"x\x00"}', "invalid_json"),
        (b'{"a":' + b"9" * 5000 + b"}", "invalid_json"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "nested_too_deeply"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested_too_deeply"),
        (json.dumps({str(number): 1 for number in range(201)}).encode(), "too_many_members"),
        (json.dumps({"a": [0] * 1001}).encode(), "too_many_items"),
        (b'{"a":"' + b"x" * documents.MAX_BYTES + b'"}', "too_large"),
    ],
)
def test_what_no_document_may_be__JSN_2(body: bytes, code: str) -> None:
    assert refusal(body) == code


@pytest.mark.parametrize("piece", [b'\\"', b"{", b'"{', b'"\\'])
def test_a_string_that_never_ends_is_read_once(piece: bytes) -> None:
    body = (b'{"' + piece * (documents.MAX_BYTES // len(piece)))[: documents.MAX_BYTES - 40] + b"{" * 40
    started = time.process_time()
    refusal(body)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{{{{\\"{{{{"}',
        b'{"a":"x\\\\u0000"}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"@context":[{"up":{"@reverse":"down","@id":"x"}}],"id":"https://a.example/1"}',
        b'{"a":' * 32 + b"1" + b"}" * 32,
        json.dumps({"a": [0] * 1000}).encode(),
    ],
)
def test_what_only_looks_wrong_passes__JSN_2(body: bytes) -> None:
    assert documents.load(body) == json.loads(body)


@pytest.mark.parametrize(
    "ident",
    [
        "http://a.example/1",
        "https://good.example@evil.example/1",
        "https://a.example:8443/1",
        "https://a.example:443/1",
        "https://a.example./1",
        "https://gооd.example/1",
        "https://good.example%2eevil.example/1",
        "https://good.example\\@evil.example/1",
        "https://a.example/../1",
        "https://a.example/a/%2E%2e/1",
        "https://a.example/.",
        "https://2130706433/1",
        "https://0x7f.1/1",
        "https://127.0.0.1/1",
        "https://0177.0.0.0x1/1",
        "https://[::1]/1",
        "https://localhost/1",
        "https:///1",
        "https:/a.example/1",
        "https://a.example/\u00a01",
        "https://a.example/ 1",
        "https://a.example/1\n",
        "tag:a.example,2026:1",
        "acct:a@a.example",
        "did:key:z6Mk",
        "/post/1",
        "//a.example/1",
        "",
        "https://a.example/" + "x" * 2000,
        7,
        None,
        True,
        ["https://a.example/1"],
        {"href": "https://a.example/1"},
        {"id": {"id": "https://a.example/1"}},
    ],
)
def test_what_is_no_id__JSN_6(ident: object) -> None:
    with pytest.raises(Malformed):
        documents.read_id(ident)


@pytest.mark.parametrize(
    ("given_id", "ident"),
    [
        ("https://a.example/1", "https://a.example/1"),
        ("HTTPS://A.Example/Post/1?X=Y#Z", "https://a.example/Post/1?X=Y#Z"),
        ("https://a.example", "https://a.example"),
        ("https://a.example?c=148", "https://a.example?c=148"),
        ("https://xn--bcher-kva.example/ä", "https://xn--bcher-kva.example/ä"),
        ("https://a.example/v1.2/.well/x..y", "https://a.example/v1.2/.well/x..y"),
        ({"id": "https://a.example/1", "type": "Person"}, "https://a.example/1"),
    ],
)
def test_an_id_keeps_all_but_the_case_of_its_host__JSN_5__JSN_6__DUP_2(given_id: object, ident: str) -> None:
    assert documents.read_id(given_id) == ident


@pytest.mark.parametrize(
    "ident",
    ["http://localhost:8536/u/a", "https://alpha:8541/c/x", "http://127.0.0.1:8600/", "http://[::1]:80/x"],
)
def test_while_developing_ids_may_have_ports_and_plain_hosts(ident: str) -> None:
    assert documents.read_id(ident, development=True) == ident
    with pytest.raises(Malformed):
        documents.read_id(ident)


def test_the_host_of_an_id_is_compared_without_its_port__URL_15() -> None:
    assert documents.host_of("https://a.example?c=1") == "a.example"
    assert documents.host_of("http://alpha:8541/x") == "alpha"
    assert documents.same_host("https://a.example/1", "https://a.example/2")
    assert not documents.same_host("https://a.example/1", "https://www.a.example/1")
    assert not documents.same_host("http://a.example/1", "https://a.example/1")


def test_servers_of_one_machine_are_told_apart_by_their_ports() -> None:
    assert documents.host_of("http://[::1]:8541/x") == "[::1]:8541"
    assert documents.host_of("http://localhost:8541/x") == "localhost:8541"
    assert not documents.same_host("http://127.0.0.1:8541/1", "http://127.0.0.1:8542/1")


def test_a_type_may_be_a_list_with_one_that_we_know__JSN_3() -> None:
    known = frozenset({"Like", "Delete"})
    assert reading(type=["Like", "ext:Thing"]).kind(known) == "Like"
    assert reading(type="ext:Thing").kind(known) is None
    assert reading(type=7).kind(known) is None
    with pytest.raises(Malformed, match="ambiguous_type"):
        reading(type=["Like", "Delete"]).kind(known)


def test_members_may_be_absent_null_single_or_lists__JSN_4() -> None:
    assert reading().ids("to") == reading(to=None).ids("to") == reading(to=[None]).ids("to") == ()
    assert reading(to="https://a.example/1").ids("to") == ("https://a.example/1",)
    assert reading(actor=[None, "https://a.example/1", None]).id("actor") == "https://a.example/1"
    assert reading(to=["as:Public", "Public", PUBLIC, 5, {"id": "https://a.example/1"}]).ids("to") == (
        PUBLIC,
        "https://a.example/1",
    )


def test_an_id_among_several_is_none() -> None:
    with pytest.raises(Malformed, match="invalid_id"):
        reading(actor=["https://a.example/1", "https://a.example/2"]).id("actor")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-01T10:00:00Z", "2026-02-01T10:00:00Z"),
        ("2026-02-01T10:00:00+02:00", "2026-02-01T08:00:00Z"),
        ("2026-02-01t10:00:00.123456789z", "2026-02-01T10:00:00.123456Z"),
        ("2026-02-01 10:00:00.5-01:30", "2026-02-01T11:30:00.500Z"),
        ("9999-12-31T23:59:59Z", "2026-03-01T12:00:00Z"),
        ("1989-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-02-01", None),
        ("2026-02-01T10:00:00", None),
        ("soon", None),
        (7, None),
        (None, None),
    ],
)
def test_dates__JSN_8(text: object, moment: str | None) -> None:
    found = documents.read_moment(text, NOW)
    assert (to_rfc3339(found) if found is not None else None) == moment


def test_a_date_ahead_stays_ahead_where_that_makes_sense() -> None:
    assert documents.read_future(to_rfc3339(NOW + DAY)) == NOW + DAY


def test_texts_are_composed_and_without_controls__JSN_9() -> None:
    assert documents.clean_text("u\u0308\x07\x85\r\nx\ty") == "ü\nx\ty"
    assert documents.clean_line(" Admin\u202e\u202d \u2066✔\n here ") == "Admin ✔ here"


@pytest.mark.parametrize(
    ("given_number", "number"),
    [
        (3, 3),
        ("3", 3),
        (3.0, 3),
        ("3.0", 3),
        (2**31 - 1, 2**31 - 1),
        (2**31, None),
        (-1, None),
        (3.5, None),
        ("many", None),
        (True, None),
        (None, None),
        (10**400, None),
    ],
)
def test_counts__JSN_11(given_number: object, number: int | None) -> None:
    assert documents.read_count(given_number) == number


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://u:p@a.example/",
        "https://",
        "x",
        "https://a.example:port/",
        "https://[::1/",
        7,
        None,
    ],
)
def test_what_is_no_link(url: object) -> None:
    assert documents.web_address(url) is None


def test_a_link_may_lie_in_an_object_and_be_escaped_once() -> None:
    assert (
        documents.web_address({"type": "Link", "href": "https://a.example:8080/?a=1&#038;b=2"})
        == "https://a.example:8080/?a=1&b=2"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_malformed(body: bytes) -> None:
    try:
        documents.load(body)
    except Malformed:
        pass


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["id", "type", "to", "name", "published", "@context"]), JSON))
def test_what_is_loaded_is_what_was_written(members: dict[str, Any]) -> None:
    body = json.dumps(members).encode()
    try:
        found = documents.load(body)
    except Malformed:
        return
    assert found == members


@settings(max_examples=150)
@given(st.text(max_size=60))
def test_an_id_that_passes_has_a_plain_host(text: str) -> None:
    try:
        ident = documents.read_id(f"https://{text}")
    except Malformed:
        return
    host = documents.host_of(ident)
    assert "." in host
    assert host.isascii()
    assert host == host.lower()


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "https://a.example/1", "big": 99999999999999999999, "real": 1.5, "in": [null, {"ü": "\\u00fc"}]}',
        "{}",
    ],
)
def test_what_was_stored_reads_as_it_did_when_it_came(text: str) -> None:
    assert documents.read_again(text, now=NOW, development=True) == documents.read(
        text.encode(), now=NOW, development=True
    )


@pytest.mark.parametrize(
    ("text", "code"), [("{", "invalid_json"), ("[" * 100_000, "invalid_json"), ("[]", "not_an_object")]
)
def test_something_else_that_was_stored_is_malformed(text: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        documents.read_again(text, now=NOW)
    assert caught.value.code == code
