"""The site's word filter (W-4)."""

from time import process_time

import regex

REPLACEMENT = "*removed*"

PATIENCE = 0.2
"""Seconds of processor time that one text may cost. A sound pattern needs some millionths."""

MAX_PATTERN = 50_000

# What makes hasty patterns try everything: repetitions of one thing that then do not end as the pattern wants.
_PROBES = tuple((unit * 2000)[:2000] + "\x01" for unit in ("a", "1", " ", "ab", "a ", "a1", ".", "aA-_"))


class FilterRefused(ValueError):
    """The administrator's pattern cannot be used; `code` is the API's name for the reason."""

    code = "invalid_regex"


class InvalidRegex(FilterRefused):
    """It does not compile, or ordinary text keeps it busy for too long."""


class PermissiveRegex(FilterRefused):
    """It would hit nearly everything: it matches the text `1`."""

    code = "permissive_regex"


class Filter:
    """A compiled word filter. Case does not matter to it.

    The pattern is the administrator's, the text anybody's, so the danger is a pattern that takes exponential time on a text made for
    it. The engine (the `regex` package, whose syntax covers that of patterns written for Lemmy) is given `PATIENCE`. A text that
    exhausts it counts as hit; when replacing, only those of its lines that do are replaced as a whole.
    """

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self._pattern = pattern

    def hit(self, text: str) -> bool:
        """Whether the filter finds anything: for titles, names and reasons, which are then refused."""
        try:
            return self._pattern.search(text, timeout=PATIENCE) is not None
        except TimeoutError:
            return True

    def replace(self, text: str) -> str:
        """The text with every hit replaced by `*removed*`: for Markdown texts."""
        try:
            return str(self._pattern.sub(REPLACEMENT, text, timeout=PATIENCE))
        except TimeoutError:
            return self._replace_by_line(text)

    def _replace_by_line(self, text: str) -> str:
        end = process_time() + PATIENCE
        patience = PATIENCE / 8  # so that the first bad line does not use up what the good ones need
        lines = []
        for line in text.split("\n"):
            try:
                in_time = process_time() < end
                lines.append(
                    self._pattern.sub(REPLACEMENT, line, timeout=patience) if in_time else REPLACEMENT
                )
            except TimeoutError:
                lines.append(REPLACEMENT)
        return "\n".join(lines)


def compile_filter(pattern: str) -> Filter | None:
    """The filter of a pattern, None for an empty one. Raises InvalidRegex, PermissiveRegex.

    A pattern that hangs on plain repetitions such as `aaaa…` is refused here, while somebody looks at the form.
    """
    if not pattern:
        return None
    if len(pattern) > MAX_PATTERN:
        raise InvalidRegex("too long")
    try:
        compiled = regex.compile(pattern, regex.IGNORECASE)
        if compiled.search("1"):
            raise PermissiveRegex(pattern[:100])
        for probe in _PROBES:
            compiled.sub("", probe, timeout=PATIENCE)
    except (regex.error, TimeoutError, OverflowError, RecursionError) as error:
        raise InvalidRegex(str(error)) from error
    return Filter(compiled)
