"""Every written rule of API v3 is held by a test that carries its number, or excused with a reason."""

import re

from tests.needs import shared
from tools.api_v3 import beyond, excused_rules, named_tests

RULE = re.compile(r"^- \*\*([A-Z]-\d+)\*\*", re.MULTILINE)


def written_rules() -> set[str]:
    """The numbers of all rules."""
    rules = set(RULE.findall(shared("contracts/behaviour-v3.md").read_text(encoding="utf-8")))
    assert len(rules) > 170
    return rules


def test_every_rule_has_a_test_or_an_excuse() -> None:
    missing = written_rules() - named_tests().keys() - excused_rules().keys()
    assert not missing, f"no test is named after {sorted(missing)}"


def test_tests_name_rules_that_there_are() -> None:
    unknown = named_tests().keys() - written_rules()
    assert not unknown, {rule: named_tests()[rule] for rule in unknown}


def test_differences_name_rules_that_there_are() -> None:
    assert {rule for rules, _ in beyond() for rule in rules} <= written_rules()


def test_who_has_a_test_needs_no_excuse() -> None:
    assert not excused_rules().keys() & named_tests().keys()
