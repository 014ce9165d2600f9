"""Every rule of the federation protocol is shown by a test that carries its tag, or listed as a deviation with its reason."""

import re
from pathlib import Path

from folkmoot.apub.deviations import DEVIATIONS
from tests.needs import shared

TESTS = Path(__file__).resolve().parents[1]
TAG = re.compile(r"^(?:\| |- |\d+\. )(?:\*\*)?([A-Z]{2,4}-\d+)\b", re.MULTILINE)
NAMED = re.compile(r"^ *(?:async )?def test_\w+\(", re.MULTILINE)


def written_rules() -> set[str]:
    """The tags of all rules."""
    rules = set(TAG.findall(shared("federation/protocol.md").read_text(encoding="utf-8")))
    assert len(rules) > 270
    return rules


def named_rules() -> set[str]:
    """The tags in the names of tests: `…__DLV_5`, `…__FET_2__I_1`."""
    found = set()
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in NAMED.findall(path.read_text(encoding="utf-8")):
            found |= {
                f"{family}-{number}" for family, number in re.findall(r"_([A-Z]{2,4})_(\d+)(?=_|\()", name)
            }
    return found


def test_every_rule_has_a_test_or_is_a_deviation() -> None:
    missing = written_rules() - named_rules() - DEVIATIONS.keys()
    assert not missing, f"no test is named after {sorted(missing)}"


def test_only_rules_that_there_are_are_named() -> None:
    assert not (named_rules() | DEVIATIONS.keys()) - written_rules()


def test_each_deviation_says_what_is_done_instead() -> None:
    short = {rule for rule, words in DEVIATIONS.items() if len(words) < 20 or not words.endswith(".")}
    assert not short
