"""gzip for one reader: what comes out is what went in, whole or in parts, with or without the quick library."""

import importlib
import sys
import zlib
from collections.abc import Iterator

import pytest

from folkmoot.web import packing

BODIES = [b"", b"short", b'{"posts":[' + b'{"id":1},' * 3000 + b"]}", bytes(range(256)) * 1000]


@pytest.fixture(params=["as it is here", "zlib"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The module as it is here, and as it is where the quick library is not installed."""
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    importlib.reload(packing)
    yield request.param
    monkeypatch.undo()
    importlib.reload(packing)


@pytest.mark.parametrize("body", BODIES, ids=len)
def test_a_body_comes_out_as_it_went_in(library: str, body: bytes) -> None:
    assert zlib.decompress(packing.pack(body), wbits=31) == body


def test_parts_can_be_read_as_they_come(library: str) -> None:
    packer, reader = packing.packer(), zlib.decompressobj(wbits=31)
    for part in (b"first ", b"second "):
        assert reader.decompress(packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)) == part
    assert reader.decompress(packer.compress(b"last") + packer.flush()) == b"last"
    assert reader.eof


def test_what_repeats_is_packed_small(library: str) -> None:
    assert len(packing.pack(BODIES[2])) < len(BODIES[2]) / 50
