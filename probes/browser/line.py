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
from probes.browser.troubles import BrowserTrouble, JourneyBroken
from probes.result import Reason

LINE_MAX: Final = 4 * 1024 * 1024
"""Bytes of one line; what a session remembers is the largest thing said."""
LENGTH: Final = struct.Struct("!I")


def packed(errand: Errand | None) -> bytes:
    """What is sent to a worker; None tells it to end. Raises JourneyBroken when it cannot be."""
    try:
        content = b"" if errand is None else pickle.dumps(errand)
    except Exception as error:  # noqa: BLE001 - whatever a parameter raises that is asked to
        raise JourneyBroken(f"the journey cannot be handed to a process: {error}") from None
    return LENGTH.pack(len(content)) + content


def unpacked(content: bytes) -> Errand:
    """Raises BrowserTrouble when the journey cannot be had in this process."""
    try:
        errand = pickle.loads(content)  # noqa: S301 - from the daemon, which started us
    except Exception as error:  # noqa: BLE001 - pickle imports, and so may raise anything
        said = f"the journey cannot be read: {type(error).__name__}: {error}"
        raise BrowserTrouble(Reason.JOURNEY_BROKEN, said) from None
    assert isinstance(errand, Errand)  # noqa: S101 - nothing else is ever sent
    return errand


def said(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"


def heard(line: bytes) -> dict[str, Any]:
    """Empty when it is not what a worker says."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
