"""The second factor that an app on a phone would show: a code that changes every half minute."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyotp
from pydantic import AfterValidator

from probes.settings import Secret

_LONG_ENOUGH: Final = "A" * 32
_REMEDY: Final = (
    "is neither a key of letters A to Z and digits 2 to 7 nor an otpauth://totp/ address; "
    "copy what the site shows beside its QR code"
)


def code(secret: str) -> str:
    """The code of this moment. *secret* is a base32 key, spaces allowed, or an otpauth:// address.

    Raises ValueError, without the secret in it, when it is neither.
    """
    return _reading(secret).now()


class _AsTheSiteMadeIt(pyotp.TOTP):
    """pyotp refuses keys of 80 bits, which many sites give out."""

    def byte_secret(self) -> bytes:
        plain = "".join(self.secret.split()).replace("-", "").rstrip("=").upper()
        return base64.b32decode(plain + "=" * (-len(plain) % 8))


@lru_cache(maxsize=64)
def _reading(secret: str) -> pyotp.TOTP:
    try:
        made = _of_address(secret) if "://" in secret else _AsTheSiteMadeIt(secret)
        if made.byte_secret():
            return made
    except (ValueError, TypeError, KeyError):  # may quote what it read
        pass
    raise ValueError(_REMEDY)


def _of_address(address: str) -> pyotp.TOTP:
    parts = urlsplit(address.strip())
    keys = dict(parse_qsl(parts.query))
    query = urlencode(keys | {"secret": _LONG_ENOUGH})
    told = pyotp.parse_uri(parts._replace(query=query).geturl())
    if not isinstance(told, pyotp.TOTP):
        raise TypeError("counts presses of a button, which nobody makes here")
    return _AsTheSiteMadeIt(
        keys["secret"], digits=told.digits, digest=told.digest, interval=told.interval
    )


def _is_one(secret: Secret) -> Secret:
    _reading(secret.get_secret_value())
    return secret


TotpSecret = Annotated[Secret, AfterValidator(_is_one)]
"""Refused when the configuration is read, if no code can be made of it."""
