"""Forms as handlers read them: tolerant, typed, never an exception for what a browser or a script sent."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

MOST_FIELDS = 1000
LARGEST_INT = 2**31 - 1
ON = frozenset({"1", "on", "true", "yes"})

Pairs = list[tuple[str, str]]


class Form:
    """The fields of a form, or of a query string. Of fields sent twice the last counts, except where all are asked for. `taken`: the
    addresses of files that were taken in already, for whoever works off the form again."""

    __slots__ = ("files", "pairs", "taken", "values")

    def __init__(
        self, pairs: Iterable[tuple[str, str]] = (), files: dict[str, UploadFile] | None = None
    ) -> None:
        self.pairs: Pairs = [(_clean(name), _clean(value)) for name, value in pairs]
        self.values = dict(self.pairs)
        self.files = files or {}
        self.taken: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, otherwise: str = "") -> str:
        """The field as sent: lines end in `\\n`, no NUL in it."""
        return self.values.get(name, otherwise)

    def texts(self, name: str) -> list[str]:
        """Every value of a field that may be sent several times."""
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str) -> bool:
        """Whether a checkbox was on."""
        return self.values.get(name, "").lower() in ON

    def state(self, name: str = "on") -> bool | None:
        """What a toggle asks for: True, False, or None to switch (the field was not sent)."""
        value = self.values.get(name)
        return None if value is None else value.lower() in ON

    def number(self, name: str) -> int | None:
        """A whole number within 32 bits, or None where absent or no such number."""
        return _number(self.values.get(name, ""))

    def numbers(self, name: str) -> list[int]:
        """Every whole number of a field that may be sent several times; the rest is passed over."""
        return [number for value in self.texts(name) if (number := _number(value)) is not None]

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file; None where none was chosen."""
        upload = self.files.get(name)
        return upload if upload is not None and upload.filename else None


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 11):
        return None
    number = int(text)
    return number if -LARGEST_INT - 1 <= number <= LARGEST_INT else None


def query(request: Request) -> Form:
    """The query string, read with the same tolerance."""
    return Form(_pairs(request.scope["query_string"]))


def _pairs(encoded: bytes) -> Pairs:
    try:
        return parse_qsl(
            encoded.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="replace",
        )
    except ValueError:
        raise HTTPException(400) from None


async def read_form(request: Request) -> Form:
    """The form that came with a request. The guard against forgery has read it already; then this costs nothing."""
    held: Form | None = getattr(request.state, "form", None)
    if held is None:
        held = request.state.form = await parse_form(request)
    return held


async def parse_form(request: Request) -> Form:
    """Read the body. Anything that is no form is an empty one; a broken one is a 400."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return Form(_pairs(await request.body()))
    if kind != "multipart/form-data":
        return Form()
    # What a proxy or a test has read before is held by the request and streamed again from there.
    parser = MultiPartParser(
        request.headers, request.stream(), max_fields=MOST_FIELDS, max_files=20, max_part_size=2 << 20
    )
    try:
        data = await parser.parse()
    except (MultiPartException, KeyError, ValueError, UnicodeDecodeError):
        raise HTTPException(400) from None
    pairs: list[tuple[str, str]] = []
    files: dict[str, Any] = {}
    for name, value in data.multi_items():
        if isinstance(value, str):
            pairs.append((name, value.encode("utf-8", "replace").decode("utf-8")))
        else:
            files[name] = value
    return Form(pairs, files)
