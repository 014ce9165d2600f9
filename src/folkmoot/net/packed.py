"""Undoing how an answer was packed, without ever making more of it than was asked for."""

import zlib

from folkmoot.net.errors import TooLarge, Unreachable

MAX_RATIO = 50
"""How many times its size a packed answer may unfold to (FET-11), beyond what any page may have."""
_FREE_OF_RATIO = 256 * 1024


class Decoder:
    """Undoes a content encoding, never making more bytes than asked for."""

    def __init__(self, encoding: str) -> None:
        if encoding in {"", "identity"}:
            self._inflate = None
        elif encoding in {"gzip", "x-gzip", "deflate"}:
            self._inflate = zlib.decompressobj(
                zlib.MAX_WBITS | 32
            )  # finds out by itself which of the two it is
        else:
            raise Unreachable(f"answered in {encoding[:40]}, which was not asked for")
        self._begun = False
        self._taken = 0
        self._made = 0

    @property
    def cut_short(self) -> bool:
        """Whether the answer ended in the middle of what was packed."""
        return self._begun and self._inflate is not None and not self._inflate.eof

    def decode(self, chunk: bytes, at_most: int) -> bytes:
        if self._inflate is None:
            return chunk[:at_most]
        first, self._begun = not self._begun, True
        try:
            made = self._inflate.decompress(chunk, at_most)
            self._taken += len(chunk)
            self._made += len(made)
            if self._made > max(self._taken * MAX_RATIO, _FREE_OF_RATIO):
                raise TooLarge(f"{self._taken} bytes unfold to more than {self._made}")
            return made
        except zlib.error as error:
            if not first:
                raise Unreachable("broken compression") from error
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # "deflate" without its header, as some send it
        return self.decode(chunk, at_most)
