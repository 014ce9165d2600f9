"""Shows what has outgrown the sizes we aim at. Never fails: the answer to a big file is a missing idea, not a cut.

Files 400 lines, functions 60, handlers in a face 25, folders 4 deep under the package.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "folkmoot"

FILE_LINES = 400
FUNCTION_LINES = 60
HANDLER_LINES = 25
DEPTH = 4

TABLES = frozenset({"routes.py", "table.py", "catalogue.py", "after.py", "permissions.py"})
"""Tables of contents may be long."""

FACES = ("web", "api", "apub")


def outgrown(package: Path = PACKAGE) -> Iterator[tuple[int, str]]:
    """(size, words) of everything over its mark."""
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        source = path.read_text(encoding="utf-8")
        lines = source.count("\n")
        if lines > FILE_LINES and path.name not in TABLES:
            yield lines, f"{name}: {lines} lines"
        if len(name.parts) - 1 > DEPTH:
            yield len(name.parts) - 1, f"{name}: {len(name.parts) - 1} folders deep"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > _mark(name, node):
                    yield length, f"{name}:{node.lineno} {node.name}: {length} lines"


def _mark(name: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Handlers are the asynchronous functions of a face that are given a request."""
    takes_request = any(argument.arg == "request" for argument in node.args.args)
    handler = name.parts[0] in FACES and isinstance(node, ast.AsyncFunctionDef) and takes_request
    return HANDLER_LINES if handler else FUNCTION_LINES


def main() -> None:
    """Print what has outgrown its mark, the biggest first."""
    rows = sorted(outgrown(), reverse=True)
    print(f"{len(rows)} over the sizes we aim at" + (", the biggest first:" if rows else "."))
    for _, words in rows[:20]:
        print(f"  {words}")


if __name__ == "__main__":
    main()
