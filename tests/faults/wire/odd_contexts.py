"""Servers' TLS contexts that the ssl module would rather not make."""

from __future__ import annotations

import _ssl  # CPython's own, for its path
import ctypes
import ssl
import warnings
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.faults.wire.certificates import Vault, Wish, good, leaf

_H2 = b"h2"
_KEPT: list[Any] = []


def with_a_short_key(vault: Vault) -> ssl.SSLContext:
    return leaf(Wish(key=rsa.generate_private_key(65537, 1024)))(vault)


def until_the_end_of_time(vault: Vault) -> ssl.SSLContext:
    """The date that says that there is none (RFC 5280, section 4.1.2.5)."""
    return leaf(Wish(ends=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))(vault)


def old(vault: Vault) -> ssl.SSLContext:
    context = good(vault)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that they are old is what it is about
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def weak(vault: Vault) -> ssl.SSLContext:
    """Encrypts nothing at all."""
    context = good(vault)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("eNULL:@SECLEVEL=0")
    return context


def demanding(vault: Vault) -> ssl.SSLContext:
    context = good(vault)
    context.load_verify_locations(vault.file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def demanding_early(vault: Vault) -> ssl.SSLContext:
    """While agreeing, as was the custom up to TLS 1.2, and not afterwards."""
    context = demanding(vault)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def _pick(_: Any, picked: Any, length: Any, *__: Any) -> int:
    picked[0], length[0] = _H2, len(_H2)
    return 0


def picks_h2(vault: Vault) -> ssl.SSLContext:
    """Speaks h2 to whoever did not offer it. The ssl module only picks from what was offered, so
    OpenSSL is asked itself, where it can be reached.
    """
    context = good(vault)
    picks = ctypes.CFUNCTYPE(
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.POINTER(ctypes.c_ubyte),
        *[ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p],
    )

    pick = picks(_pick)
    behind = ctypes.c_void_p.from_address(id(context) + object.__basicsize__)
    ctypes.CDLL(_ssl.__file__).SSL_CTX_set_alpn_select_cb(behind, pick, None)
    _KEPT.append(pick)
    return context
