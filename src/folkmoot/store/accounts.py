"""Local accounts: rows, credentials, languages, applications, and the tokens that mails carry."""

from collections.abc import Collection
from typing import Any

from folkmoot.model.accounts import Application, Credentials
from folkmoot.model.people import LocalUser, Person, Viewer
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.people import NAMES, PERSON, make_person
from folkmoot.store.rows import Row, columns, maker, width

ACCOUNT = columns(LocalUser, "u")
make_account = maker(LocalUser)
_APPLICATION = columns(Application, "a")
_make_application = maker(Application)
_CREDENTIALS = "u.id, u.person_id, u.password_hash, u.totp_secret, u.totp_enabled, u.totp_last_step"
_make_credentials = maker(Credentials)
_WIDTH = width(LocalUser)


# --- people with accounts ----------------------------------------------------------------------------------------------------


async def insert_person(tx: Tx, values: dict[str, Any]) -> Person | None:
    """The person of a new account; the person as stored, None where somebody took the name a moment ago."""
    row = await _insert(tx, "person", values, columns(Person))
    tx.changed(*NAMES)
    return make_person(row) if row else None


async def insert_account(tx: Tx, values: dict[str, Any]) -> LocalUser | None:
    """A new account; the account as stored, None where somebody took the mail address a moment ago."""
    row = await _insert(tx, "local_user", values, columns(LocalUser))
    return make_account(row) if row else None


async def _insert(tx: Tx, table: str, values: dict[str, Any], returned: str) -> Row | None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    return await tx.first(
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING {returned}",
        **values,
    )


async def viewer(tx: Tx, local_user_id: int) -> Viewer | None:
    """The account and its person, as somebody without a session."""
    return await _viewer(tx, "u.id = :value", local_user_id)


async def viewer_of_person(tx: Tx, person_id: int) -> Viewer | None:
    """The same by the person; None for people without an account."""
    return await _viewer(tx, "u.person_id = :value", person_id)


async def viewer_by_email(tx: Tx, email_key: str) -> Viewer | None:
    """The same by the folded mail address."""
    return await _viewer(tx, "u.email_key = :value", email_key)


async def _viewer(tx: Tx, condition: str, value: Any) -> Viewer | None:
    row = await tx.first(
        f"SELECT {ACCOUNT}, {PERSON} FROM local_user u JOIN person p ON p.id = u.person_id WHERE {condition}",
        value=value,
    )
    return Viewer(make_person(row[_WIDTH:]), make_account(row[:_WIDTH])) if row else None


async def with_mail_notices(tx: Tx, person_ids: Collection[int]) -> list[Viewer]:
    """Those of these people who want notices by mail and can get them (N-7)."""
    rows = await tx.all(
        f"SELECT {ACCOUNT}, {PERSON} FROM local_user u JOIN person p ON p.id = u.person_id WHERE u.person_id IN :ids[]"
        " AND u.send_notifications_to_email AND u.email IS NOT NULL AND NOT p.banned AND NOT p.deleted ORDER BY u.id",
        ids=set(person_ids),
    )
    return [Viewer(make_person(row[_WIDTH:]), make_account(row[:_WIDTH])) for row in rows]


async def wanting_mail_notices(tx: Tx, account_ids: Collection[int]) -> list[int]:
    """Those of these accounts that want notices by mail and have an address."""
    rows = await tx.all(
        "SELECT id FROM local_user WHERE id IN :ids[] AND send_notifications_to_email AND email IS NOT NULL ORDER BY id",
        ids=set(account_ids),
    )
    return [row[0] for row in rows]


async def admins_with_mail(tx: Tx) -> list[Viewer]:
    """Administrators who have a mail address."""
    rows = await tx.all(
        f"SELECT {ACCOUNT}, {PERSON} FROM local_user u JOIN person p ON p.id = u.person_id"
        " WHERE u.admin AND u.email IS NOT NULL AND NOT p.banned AND NOT p.deleted ORDER BY u.id"
    )
    return [Viewer(make_person(row[_WIDTH:]), make_account(row[:_WIDTH])) for row in rows]


