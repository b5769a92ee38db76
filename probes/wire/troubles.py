"""What an operating system's error, or a deadline, says about the target."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Final

from probes.result import Reason
from probes.wire.report import WireError

_LATE: Final = {
    "resolve": (Reason.RESOLVE_TIMEOUT, "was not resolved in time"),
    "connect": (Reason.CONNECT_TIMEOUT, "did not take the connection in time"),
    "tls": (Reason.TLS_TIMEOUT, "did not agree on TLS in time"),
    "send": (Reason.SEND_TIMEOUT, "did not take the request in time"),
    "wait": (Reason.ANSWER_TIMEOUT, "did not answer in time"),
    "receive": (Reason.RECEIVE_TIMEOUT, "did not finish its answer in time"),
}
_CONNECT: Final = {
    errno.ECONNREFUSED: (Reason.CONNECT_REFUSED, "refused the connection"),
    errno.ECONNRESET: (Reason.CONNECTION_RESET, "reset the connection"),
    errno.EHOSTUNREACH: (Reason.UNREACHABLE, "cannot be reached"),
    errno.ENETUNREACH: (Reason.UNREACHABLE, "cannot be reached"),
    errno.EAFNOSUPPORT: (Reason.UNREACHABLE, "cannot be reached"),
    errno.ETIMEDOUT: (Reason.CONNECT_TIMEOUT, "did not take the connection"),
}
_OURS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
"""This machine has run out of something: no evidence about the target."""


def late(phase: str, whom: str) -> WireError:
    """The deadline passed in *phase*."""
    reason, what = _LATE.get(phase, (Reason.TIMEOUT, "took too long"))
    return WireError(reason, f"{whom} {what}")


def not_connected(error: OSError, address: str) -> WireError:
    """Why there is no connection. Raises *error* again when the trouble is this machine's."""
    if error.errno == errno.EADDRNOTAVAIL and address.startswith("["):  # we have no IPv6
        return WireError(Reason.UNREACHABLE, f"{address} cannot be reached")
    if error.errno is None or error.errno in _OURS:
        raise error
    reason, did = _CONNECT.get(error.errno, (Reason.CONNECT_FAILED, "did not take the connection"))
    return WireError(reason, f"{address} {did}")


def most_telling(troubles: Sequence[WireError]) -> WireError:
    """The last one that is not about a kind of address this machine cannot reach at all."""
    telling = [t for t in troubles if t.reason is not Reason.UNREACHABLE]
    return (telling or troubles)[-1]
