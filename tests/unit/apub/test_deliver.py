"""Signing what is delivered: in order, and without holding up everybody else."""

import asyncio

import pytest

from folkmoot.apub import deliver
from folkmoot.apub.deliver import Signer
from folkmoot.apub.signing import Scheme, SigningKey

INBOX = "https://there.example/inbox"


async def test_whoever_waits_for_a_signature_hears_that_it_cannot_be_made() -> None:
    broken = SigningKey("https://here.example/u/alice#main-key", "no key at all")
    with pytest.raises(ValueError, match="PEM"):
        await Signer().sign(INBOX, b"{}", broken, 0, Scheme.DRAFT)


async def test_others_have_their_turn_between_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_SIGNING", 0.0)
    signer, key, happened = Signer(), SigningKey("k", "p"), list[str]()
    monkeypatch.setattr(deliver, "sign", lambda _method, url, **_more: happened.append(url) or {"for": url})

    async def other() -> None:
        while len(happened) < 5:
            happened.append("other")
            await asyncio.sleep(0)

    found = await asyncio.gather(*(signer.sign(name, b"", key, 0, Scheme.DRAFT) for name in "abc"), other())
    assert found[:3] == [{"for": name} for name in "abc"]
    assert [name for name in happened if name != "other"] == ["a", "b", "c"]
    assert "other" in happened[happened.index("a") : happened.index("b")]
    assert "other" in happened[happened.index("b") : happened.index("c")]


async def test_requests_that_are_signed_together_go_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_TOGETHER", 2)
    signer, key, happened = Signer(), SigningKey("k", "p"), list[str]()
    monkeypatch.setattr(deliver, "_SIGNING", 0.0)
    monkeypatch.setattr(deliver, "sign", lambda _method, url, **_more: happened.append(f"signed {url}") or {})

    async def sent(name: str) -> None:
        await signer.sign(name, b"", key, 0, Scheme.DRAFT)
        happened.append(f"sent {name}")

    await asyncio.gather(*(sent(name) for name in "abc"))
    assert happened == ["signed a", "signed b", "sent a", "sent b", "signed c", "sent c"]


async def test_nothing_is_signed_for_who_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(deliver, "_SIGNING", 0.0)
    monkeypatch.setattr(deliver, "sign", lambda _method, url, **_more: made.append(url) or {})
    signer, key = Signer(), SigningKey("k", "p")
    waiting = [
        asyncio.create_task(signer.sign(f"{INBOX}{number}", b"", key, 0, Scheme.RFC)) for number in range(2)
    ]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait(waiting)
    assert made == [f"{INBOX}1"]
