"""Moments as text, and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.model.time import Micros, from_rfc3339, to_rfc3339


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_685_620_800_000_000, "2023-06-01T12:00:00Z"),
        (1_685_620_800_919_000, "2023-06-01T12:00:00.919Z"),
        (1_685_620_800_900_000, "2023-06-01T12:00:00.900Z"),
        (1_685_620_800_123_456, "2023-06-01T12:00:00.123456Z"),
        (1_685_620_800_000_010, "2023-06-01T12:00:00.000010Z"),
        (-1_000, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_fraction_has_no_three_or_six_digits__T_5(moment: Micros, text: str) -> None:
    assert to_rfc3339(moment) == text


@given(st.integers(min_value=-(10**15), max_value=10**16))
def test_text_keeps_the_moment__T_5(moment: Micros) -> None:
    text = to_rfc3339(moment)
    assert from_rfc3339(text) == moment
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z", text)
    assert not re.search(r"\.(\d{3})?000Z$", text), "more digits than are needed"
