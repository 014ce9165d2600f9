"""Where we differ from the protocol is said of rules that it has."""

import re

from folkmoot.apub.deviations import DEVIATIONS
from tests.needs import shared


def test_every_rule_that_we_keep_differently_is_one_of_the_protocol() -> None:
    rules = set(
        re.findall(r"\b[A-Z]{2,4}-[0-9]+\b", shared("federation/protocol.md").read_text(encoding="utf-8"))
    )
    assert set(DEVIATIONS) <= rules
