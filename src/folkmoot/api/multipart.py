"""Files that a program uploads as `multipart/form-data`, read from a body that is at hand."""

from typing import Any

from python_multipart.multipart import MultipartParser, parse_options_header

from folkmoot.api.query import Unreadable


def files_in(content_type: bytes, body: bytes, field: str, most: int) -> list[bytes]:
    """The contents of the files under `field`, in their order.

    Raises `Unreadable` for another content type, a broken body, no such file, or more than `most`.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Unreadable("Content type error")
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except ValueError as error:
        raise Unreadable(f"Multipart error: {error}") from None
    files = [content for name, content in reader.parts if name == field.encode()]
    if not files or not reader.complete:
        raise Unreadable(f"Multipart error: no file under {field}")
    if len(files) > most:
        raise Unreadable(f"Multipart error: more than {most} files")
    return files


class _Reader:
    """Collects what the parser tells of: (field name, content) for each part."""

    def __init__(self) -> None:
        self.parts: list[tuple[bytes, bytes]] = []
        self.complete = False
        self._name = b""
        self._header = [b"", b""]
        self._content: list[bytes] = []

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._content.append(data[start:end]),
            "on_part_end": lambda: self.parts.append((self._name, b"".join(self._content))),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._name, self._content, self._header = b"", [], [b"", b""]

    def _add(self, which: int, text: bytes) -> None:
        self._header[which] += text

    def _end_header(self) -> None:
        name, value = self._header
        self._header = [b"", b""]
        if name.lower() == b"content-disposition":
            self._name = parse_options_header(value)[1].get(b"name", b"")

    def _end(self) -> None:
        self.complete = True
