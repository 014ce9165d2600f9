"""`folkmoot user`: what it makes, what it says, what it ends with."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from folkmoot.app import opened
from folkmoot.cli.app import build_app
from folkmoot.cli.common import read_settings
from folkmoot.core.people import passwords
from folkmoot.model.errors import NotLoggedIn

pytestmark = pytest.mark.usefixtures("own_place")


def folkmoot(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(build_app(), ["user", *arguments], input=typed)


def knows(name: str, password: str) -> bool:
    """Whether the password is the one of that name."""

    async def ask() -> bool:
        async with opened(read_settings()) as db:
            try:
                await passwords.prove(db, name, password)
            except NotLoggedIn:
                return False
            return True

    return asyncio.run(ask())


def test_wrong_usage_ends_with_2() -> None:
    for arguments in ([], ["create"], ["promote"], ["reset-password"], ["nonsense"]):
        assert folkmoot(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["create", "al"], "letters of one script"),
        (["create", "erin", "--password", "short"], "10 to 60"),
        (["create", "erin", "--email", "nonsense"], "not a mail address"),
        (["promote", "nobody"], "no account of that name"),
        (["reset-password", "nobody"], "no account of that name"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_says_why(arguments: list[str], words: str) -> None:
    result = folkmoot(*arguments)
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stdout == ""


def test_an_account_is_made_promoted_and_given_a_new_password() -> None:
    made = json.loads(folkmoot("create", "Erin", "--email", "erin@mail.example", "--json").stdout)
    assert made["address"] == "https://here.example/u/Erin"
    assert not made["admin"]
    assert knows("erin", made["password"])
    assert folkmoot("create", "ERIN").exit_code == 1
    assert json.loads(folkmoot("promote", "erin", "--json").stdout)["admin"]
    assert folkmoot("promote", "erin").exit_code == 0
    result = folkmoot("reset-password", "erin", "--password", "-", typed="typed on a terminal\n")
    assert result.exit_code == 0
    assert "typed on" not in result.stdout
    assert knows("erin", "typed on a terminal")
    assert not knows("erin", made["password"])


def test_an_admin_is_made_and_the_password_is_printed_once() -> None:
    result = folkmoot("create", "chief", "--admin")
    assert result.exit_code == 0
    assert "chief@here.example has an account." in result.stdout
    password = result.stdout.split("The password is: ")[1].strip()
    assert knows("chief", password)
    shown = folkmoot("create", "second", "--password", "a long enough password").stdout
    assert "a long enough password" not in shown