async def update(tx: Tx, local_user_id: int, values: dict[str, Any]) -> None:
    """Set columns of an account; caches of its person are told."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    person_id = await tx.value(
        f"UPDATE local_user SET {assignments} WHERE id = :local_user_id RETURNING person_id",
        local_user_id=local_user_id,
        **values,
    )
    tx.changed("person", person_id)


async def name_taken(tx: Tx, name_key: str) -> bool:
    """Whether somebody here has or had this folded name: names of deleted people stay taken (A-15)."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM person WHERE name_key = :name_key AND local)", name_key=name_key
        )
    )


async def email_taken(tx: Tx, email_key: str, *, by_other_than: int = 0) -> bool:
    """Whether another account has this folded address."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM local_user WHERE email_key = :email_key AND id <> :own)",
            email_key=email_key,
            own=by_other_than,
        )
    )


async def has_admin(tx: Tx) -> bool:
    """Whether anybody administers this site."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM local_user WHERE admin)"))


async def leave_offices(tx: Tx, person_id: int) -> None:
    """Give up every community this person moderates."""
    rows = await tx.all(
        "DELETE FROM community_moderator WHERE person_id = :person_id RETURNING community_id",
        person_id=person_id,
    )
    for row in rows:
        tx.changed("community", row[0])


# --- letting in ----------------------------------------------------------------------------------------------------------------


async def credentials(tx: Tx, key: str) -> Credentials | None:
    """Of the account with this folded name or mail address (A-4)."""
    column = "u.email_key" if "@" in key else "p.name_key"
    row = await tx.first(
        f"SELECT {_CREDENTIALS} FROM local_user u JOIN person p ON p.id = u.person_id WHERE {column} = :key AND p.local",
        key=key,
    )
    return _make_credentials(row) if row else None


async def credentials_of(tx: Tx, local_user_id: int, *, lock: bool = False) -> Credentials | None:
    """Of this account; `lock` holds the row until the end of a writing transaction."""
    row = await tx.first(
        f"SELECT {_CREDENTIALS} FROM local_user u WHERE u.id = :local_user_id{' FOR_UPDATE' if lock else ''}",
        local_user_id=local_user_id,
    )
    return _make_credentials(row) if row else None


async def use_totp_step(tx: Tx, local_user_id: int, step: int) -> bool:
    """Remember the 30 seconds a code was for; False when they, or later ones, were used before (a replayed code)."""
    return bool(
        await tx.run(
            "UPDATE local_user SET totp_last_step = :step WHERE id = :local_user_id AND totp_last_step < :step",
            step=step, local_user_id=local_user_id,
        )
    )  # fmt: skip


async def set_recovery_codes(tx: Tx, local_user_id: int, hashes: Collection[str]) -> None:
    """Replace the account's recovery codes."""
    await tx.run(
        "DELETE FROM recovery_code WHERE local_user_id = :local_user_id", local_user_id=local_user_id
    )
    await tx.many(
        "INSERT INTO recovery_code (local_user_id, code_hash) VALUES (:local_user_id, :code_hash)",
        [{"local_user_id": local_user_id, "code_hash": code_hash} for code_hash in hashes],
    )


async def use_recovery_code(tx: Tx, local_user_id: int, code_hash: str) -> bool:
    """Spend a recovery code; whether there was such a one."""
    return bool(
        await tx.run(
            "DELETE FROM recovery_code WHERE local_user_id = :local_user_id AND code_hash = :code_hash",
            local_user_id=local_user_id, code_hash=code_hash,
        )
    )  # fmt: skip


async def recovery_codes_left(tx: Tx, local_user_id: int) -> int:
    """How many recovery codes are unspent."""
    number: int = await tx.value(
        "SELECT count(*) FROM recovery_code WHERE local_user_id = :local_user_id", local_user_id=local_user_id
    )
    return number


# --- languages -----------------------------------------------------------------------------------------------------------------


async def languages(tx: Tx, local_user_id: int) -> list[int]:
    """The languages somebody reads, in order of id; empty means all."""
    rows = await tx.all(
        "SELECT language_id FROM local_user_language WHERE local_user_id = :local_user_id ORDER BY language_id",
        local_user_id=local_user_id,
    )
    return [row[0] for row in rows]


async def set_languages(tx: Tx, account: LocalUser, ids: Collection[int]) -> None:
    """Replace them; empty means all. Two who do so at once wait for each other."""
    await tx.value("SELECT id FROM local_user WHERE id = :local_user_id FOR_UPDATE", local_user_id=account.id)
    await tx.run(
        "DELETE FROM local_user_language WHERE local_user_id = :local_user_id", local_user_id=account.id
    )
    await tx.many(
        "INSERT INTO local_user_language (local_user_id, language_id) VALUES (:local_user_id, :language_id)",
        [{"local_user_id": account.id, "language_id": number} for number in sorted(ids)],
    )
    tx.changed("person", account.person_id)


