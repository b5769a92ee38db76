"""Passwords, as they are kept: salted, stretched, and compared without a hint of how near."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

# Light for a login: 8 MiB and some 20 ms, because a probe signs in here all day long.
_COST: Final = 2**13
_SALT_BYTES: Final = 16


def stretch(password: str) -> str:
    """Text to keep: the salt and the key, in hexadecimal."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{salt.hex()}:{_key(password, salt).hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether *kept* was made from *password*; takes as long when nothing is kept."""
    salt, _, key = kept.partition(":")
    found = _key(password, bytes.fromhex(salt) or bytes(_SALT_BYTES))
    return secrets.compare_digest(found.hex(), key)


def _key(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=8, p=1)
