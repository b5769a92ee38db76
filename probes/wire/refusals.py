"""Why two sides did not agree on TLS."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from probes.result import Reason
from probes.wire.certificates import Certificate, chain_of, read_chain
from probes.wire.report import WireError

# Numbers of OpenSSL's certificate verification (X509_V_ERR_…), which the ssl module hands on.
_FAULTS: Final = {
    9: Reason.TLS_NOT_YET_VALID,
    10: Reason.TLS_EXPIRED,
    62: Reason.TLS_WRONG_NAME,
    64: Reason.TLS_WRONG_NAME,
}
_NOT_TLS: Final = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"}
_VERSION: Final = "the two sides have no version of TLS in common"
_CIPHER: Final = "the two sides have no way to encrypt in common"
_ALPN: Final = "the two sides have no version of HTTP in common"
_IN_COMMON: Final = {
    "UNSUPPORTED_PROTOCOL": _VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": _VERSION,
    "TLSV1_ALERT_INAPPROPRIATE_FALLBACK": _VERSION,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _CIPHER,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": _CIPHER,
    "WRONG_CIPHER_RETURNED": _CIPHER,
    "NO_APPLICATION_PROTOCOL": _ALPN,
    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL": _ALPN,
    "BAD_EXTENSION": "the answer to our offer of TLS is not one",
}
_WANTS_CERTIFICATE: Final = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "TLSV1_ALERT_CERTIFICATE_REQUIRED",
}
_SAID: Final = re.compile(r"\] ([a-z0-9 ]{1,80}) \(")
_NAMES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """What was known of the other side when it was refused, or refused us."""

    version: str
    cipher: str
    chain: tuple[bytes, ...]


class Remembering(ssl.SSLObject):
    """Keeps what was shown before a handshake failed, so that the trouble can be told in full."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            error.shown = _shown(self)  # type: ignore[attr-defined]  # for `shown_before`
            raise


def _shown(connection: ssl.SSLObject) -> Shown:
    """Python tells the version only after the handshake; a cipher of 1.3 belongs to no other."""
    name, since, _ = connection.cipher() or ("", "", 0)
    return Shown(since if since == "TLSv1.3" else "", name, chain_of(connection))


def shown_before(error: BaseException) -> Shown | None:
    """None when the handshake got nowhere, or was not made by us."""
    shown = getattr(error, "shown", None)
    return shown if isinstance(shown, Shown) and (shown.cipher or shown.chain) else None


def classify(error: ssl.SSLError, host: str) -> WireError:
    """Why the handshake with *host* failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _untrusted(error, host)
    why = error.reason or _unnamed(error)
    if why in _NOT_TLS:
        return WireError(Reason.TLS_PROTOCOL, "what answers there does not speak TLS")
    if why in _IN_COMMON:
        return WireError(Reason.TLS_PROTOCOL, f"TLS failed: {_IN_COMMON[why]}")
    if why in _WANTS_CERTIFICATE:
        return WireError(Reason.TLS_FAILED, "the server wants a certificate of ours")
    return WireError(Reason.TLS_FAILED, f"TLS failed: {why.lower().replace('_', ' ')}")


def _unnamed(error: ssl.SSLError) -> str:
    """What OpenSSL says where Python has no name for it."""
    found = _SAID.search(str(error))
    return found[1].upper().replace(" ", "_") if found else "NO_REASON_GIVEN"


def _untrusted(error: ssl.SSLCertVerificationError, host: str) -> WireError:
    reason = _FAULTS.get(error.verify_code, Reason.TLS_UNTRUSTED)
    if reason is Reason.TLS_UNTRUSTED:
        return WireError(reason, f"the certificate is not trusted: {error.verify_message}")
    shown = shown_before(error)
    certificates = read_chain(shown.chain) if shown else ()
    leaf = certificates[0] if certificates else None
    if reason is Reason.TLS_WRONG_NAME:
        return WireError(reason, f"the certificate is for {_names(leaf)}, not for {host}")
    return WireError(reason, _out_of_time(reason, certificates))


def _out_of_time(reason: Reason, chain: tuple[Certificate, ...]) -> str:
    """The one whose time it is not may be the leaf or one of those that vouch for it."""
    if reason is Reason.TLS_EXPIRED:
        ends = min((each.not_after_at for each in chain), default=None)
        return f"{_which(chain, ends)} expired{_on(ends) if ends else ''}"
    begins = max((each.not_before_at for each in chain), default=None)
    return (
        f"{_which(chain, begins)} is not valid yet: it begins{_on(begins) if begins else ' later'}"
    )


def _which(chain: tuple[Certificate, ...], at: datetime | None) -> str:
    if at is None or at in {chain[0].not_after_at, chain[0].not_before_at}:
        return "the certificate"
    return "a certificate of those that vouch for it"


def _on(at: datetime) -> str:
    return f" on {at:%Y-%m-%d} at {at:%H:%M} UTC"


def _names(leaf: Certificate | None) -> str:
    if leaf is None:
        return "another name"
    shown = ", ".join(name[:80] for name in leaf.names[:_NAMES_SHOWN])
    return f"{shown} and more" if len(leaf.names) > _NAMES_SHOWN else shown or "no name at all"
