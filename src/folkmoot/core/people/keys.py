"""Key pairs with which actors sign what they send to other servers."""

import asyncio
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048
"""What every server in the federation accepts."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Both halves as PEM."""

    public: str
    private: str = field(repr=False)


async def new_key_pair() -> KeyPair:
    """A fresh RSA pair; made in a thread, since it takes a good part of a second."""
    return await asyncio.to_thread(_generate)


def _generate() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(public.decode(), private.decode())
