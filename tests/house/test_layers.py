"""Who may import whom. The table is the one of docs/decisions/0001; arrows point one way, so nothing goes round in circles."""

import pytest

from tests.house.source import PACKAGE, Module, modules

ANYTHING = frozenset({path.stem for path in PACKAGE.iterdir() if not path.name.startswith("__")})

# Beside the packages lie four modules: settings and logs (what is told from outside, what is told to it), context (what
# is handed along while a request or a job runs) and app, which puts everything together.
EVERYWHERE_ABOVE_STORE = {"context", "settings", "logs"}

MAY_IMPORT: dict[str, frozenset[str]] = {
    "model": frozenset(),
    "text": frozenset(),
    "media": frozenset(),
    "net": frozenset(),
    "settings": frozenset({"model"}),
    "logs": frozenset({"settings"}),
    "store": frozenset({"model"}),
    "context": frozenset({"model", "media", "net", "settings", "store"}),
    "core": frozenset({"model", "text", "media", "store"}),
    "web": frozenset({"model", "text", "core"} | EVERYWHERE_ABOVE_STORE),
    "api": frozenset({"model", "text", "core"} | EVERYWHERE_ABOVE_STORE),
    "apub": frozenset({"model", "text", "net", "core", "store"} | EVERYWHERE_ABOVE_STORE),
    "jobs": frozenset({"model", "store", "core", "apub"} | EVERYWHERE_ABOVE_STORE),
    "cli": frozenset({"model", "store", "core", "jobs", "app"} | EVERYWHERE_ABOVE_STORE),
    "app": ANYTHING,
    "__init__": frozenset(),
    "__main__": frozenset({"cli"}),
}
"""Package, or module beside the packages → what of ours it may import, besides itself and `folkmoot.__version__`."""


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_imports_only_what_its_layer_may(module: Module) -> None:
    assert module.top in MAY_IMPORT, (
        f"{module.top} is a new package: give it a row in this table and in decision 0001"
    )
    allowed = MAY_IMPORT[module.top] | {module.top, "__version__"}
    wrong = [f"line {line}: {name}" for line, name in module.imports() if name.split(".")[1] not in allowed]
    assert not wrong, f"{module.name} may import {sorted(allowed)} of ours, but has {wrong}"
