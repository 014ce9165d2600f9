"""Sessions: where accounts are logged in. Only a hash of each token is kept."""

from collections.abc import Collection

from folkmoot.model.accounts import Session
from folkmoot.model.people import BANS, BLOCKS, LocalUser, Person, Viewer
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.rows import columns, maker, width

SESSION = columns(Session, "s")
make_session = maker(Session)
_ACCOUNT = columns(LocalUser, "u")
_make_account = maker(LocalUser)
_PERSON_AT = 2 + width(LocalUser)
_LANGUAGE_AT = _PERSON_AT + width(Person)
_HAS = {
    **{kind: f"EXISTS (SELECT 1 FROM {kind}_block b WHERE b.person_id = p.id)" for kind in BLOCKS},
    BANS: "EXISTS (SELECT 1 FROM community_ban b WHERE b.person_id = p.id)",
}
"""What lists need not ask about for an account that has none of it. Whoever adds such a row says that the person changed."""


async def insert(
    tx: Tx, *, token_hash: str, local_user_id: int, ip: str | None, user_agent: str | None
) -> int:
    """Remember a token; the session's id."""
    session_id: int = await tx.value(
        "INSERT INTO session (token_hash, local_user_id, published, last_used, ip, user_agent)"
        " VALUES (:token_hash, :local_user_id, :now, :now, :ip, :user_agent) RETURNING id",
        token_hash=token_hash, local_user_id=local_user_id, now=tx.now, ip=ip, user_agent=user_agent,
    )  # fmt: skip
    return session_id


async def viewer(tx: Tx, token_hash: str, local_user_id: int) -> tuple[Viewer, Micros] | None:
    """Whose session this is, with account, person, languages and what they are free of, and when it was last used: one query."""
    rows = await tx.all(
        f"SELECT s.id, s.last_used, {_ACCOUNT}, {PERSON}, l.language_id, {', '.join(_HAS.values())} FROM session s"
        " JOIN local_user u ON u.id = s.local_user_id JOIN person p ON p.id = u.person_id"
        " LEFT JOIN local_user_language l ON l.local_user_id = u.id"
        " WHERE s.token_hash = :token_hash AND s.local_user_id = :local_user_id",
        token_hash=token_hash, local_user_id=local_user_id,
    )  # fmt: skip
    if not rows:
        return None
    first = rows[0]
    languages = frozenset(row[_LANGUAGE_AT] for row in rows if row[_LANGUAGE_AT] is not None)
    person = make_person(first[_PERSON_AT:_LANGUAGE_AT])
    free_of = frozenset(kind for kind, has in zip(_HAS, first[_LANGUAGE_AT + 1 :], strict=True) if not has)
    return Viewer(person, _make_account(first[2:_PERSON_AT]), first[0], languages, free_of), first[1]


async def of_account(tx: Tx, local_user_id: int) -> list[Session]:
    """Every place where the account is logged in, the oldest first."""
    rows = await tx.all(
        f"SELECT {SESSION} FROM session s WHERE s.local_user_id = :local_user_id ORDER BY s.published, s.id",
        local_user_id=local_user_id,
    )
    return [make_session(row) for row in rows]


async def delete_one(tx: Tx, account: LocalUser, session_id: int) -> bool:
    """End one session of the account; whether there was one."""
    ended = await tx.run(
        "DELETE FROM session WHERE id = :session_id AND local_user_id = :local_user_id",
        session_id=session_id,
        local_user_id=account.id,
    )
    tx.changed("person", account.person_id)
    return bool(ended)


async def delete_all(tx: Tx, account: LocalUser, *, except_id: int | None = None) -> int:
    """End every session of the account, or every other one; how many."""
    ended = await tx.run(
        "DELETE FROM session WHERE local_user_id = :local_user_id AND id <> :except_id",
        local_user_id=account.id, except_id=except_id or 0,
    )  # fmt: skip
    tx.changed("person", account.person_id)
    return ended


async def touch(tx: Tx, session_ids: Collection[int]) -> None:
    """These sessions were used now."""
    await tx.run("UPDATE session SET last_used = :now WHERE id IN :ids[]", now=tx.now, ids=set(session_ids))
