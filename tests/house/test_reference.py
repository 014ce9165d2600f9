"""The generated pages say what the code says."""

import re

import pytest

from tests.house.source import PACKAGE, ROOT
from tools.docs import DOCS, PAGES

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
"""The target of a relative Markdown link, without its fragment."""


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    if name == "develop/map.md" and not (PACKAGE / "web" / "routes.py").exists():
        pytest.skip("the tables of contents are not there yet")
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"docs/{name} is out of date; run `make docs`"


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path != DOCS / "index.md"]
    assert not [page for page in pages if f"({page})" not in index]


def test_every_link_between_the_documents_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not target.startswith("screenshots/") and not target.startswith("docs/screenshots/")
        if not (page.parent / target).exists()
    ]
    assert not broken, broken
