"""What RSA-2048 alone allows on this machine: an activity is signed once for each server it goes to, and checked once where it arrives."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

_SIGNED = b"x" * 300


@dataclass(frozen=True, slots=True)
class Limit:
    """Signatures that one core makes, and checks, each second."""

    signs: float
    checks: float

    def words(self) -> str:
        """For the line above a table."""
        return (
            f"RSA-2048 on one core of it: {self.signs:,.0f} signatures made/s, {self.checks:,.0f} checked/s"
        )


def measure(seconds: float = 1.0) -> Limit:
    """Measure one core, by the processor time it takes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public, signature = key.public_key(), key.sign(_SIGNED, PKCS1v15(), SHA256())
    return Limit(
        _rate(lambda: key.sign(_SIGNED, PKCS1v15(), SHA256()), seconds),
        _rate(lambda: public.verify(signature, _SIGNED, PKCS1v15(), SHA256()), seconds),
    )


def _rate(work: Callable[[], object], seconds: float) -> float:
    count, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        for _ in range(20):
            work()
        count += 20
    return count / (time.process_time() - began)
