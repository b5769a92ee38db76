"""What an operating system's error, or a deadline, says about the target."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from typing import Final

from probes.result import Reason
from probes.wire.report import WireError

IN_TIME: Final = "in time"
"""How the words of `late` end."""
_RESOLVERS: Final = {"system": "the machine's own library"}
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
_NO_WAY: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH, errno.EHOSTUNREACH}
_OURS: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
"""This machine has run out of something: no evidence about the target."""


def late(phase: str, whom: str, resolver: str = "") -> WireError:
    """The deadline passed in *phase*, while waiting for *whom*, or for that *resolver*."""
    reason, what = _LATE.get(phase, (Reason.TIMEOUT, "took too long"))
    if phase == "resolve" and resolver:
        what = f"was not resolved by {_RESOLVERS.get(resolver, resolver)} {IN_TIME}"
    return WireError(reason, f"{whom} {what}")


def not_connected(error: OSError, address: str) -> WireError:
    """Why there is no connection. Raises *error* again when the trouble is this machine's."""
    no_place = error.errno == errno.EADDRNOTAVAIL and address.startswith("[")
    if no_place and not _is_at_hand(address[1:].partition("]")[0]):
        return WireError(Reason.UNREACHABLE, f"{address} cannot be reached")
    if error.errno is None or error.errno in _OURS:
        raise error
    reason, did = _CONNECT.get(error.errno, (Reason.CONNECT_FAILED, "did not take the connection"))
    return WireError(reason, f"{address} {did}")


def _is_at_hand(address: str) -> bool:
    """Whether this machine has an address from which to reach *address* in IPv6: only then is it
    ports that it has run out of. Nothing is sent.
    """
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asking:
            asking.connect((address, 9))
    except OSError as error:
        return error.errno not in _NO_WAY
    return True


def most_telling(troubles: Sequence[WireError]) -> WireError:
    """The last one that is not about a kind of address this machine cannot reach at all."""
    telling = [t for t in troubles if t.reason is not Reason.UNREACHABLE]
    return (telling or troubles)[-1]
