"""Where files are kept: an interface, and the local disk."""

import asyncio
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Files by name. Names are ours: letters, digits, `-`, `_` and dots."""

    async def put(self, name: str, body: bytes) -> None:
        """Keep a file; one of the same name is replaced, and nobody sees half of it. Raises `OSError`."""
        ...

    async def get(self, name: str) -> bytes | None:
        """A file, or None where there is none."""
        ...

    async def delete(self, names: Iterable[str]) -> None:
        """Forget files, with every copy made from them (names that begin with theirs and a dot). Unknown names are passed over."""
        ...

    async def shrink(self, mark: str, most: int) -> int:
        """Forget the oldest of the files that have `mark` in their names, until all of them together take `most` bytes or less; how many
        were forgotten."""
        ...


class Disk:
    """Files in a folder, in subfolders by the first two letters of their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, body: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(name), body)

    async def get(self, name: str) -> bytes | None:
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            return None

    async def delete(self, names: Iterable[str]) -> None:
        await asyncio.to_thread(self._delete, [self._path(name) for name in names])

    async def shrink(self, mark: str, most: int) -> int:
        return await asyncio.to_thread(self._shrink, mark, most)

    def _path(self, name: str) -> Path:
        if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
            raise ValueError(f"not a name of ours: {name!r}")
        return self._folder / name[:2] / name

    def _put(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{secrets.token_hex(8)}")
        try:
            half.write_bytes(body)
            os.replace(half, path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise

    def _delete(self, paths: list[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)
            for copy in path.parent.glob(f"{path.name}.*"):
                copy.unlink(missing_ok=True)

    def _shrink(self, mark: str, most: int) -> int:
        found = sorted(self._marked(mark))
        taken = sum(size for _, size, _ in found)
        gone = 0
        for _, size, path in found:
            if taken <= most:
                break
            path.unlink(missing_ok=True)
            taken -= size
            gone += 1
        return gone

    def _marked(self, mark: str) -> Iterator[tuple[int, int, Path]]:
        """Moment of writing, size and path of each file with `mark` in its name."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            with os.scandir(folder) as entries:
                for entry in entries:
                    if mark in entry.name:
                        with suppress(FileNotFoundError):  # somebody deletes at the same time
                            about = entry.stat()
                            yield about.st_mtime_ns, about.st_size, Path(entry.path)
