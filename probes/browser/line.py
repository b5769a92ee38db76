"""What the daemon and a worker say to each other, over one socket.

Towards the worker goes a length and a pickled errand, or nothing for the end: both ends are one
program, and the daemon is trusted. Back come lines of JSON, because a worker has run a journey and
has seen a page, and is not.
"""

from __future__ import annotations

import json
import pickle
import struct
from typing import Any, Final

from probes.browser.errand import Errand

LINE_MAX: Final = 4 * 1024 * 1024
"""Bytes of one line; what a session remembers is the largest thing said."""
LENGTH: Final = struct.Struct("!I")


def packed(errand: Errand | None) -> bytes:
    """What is sent to a worker; None tells it to end. Raises when a journey cannot be pickled."""
    content = b"" if errand is None else pickle.dumps(errand)
    return LENGTH.pack(len(content)) + content


def unpacked(content: bytes) -> Errand:
    errand = pickle.loads(content)  # noqa: S301 - from the daemon, which started us
    assert isinstance(errand, Errand)  # noqa: S101 - nothing else is ever sent
    return errand


def said(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"


def heard(line: bytes) -> dict[str, Any]:
    """Empty when it is not what a worker says."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
