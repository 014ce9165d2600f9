"""Captchas that were answered: each counts once, in whichever process."""

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


async def spend(tx: Tx, uuid: str) -> bool:
    """Write down that a captcha was answered; False where it was before."""
    return bool(
        await tx.run(
            "INSERT INTO spent_captcha (uuid, published) VALUES (:uuid, :now) ON CONFLICT DO NOTHING",
            uuid=uuid,
            now=tx.now,
        )
    )


async def is_spent(tx: Tx, uuid: str) -> bool:
    """Whether a captcha was answered already."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM spent_captcha WHERE uuid = :uuid)", uuid=uuid))


async def forget(tx: Tx, before: Micros) -> int:
    """Forget those answered before a moment, which are too old to be answered again anyway; how many."""
    return await tx.run("DELETE FROM spent_captcha WHERE published < :before", before=before)