# --- tokens that mails carry ------------------------------------------------------------------------------------------------------


async def insert_verification(tx: Tx, local_user_id: int, email: str, token: str) -> None:
    """A mail address that waits to be confirmed."""
    await tx.run(
        "INSERT INTO email_verification (local_user_id, email, token, published) VALUES (:local_user_id, :email, :token, :now)",
        local_user_id=local_user_id, email=email, token=token, now=tx.now,
    )  # fmt: skip


async def verification(tx: Tx, token: str, since: Micros) -> tuple[int, str] | None:
    """Account and address of a token that was issued after `since`."""
    row = await tx.first(
        "SELECT local_user_id, email FROM email_verification WHERE token = :token AND published > :since",
        token=token,
        since=since,
    )
    return (row[0], row[1]) if row else None


async def delete_verifications(tx: Tx, local_user_id: int) -> None:
    """Drop whatever the account still had to confirm."""
    await tx.run(
        "DELETE FROM email_verification WHERE local_user_id = :local_user_id", local_user_id=local_user_id
    )


async def insert_reset(tx: Tx, local_user_id: int, token_hash: str) -> None:
    """Somebody may set a new password with this token; earlier tokens of the account are void."""
    await delete_resets(tx, local_user_id)
    await tx.run(
        "INSERT INTO password_reset (local_user_id, token_hash, published) VALUES (:local_user_id, :token_hash, :now)",
        local_user_id=local_user_id, token_hash=token_hash, now=tx.now,
    )  # fmt: skip


async def reset_exists(tx: Tx, token_hash: str, since: Micros) -> bool:
    """Whether this token, issued after `since`, can still be used."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM password_reset WHERE token_hash = :token_hash AND published > :since)",
            token_hash=token_hash, since=since,
        )
    )  # fmt: skip


async def take_reset(tx: Tx, token_hash: str, since: Micros) -> int | None:
    """Spend a token; the account, or None where there is no such token issued after `since`."""
    local_user_id: int | None = await tx.value(
        "DELETE FROM password_reset WHERE token_hash = :token_hash AND published > :since RETURNING local_user_id",
        token_hash=token_hash, since=since,
    )  # fmt: skip
    return local_user_id


async def delete_resets(tx: Tx, local_user_id: int) -> None:
    """Void every token of the account."""
    await tx.run(
        "DELETE FROM password_reset WHERE local_user_id = :local_user_id", local_user_id=local_user_id
    )


async def forget_tokens(tx: Tx, *, verifications_before: Micros, resets_before: Micros) -> None:
    """Delete tokens that nobody can use any more."""
    await tx.run("DELETE FROM email_verification WHERE published <= :moment", moment=verifications_before)
    await tx.run("DELETE FROM password_reset WHERE published <= :moment", moment=resets_before)


# --- applications ---------------------------------------------------------------------------------------------------------------


async def insert_application(tx: Tx, local_user_id: int, answer: str) -> int:
    """An application that waits for a decision; its id."""
    number: int = await tx.value(
        "INSERT INTO registration_application (local_user_id, answer, published) VALUES (:local_user_id, :answer, :now) RETURNING id",
        local_user_id=local_user_id, answer=answer, now=tx.now,
    )  # fmt: skip
    return number


async def application_of(tx: Tx, local_user_id: int) -> Application | None:
    """The account's application."""
    row = await tx.first(
        f"SELECT {_APPLICATION} FROM registration_application a WHERE a.local_user_id = :value",
        value=local_user_id,
    )
    return _make_application(row) if row else None


async def application(tx: Tx, application_id: int) -> Application | None:
    """An application by its id."""
    row = await tx.first(
        f"SELECT {_APPLICATION} FROM registration_application a WHERE a.id = :value", value=application_id
    )
    return _make_application(row) if row else None


async def delete_application(tx: Tx, local_user_id: int) -> None:
    """Forget what the account answered."""
    await tx.run(
        "DELETE FROM registration_application WHERE local_user_id = :local_user_id",
        local_user_id=local_user_id,
    )
    tx.changed("site")
