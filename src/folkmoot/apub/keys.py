"""RSA keys as signatures need them: read, checked and kept ready (ACT-2). `core/people/keys.py` makes ours."""

import re
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from folkmoot.apub.documents import malformed

MIN_BITS = 2048
MAX_BITS = 8192
MAX_PEM = 8000

_PEM = re.compile(r"-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END (RSA )?PUBLIC KEY-----")


def read_public_pem(pem: str) -> str:
    """A key of another server as SPKI PEM, from SPKI or PKCS 1, with any line ends. Raises Malformed (`invalid_key`)."""
    return _spki(public_key(pem))


def public_key(pem: str) -> RSAPublicKey:
    """The key to verify with: RSA, 2048 bits at least (ACT-2). Raises Malformed (`invalid_key`)."""
    key = _public_key(pem)
    if key is None:
        raise malformed("invalid_key", pem[:60], field="publicKey")
    return key


@lru_cache(maxsize=2048)
def _public_key(pem: str) -> RSAPublicKey | None:
    text = pem.strip().replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_PEM or _PEM.fullmatch(text) is None:
        return None
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey) or not MIN_BITS <= key.key_size <= MAX_BITS:
        return None
    return key


@lru_cache(maxsize=1024)
def private_key(pem: str) -> RSAPrivateKey:
    """The key to sign with, one of ours. It comes from our database, so nobody looks whether its parts are primes: that would take each
    process 28 ms for each of our people and communities that has something to say."""
    key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, RSAPrivateKey)
    return key


def _spki(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
