r"""Words as they are compared: folding, and the pattern that finds a keyword where it stands as a word of its own.

PostgreSQL does both in SQL, SQLite calls the functions here; `tests/store/test_keywords.py` holds one to the other. The patterns use
only what the two regular expressions share: `\w`, `\s`, looking ahead and behind.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
)
"""Scripts that put no space between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese): there it is enough that the letters occur."""
STARTS_SPACED = rf"^(?!{_UNSPACED})\w"
ENDS_SPACED = rf"(?!{_UNSPACED})\w$"
BEFORE, BETWEEN, AFTER = r"(?<!\w)", r"\s+", r"(?!\w)"

_starts_spaced, _ends_spaced = re.compile(STARTS_SPACED), re.compile(ENDS_SPACED)


def folded(text: str) -> str:
    """The text as it is compared: case and ways of writing the same character do not matter."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


@lru_cache(maxsize=2000)
def keyword_pattern(keyword: str) -> str:
    """The pattern of a keyword, for folded texts: its words one after the other, and no letter or digit beside them."""
    keyword = folded(keyword)
    before = BEFORE if _starts_spaced.search(keyword) else ""
    after = AFTER if _ends_spaced.search(keyword) else ""
    return before + BETWEEN.join(re.sub(r"([^\w\s])", r"\\\1", word) for word in keyword.split()) + after


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def has_pattern(pattern: str | None, text: str | None) -> bool | None:
    """`text REGEXP pattern` of SQLite."""
    if pattern is None or text is None:
        return None
    return _compiled(pattern).search(text) is not None


SQLITE_FUNCTIONS: dict[str, tuple[Any, int]] = {
    "folded": (folded, 1),
    "keyword_pattern": (keyword_pattern, 1),
    "regexp": (has_pattern, 2),
}
"""What SQLite is told of this, with the number of arguments."""
