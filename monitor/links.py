"""Links that let whoever has them do one thing, to one incident, for a while."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from monitor.clock import from_us, to_us
from monitor.notices import Notice

GOOD_FOR: Final = timedelta(days=7)
ACKNOWLEDGE: Final = "acknowledge"
SEE: Final = "see"
PATH: Final = "/act/acknowledge"
EVIDENCE_PATH: Final = "/act/evidence"

_SECOND_US: Final = 1_000_000
_TOKEN: Final = re.compile(r"(\d{1,15})-(\d{1,12})-([A-Za-z0-9_-]{43})", re.ASCII)


@unique
class Flaw(StrEnum):
    """Why a link does nothing."""

    FORGED = "forged"
    EXPIRED = "expired"


class BadLink(Exception):
    """A link that does nothing; `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and reads them. *address* is where people reach the daemon's server; without one there
    are no links.
    """

    key: bytes = field(repr=False)
    address: str

    def acknowledge_url(self, notice: Notice) -> str:
        """The same whenever a notice is sent, so that a repeated delivery is the same to the byte.
        Empty without an address.
        """
        if not self.address:
            return ""
        token = self.token(notice.incident, notice.at + GOOD_FOR)
        return f"{self.address.rstrip('/')}{PATH}/{token}"

    def evidence_url(self, notice: Notice) -> str:
        """As `acknowledge_url`, to see what was kept of it. Empty where nothing was."""
        if not (self.address and (notice.pictures or notice.captures)):
            return ""
        token = self.token(notice.incident, notice.at + GOOD_FOR, to=SEE)
        return f"{self.address.rstrip('/')}{EVIDENCE_PATH}/{token}"

    def token(self, incident: int, expires_at: datetime, *, to: str = ACKNOWLEDGE) -> str:
        """Expires at the full second before *expires_at*."""
        expires_s = to_us(expires_at) // _SECOND_US
        return f"{incident}-{expires_s}-{self._seal(incident, expires_s, to)}"

    def incident_of(self, token: str, at: datetime, *, to: str = ACKNOWLEDGE) -> int:
        """The number that *token* is for. Raises BadLink, as for one that lets do another thing."""
        read = _TOKEN.fullmatch(token)
        if read is None:
            raise BadLink(Flaw.FORGED)
        incident, expires_s = int(read[1]), int(read[2])
        if not hmac.compare_digest(read[3], self._seal(incident, expires_s, to)):
            raise BadLink(Flaw.FORGED)
        if at >= from_us(expires_s * _SECOND_US):
            raise BadLink(Flaw.EXPIRED)
        return incident

    def _seal(self, incident: int, expires_s: int, to: str) -> str:
        said = f"{to}|{incident}|{expires_s}".encode()
        digest = hmac.digest(self.key, said, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
