"""`make fuzz-apub`: throw bytes at what reads other servers' documents and signatures, and follow what they reach.

Coverage-guided (atheris, a libFuzzer for Python, fetched on demand and no part of the lock). A finding is any exception but the two
refusals, or an input that takes seconds; libFuzzer writes it to `.fuzz/`. It starts from the documents that we send ourselves, and from
those of other programs where there is a collection of them (`FOLKMOOT_SHARED`).
"""

import json
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import atheris
from multidict import CIMultiDict
from selectolax.lexbor import LexborHTMLParser

with atheris.instrument_imports(include=["folkmoot.apub", "folkmoot.text", "folkmoot.net"]):
    from folkmoot.apub import documents, reading, signatures, signing
    from folkmoot.apub.documents import Malformed
    from folkmoot.apub.lookup import alternate_of
    from folkmoot.apub.negotiation import prefers_document
    from folkmoot.apub.objects.actors import PublicKey, parse_actor
    from folkmoot.apub.objects.content import Post, parse_content
    from folkmoot.apub.signatures import BadSignature, Request
    from folkmoot.net.client import Fetched
    from folkmoot.net.metadata import metadata_of
    from folkmoot.net.webmention import endpoint_of
    from folkmoot.text.html_to_markdown import to_markdown
    from folkmoot.text.markdown import Links, parsed, render

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / ".fuzz" / "corpus"
NOW = 1_790_000_000_000_000
LONGEST = 64 * 1024
ORIGIN = "https://here.example"
KEY = PublicKey("https://there.example/u/carol#main-key", "")
PAGE = "https://there.example/@carol/1"
LINKS = Links("here.example")
ACTIVE = frozenset(
    {"script", "style", "iframe", "frame", "object", "embed", "form", "svg", "math", "base", "meta", "link"}
)
HARMLESS = ("http://", "https://", "mailto:", "magnet:", "/", "#")
SIGNATURE = (
    b'keyId="https://there.example/u/carol#main-key",algorithm="rsa-sha256",headers="(request-target) host date",signature="AAAA"\n'
    b'sig1=("@method" "@target-uri");created=1790000000;keyid="https://there.example/u/carol#main-key";alg="rsa-v1_5-sha256"\nsig1=:AAAA:'
)


def try_document(data: bytes) -> None:
    """Everything that reads a document, in both modes."""
    for development in (False, True):
        try:
            document = documents.read(data, now=NOW, development=development)
        except Malformed:
            return
        for parse in (reading.envelope, reading.parse, parse_content, parse_actor):
            try:
                found = parse(document)
                if isinstance(found, Post):
                    found.title_in(None)
            except Malformed:
                pass


def try_headers(data: bytes) -> None:
    """Lines as the headers of a request: of the draft, of the RFC, digests, date."""
    lines = [*data.decode("latin-1").split("\n"), "", "", "", ""]
    common = {"host": "here.example", "date": lines[3] or signing.http_date(NOW)}
    for headers in (
        {**common, "signature": lines[0], "digest": lines[4] if len(lines) > 4 else ""},
        {**common, "signature-input": lines[1], "signature": lines[2], "content-digest": lines[3]},
        {**common, "signature-input": lines[1], "signature": lines[2]},
    ):
        for body in (None, b"{}"):
            try:
                claims = signatures.read_claims(
                    Request("POST", "/inbox", headers, body), origin=ORIGIN, now=NOW
                )
                signatures.verify(claims, "https://there.example/u/carol", KEY)
            except BadSignature:
                pass
    prefers_document(lines[0])


def try_html(data: bytes) -> None:
    """Markup of a text, as far as the page that shows it; and that plain words are rendered as they would be the whole way."""
    text = data.decode("utf-8", "replace")
    source = to_markdown(text)
    for written in (text, source):
        assert render(written, local=LINKS) == parsed(written, local=LINKS), written
    for element in LexborHTMLParser(render(source, local=LINKS)).css("*"):
        given = element.attributes
        assert element.tag not in ACTIVE, element.tag
        assert not any(name.startswith("on") for name in given), given
        for name in ("href", "src"):
            address = (given.get(name) or "#").strip().lower()
            assert address.startswith(HARMLESS), address


def try_page(data: bytes) -> None:
    """A page for people: which document it names, what it says of itself, where it wants to hear of links."""
    alternate_of(data, PAGE)
    fetched = Fetched(
        status=200, url=PAGE, content_type="text/html", charset=None, body=data, complete=True,
        headers=CIMultiDict({"Link": data[:200].decode("latin-1").replace("\n", " ")}),
    )  # fmt: skip
    metadata_of(fetched)
    endpoint_of(fetched)


TARGETS = (try_document, try_headers, try_html, try_page)


def try_one(data: bytes) -> None:
    """The first byte says what the rest is."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def write_corpus() -> None:
    """Where it begins: our own documents and those of others, their texts, and signatures."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    beginnings = {
        b"\x01" + SIGNATURE,
        b'\x02<p>a <a href="https://a.example/">b</a><ul><li>c</li></ul><pre>d</pre>',
    }
    recorded = Path(os.environ.get("FOLKMOOT_SHARED", ROOT.parent / "shared")) / "federation" / "fixtures"
    for folder in (ROOT / "tests/wire/ours", recorded):
        for path in sorted(folder.rglob("*.json")):
            body = path.read_bytes()
            if len(body) > LONGEST:
                continue
            beginnings.add(b"\x00" + body)
            try:
                document = json.loads(body)
            except ValueError:
                continue
            beginnings |= {b"\x03" + text.encode("utf-8", "replace") for text in _texts(document)}
            beginnings |= {b"\x02" + text.encode("utf-8", "replace") for text in _texts(document)}
            beginnings |= {b"\x01" + lines.encode("latin-1", "replace") for lines in _signed(document)}
    for beginning in beginnings:
        (CORPUS / sha256(beginning).hexdigest()[:40]).write_bytes(beginning)


def _texts(document: object) -> Iterator[str]:
    """The markup in a document, however deep."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("content", "summary") and isinstance(value, str) and "<" in value:
                yield value
            yield from _texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _texts(value)


def _signed(document: object) -> Iterator[str]:
    """The headers of recorded requests, as `try_headers` reads them."""
    headers = document.get("headers") if isinstance(document, dict) else None
    if not isinstance(headers, dict):
        request = document.get("request") if isinstance(document, dict) else None
        headers = request.get("headers") if isinstance(request, dict) else None
    if isinstance(headers, dict):
        given = {str(name).lower(): str(value).replace("\n", " ") for name, value in headers.items()}
        names = ("signature", "signature-input", "signature", "date", "digest")
        yield "\n".join(given.get(name, "") for name in names)


if __name__ == "__main__":
    write_corpus()
    atheris.Setup(
        [sys.argv[0], str(CORPUS), f"-artifact_prefix={ROOT / '.fuzz'}/", "-timeout=5", *sys.argv[1:]],
        try_one,
    )
    atheris.Fuzz()
