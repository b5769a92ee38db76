"""What libraries and systems complain of, as sentences of ours: theirs may quote secrets."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from typing import Final

_REMEDIES: Final = {
    errno.ENOSPC: "the disk is full; make room on it",
    errno.EDQUOT: "the quota is used up; make room or raise it",
    errno.EACCES: "this user may not write there; give the folder to the user that runs trueup",
    errno.EPERM: "this user may not write there; give the folder to the user that runs trueup",
    errno.EROFS: "it is read-only for trueup; mount it for writing, or name it under ReadWritePaths"
    " in the unit of the service",
    errno.ENOTDIR: "a file stands where a folder belongs; move it away",
    errno.EISDIR: "a folder stands where a file belongs; move it away",
    errno.ECONNREFUSED: "nobody listens there; is the server running, and the port right?",
    errno.ENETUNREACH: "no way leads there; look at the network",
    errno.EHOSTUNREACH: "no way leads there; look at the network",
    errno.ECONNRESET: "the other side closed the connection; look at its log",
    errno.EPIPE: "the other side closed the connection; look at its log",
    errno.ETIMEDOUT: "it did not answer in time; look at the network and the server",
}
SLOW: Final = _REMEDIES[errno.ETIMEDOUT]


def of_system(trouble: OSError) -> str:
    """Never what the exception itself says."""
    if isinstance(trouble, socket.gaierror):
        return "the name of the host is not known; is it spelt right?"
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return (
            "its certificate is not one to trust; is the host right, and the certificate in date?"
        )
    if isinstance(trouble, ssl.SSLError):
        return "no secure connection came about; does it speak TLS on that port?"
    if isinstance(trouble, TimeoutError):
        return SLOW
    known = _REMEDIES.get(trouble.errno or 0)
    return known or (os.strerror(trouble.errno) if trouble.errno else "it cannot be reached")


def cause(trouble: BaseException, *kinds: type[BaseException]) -> BaseException | None:
    """The first of the *kinds* among what led to it."""
    seen: BaseException | None = trouble
    for _ in range(20):
        if seen is None or isinstance(seen, kinds):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
