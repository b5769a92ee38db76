"""What is to be read in the certificates that the other side shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLObject
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from cryptography import x509

DEPTH: Final = 16
"""Certificates of one chain that are looked at."""
NAMES: Final = 100
"""Names of one certificate that are told."""
_LENGTH: Final = 256
_ASN1: Final = 2  # X509_FILETYPE_ASN1 of OpenSSL


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one certificate says. `subject` and `issuer` are names as RFC 4514 writes them."""

    subject: str
    issuer: str
    not_before_at: datetime
    not_after_at: datetime
    names: tuple[str, ...]
    """Hosts and addresses that it is for, as long as they are not too many."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What was agreed, or offered and refused. What did not come to be known stays empty."""

    version: str = ""
    cipher: str = ""
    certificate_ends_at: datetime | None = None
    """The earliest end in the chain that was shown (RFC 5280, section 4.1.2.5)."""
    certificate_left: timedelta | None = None
    """Until then, from when it was shown; negative once past."""
    shown: tuple[bytes, ...] = field(default=(), repr=False)
    """The chain as it came, in DER, the leaf first."""

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """Those of `shown` that can be read."""
        return read_chain(self.shown)


def chain_of(connection: SSLObject) -> tuple[bytes, ...]:
    """DER of what was shown, the leaf first, verified or not; empty where nothing was.

    Public since Python 3.13; the inner object had it before.
    """
    inner: Any = connection
    if not hasattr(inner, "get_unverified_chain"):
        inner = getattr(connection, "_sslobj", None)
    try:
        return tuple(map(_der, inner.get_unverified_chain()[:DEPTH]))
    except (AttributeError, TypeError, ValueError):
        return ()


def _der(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    der: bytes = certificate.public_bytes(_ASN1)
    return der


def earliest_end(shown: Sequence[bytes]) -> datetime | None:
    """None when nothing can be read."""
    return min((found.not_valid_after_utc for found in _readable(shown)), default=None)


def read_chain(shown: Sequence[bytes]) -> tuple[Certificate, ...]:
    """The certificates of a chain; what cannot be read is left out."""
    return tuple(map(_told, _readable(shown)))


def _readable(shown: Sequence[bytes]) -> Iterator[x509.Certificate]:
    from cryptography import x509  # noqa: PLC0415 - 8 MB that whoever asks without TLS can spare

    for der in shown:
        with suppress(ValueError, x509.InvalidVersion):
            yield x509.load_der_x509_certificate(der)


def _told(found: x509.Certificate) -> Certificate:
    return Certificate(
        subject=_name(found, "subject"),
        issuer=_name(found, "issuer"),
        not_before_at=found.not_valid_before_utc,
        not_after_at=found.not_valid_after_utc,
        names=tuple(name[:_LENGTH] for name in _names(found)[:NAMES]),
    )


def _name(found: x509.Certificate, whose: Literal["subject", "issuer"]) -> str:
    try:
        name: x509.Name = getattr(found, whose)
        return name.rfc4514_string()[:_LENGTH]
    except ValueError:
        return ""


def _names(found: x509.Certificate) -> list[str]:
    from cryptography import x509  # noqa: PLC0415 - as above

    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (
        ValueError,
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return []
    hosts = names.get_values_for_type(x509.DNSName)
    return hosts + [str(address) for address in names.get_values_for_type(x509.IPAddress)]
