"""Whom to trust, and what exactly was wrong with a certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import certifi
from cryptography import x509

from probes.result import Reason
from probes.wire.report import Tls, WireError

# Numbers of OpenSSL's certificate verification (X509_V_ERR_…), which the ssl module hands on.
_REASONS: Final = {
    9: Reason.TLS_NOT_YET_VALID,
    10: Reason.TLS_EXPIRED,
    62: Reason.TLS_WRONG_NAME,
    64: Reason.TLS_WRONG_NAME,
}
_NOT_TLS: Final = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"}
_NAMES_SHOWN: Final = 3


def machine_time() -> datetime:
    """For whoever holds no clock of their own."""
    return datetime.now(UTC)  # noqa: TID251 - certificates are judged here, at the edge


class Trust:
    """TLS contexts, made when first needed and kept; one for each file of authorities."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._public: ssl.SSLContext | None = None
        self._own: dict[Path, tuple[int, ssl.SSLContext]] = {}

    def context(self, ca: Path | None) -> ssl.SSLContext:
        """Raises OSError when the file cannot be read or holds no certificate."""
        if ca is None:
            self._public = self._public or _context(Path(certifi.where()))
            return self._public
        changed = ca.stat().st_mtime_ns
        known = self._own.get(ca)
        if known is None or known[0] != changed:
            known = self._own[ca] = (changed, _context(ca))
        return known[1]

    def agreed(self, connection: ssl.SSLObject) -> Tls:
        """What a handshake ended in. The certificate's end is RFC 5280, section 4.1.2.5."""
        certificate = connection.getpeercert() or {}
        ends_s = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        ends_at = datetime.fromtimestamp(ends_s, UTC)
        cipher = connection.cipher()
        return Tls(
            version=connection.version() or "",
            cipher=cipher[0] if cipher else "",
            certificate_not_after_at=ends_at,
            certificate_left=ends_at - self._now(),
        )


def _context(authorities: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authorities)
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = _Remembering
    return context


class _Remembering(ssl.SSLObject):
    """Keeps the certificate that was refused, so that the trouble can be told in full."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            error.refused = _leaf(self)  # type: ignore[attr-defined]  # for `classify`
            raise


def _leaf(connection: ssl.SSLObject) -> bytes | None:
    """DER of the unverified leaf. Public since Python 3.13; the inner object had it before."""
    inner: Any = connection
    if not hasattr(inner, "get_unverified_chain"):
        inner = getattr(connection, "_sslobj", None)
    try:
        leaf = inner.get_unverified_chain()[0]
        return leaf if isinstance(leaf, bytes) else ssl.PEM_cert_to_DER_cert(leaf.public_bytes())
    except (AttributeError, IndexError, TypeError, ValueError):
        return None


def classify(error: ssl.SSLError, host: str) -> WireError:
    """Why the handshake with *host* failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _refused(error, host)
    if error.reason in _NOT_TLS:
        return WireError(Reason.TLS_FAILED, "what answers there does not speak TLS")
    return WireError(
        Reason.TLS_FAILED, f"TLS failed: {(error.reason or 'no reason given').lower()}"
    )


def _refused(error: ssl.SSLCertVerificationError, host: str) -> WireError:
    leaf = _read(getattr(error, "refused", None))
    reason = _REASONS.get(error.verify_code, Reason.TLS_UNTRUSTED)
    match reason:
        case Reason.TLS_EXPIRED:
            ended = _on(leaf.not_valid_after_utc) if leaf else ""
            return WireError(reason, f"the certificate expired{ended}")
        case Reason.TLS_NOT_YET_VALID:
            begins = _on(leaf.not_valid_before_utc) if leaf else " later"
            return WireError(reason, f"the certificate is not valid yet: it begins{begins}")
        case Reason.TLS_WRONG_NAME:
            names = _names(leaf) if leaf else "another name"
            return WireError(reason, f"the certificate is for {names}, not for {host}")
        case _:
            return WireError(reason, f"the certificate is not trusted: {error.verify_message}")


def _read(der: bytes | None) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der) if der else None
    except ValueError:
        return None


def _on(at: datetime) -> str:
    return f" on {at:%Y-%m-%d} at {at:%H:%M} UTC"


def _names(leaf: x509.Certificate) -> str:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return "no name at all"
    found = [*names.get_values_for_type(x509.DNSName)]
    found += map(str, names.get_values_for_type(x509.IPAddress))
    shown = ", ".join(name[:80] for name in found[:_NAMES_SHOWN])
    return f"{shown} and more" if len(found) > _NAMES_SHOWN else shown or "no name at all"
