"""The program's own source as the house tests read it: parsed, never imported."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "folkmoot"


@dataclass(frozen=True)
class Module:
    """One file of the package. `name` is its path from the package's folder, such as `core/votes/cast.py`."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def top(self) -> str:
        """The package beneath `folkmoot` that it belongs to, or its own name where it lies beside them."""
        return Path(self.name).parts[0].removesuffix(".py")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=self.name)

    def imports(self) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of each of our own modules that it imports."""
        package = ["folkmoot", *Path(self.name).parts[:-1]]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names if _is_ours(alias.name))
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                whole = ".".join([*base, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{whole}.{alias.name}") for alias in node.names if _is_ours(whole))

    def texts(self) -> Iterator[tuple[int, str]]:
        """(line, text) of every string in it that is no docstring; of an f-string its fixed parts, joined by spaces."""
        docstrings = {
            id(node) for node in ast.walk(self.tree) if isinstance(node, ast.Expr) for node in [node.value]
        }
        inside = {
            id(part)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                yield node.lineno, " ".join(str(part) for part in parts)
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in docstrings | inside
            ):
                yield node.lineno, node.value


def _is_ours(name: str) -> bool:
    return name == "folkmoot" or name.startswith("folkmoot.")


@cache
def modules() -> list[Module]:
    """Every Python file of the package."""
    return [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def committed_texts() -> Iterator[tuple[str, str]]:
    """(path from the root, text) of every file that git knows or would take, pictures and the like left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in sorted(listed.stdout.decode().split("\0")):
        path = ROOT / name
        if name and path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode("utf-8")


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement, or a piece of one, rather than a sentence about something."""
    return bool(_SQL.search(text))


_SQL = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s"
    r"|ALTER\s+TABLE\s|PRAGMA\s+\w|BEGIN\s+IMMEDIATE|ORDER\s+BY\s|GROUP\s+BY\s|LEFT\s+JOIN\s)",
    re.DOTALL,
)
