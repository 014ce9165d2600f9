"""`folkmoot user`: accounts, for whoever runs the server."""

import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer

from folkmoot.app import opened
from folkmoot.cli.common import AsJson, fail, print_json, read_settings, run
from folkmoot.core.people import change_password, passwords, register
from folkmoot.core.people import promote as promotion
from folkmoot.core.people.register import Register
from folkmoot.model.errors import Refusal
from folkmoot.store.db import Database

user = typer.Typer(no_args_is_help=True, help="Accounts: create one, promote somebody, set a new password.")

Name = Annotated[str, typer.Argument(help="Name of the account, without the server.", show_default=False)]
Password = Annotated[
    str | None,
    typer.Option(
        help="The password; `-` reads it from the standard input, where other users of the machine do not see it. Without it, one is"
        " made up and printed.",
        show_default=False,
    ),
]
Result = TypeVar("Result")

WORDS = {
    "invalid_password": "A password has 10 to 60 characters.",
    "invalid_name": "A name has letters of one script, digits and underscores, at least three, and is not too long.",
    "slurs": "The name contains a word that this site's filter refuses.",
    "user_already_exists": "There is, or was, somebody of that name.",
    "email_already_exists": "The mail address belongs to another account.",
    "invalid_email_address": "This is not a mail address.",
    "couldnt_find_person": "There is no account of that name.",
    "deleted": "This account was deleted by its owner.",
    "site_ban": "This account is banned from the site.",
    "token_not_found": "This account was deleted by its owner.",
}


@user.command("create")
def create(
    name: Name,
    password: Password = None,
    email: Annotated[
        str | None, typer.Option(help="Mail address, taken for confirmed.", show_default=False)
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Make it an administrator's account.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an account, whether or not people can register."""
    chosen, made_up = _password(password)
    asked = Register(username=name, password=chosen, password_verify=chosen, email=email)

    async def work(db: Database) -> Any:
        prepared = await register.prepare(asked)
        async with db.write() as tx:
            return (await register.create_account(tx, asked, prepared, admin=admin)).person

    person = _run(work)
    answer = {"name": person.name, "id": person.id, "address": person.ap_id, "admin": person.admin}
    _report(answer, f"{person.handle} has an account.", chosen if made_up else None, as_json)


@user.command("promote")
def promote(name: Name, as_json: AsJson = False) -> None:
    """Make somebody an administrator of the site."""

    async def work(db: Database) -> Any:
        async with db.write() as tx:
            return await promotion.promote(tx, name)

    person = _run(work)
    answer = {"name": person.name, "id": person.id, "admin": person.admin}
    _report(answer, f"{person.handle} is an administrator.", None, as_json)


@user.command("reset-password")
def reset_password(name: Name, password: Password = None, as_json: AsJson = False) -> None:
    """Give an account a new password. Wherever somebody is logged in to it, they are logged out."""
    chosen, made_up = _password(password)

    async def work(db: Database) -> Any:
        new = await passwords.new_password(chosen, chosen)
        async with db.write() as tx:
            return (await change_password.set_password_of(tx, name, new)).person

    person = _run(work)
    answer = {"name": person.name, "id": person.id}
    _report(answer, f"{person.handle} has a new password.", chosen if made_up else None, as_json)


def _password(given: str | None) -> tuple[str, bool]:
    """The password, and whether we made it up."""
    if given is None:
        return secrets.token_urlsafe(15), True
    return (sys.stdin.readline().rstrip("\r\n") if given == "-" else given), False


def _run(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do it on the database of the settings; ends the command where it is refused."""
    settings = read_settings()

    async def within() -> Result:
        async with opened(settings) as db:
            return await work(db)

    try:
        return run(within())
    except Refusal as refusal:
        fail(WORDS.get(refusal.code, refusal.code))


def _report(answer: dict[str, Any], text: str, made_up: str | None, as_json: bool) -> None:
    if as_json:
        print_json(answer | ({"password": made_up} if made_up else {}))
        return
    typer.echo(text)
    if made_up:
        typer.echo(f"The password is: {made_up}")
