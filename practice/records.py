"""What the archive keeps, as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    email: str
    name: str
    token: str
    """What its owner shows to the API."""


@dataclass(frozen=True, slots=True)
class File:
    id: int
    name: str
    size_bytes: int
    added_at: datetime
    kept: bool
    """Seeded, and not to be removed."""


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    account: int
    author: str
    text: str
    sent_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose contributions: a browser's, and the signed-in account's if there is one."""

    visitor: str
    account: int | None = None

    @property
    def key(self) -> tuple[object, object]:
        """As the database has them: the account's number or nothing, and the browser's digest."""
        return (self.account, digest(self.visitor))


def at(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)


def digest(secret: str) -> str:
    """How tickets and browsers are kept, so that the file opens no account."""
    return hashlib.sha256(secret.encode()).hexdigest()
