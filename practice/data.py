"""The site's one SQLite file: everything it keeps, and how much of it.

The calls take well under a millisecond, block, and are safe from any thread; views run in
threads, so none of them holds up the event loop.
"""

from __future__ import annotations

import secrets
import sqlite3  # noqa: TID251 - the practice site has its own little file and knows no monitor
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from practice.records import Account, File, Message, Owner, at, digest

BOUNDS: Final = {
    "account": 200,
    "session": 5000,
    "file": 500,
    "message": 500,
    "link": 2000,
    "page": 500,
}
"""How many rows a table keeps; the oldest make room. Seeded rows stay."""

BYTES: Final = {"file": 64 * 2**20, "page": 8 * 2**20}
"""How many bytes of content a table keeps, likewise."""

PRAGMAS: Final = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 8388608; PRAGMA cache_size = -2000;
"""

PIECE_BYTES: Final = 64 * 1024

SHOWN: Final = 50
"""How many rows of a list are shown, newest first."""


_MINE: Final = "(account = ? OR (account IS NULL AND visitor = ?))"


def now_us() -> int:
    """Integer microseconds UTC."""
    now = datetime.now(UTC)  # noqa: TID251 - the practice site's only look at the clock
    return int(now.timestamp() * 1_000_000)


class Data:
    """Opens, and creates where it is missing, the file. Raises OSError.

    `horizon_us` hides what was there at that instant: the deleted database.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(file, check_same_thread=False, timeout=5)
            self._connection.executescript(PRAGMAS)
            self._connection.executescript(Path(__file__).with_name("schema.sql").read_text())
            self._change("INSERT OR IGNORE INTO meta VALUES ('secret', ?)", secrets.token_hex(32))
        except sqlite3.Error as error:
            raise OSError(f"{file} is of no use as the practice site's data: {error}") from None
        self.secret: str = self._rows("SELECT value FROM meta WHERE key = 'secret'")[0][0]

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # Accounts

    def add_account(self, email: str, name: str, password: str) -> bool:
        """Whether the address was free. *password* is stretched already."""
        return self._add(
            "account",
            "INSERT OR IGNORE INTO account (email, name, password, token) VALUES (?, ?, ?, ?)",
            (email.lower(), name, password, secrets.token_urlsafe(24)),
        )

    def account(self, email: str) -> tuple[Account, str] | None:
        """With the stretched password."""
        rows = self._rows(
            "SELECT id, email, name, token, password FROM account WHERE email = ?", email.lower()
        )
        return (Account(*rows[0][:4]), rows[0][4]) if rows else None

    def account_by_token(self, token: str) -> Account | None:
        rows = self._rows("SELECT id, email, name, token FROM account WHERE token = ?", token)
        return Account(*rows[0]) if rows else None

    def account_by_ticket(self, ticket: str) -> Account | None:
        rows = self._rows(
            "SELECT a.id, a.email, a.name, a.token FROM session s"
            " JOIN account a ON a.id = s.account WHERE s.ticket = ?",
            digest(ticket),
        )
        return Account(*rows[0]) if rows else None

    def open_session(self, account: Account) -> str:
        """The ticket for the cookie; only its digest is kept."""
        ticket = secrets.token_urlsafe(32)
        self._add(
            "session",
            "INSERT INTO session (ticket, account) VALUES (?, ?)",
            (digest(ticket), account.id),
        )
        return ticket

    def close_session(self, ticket: str) -> None:
        self._change("DELETE FROM session WHERE ticket = ?", digest(ticket))

    # Files

    def add_file(self, owner: Owner, name: str, file: BinaryIO, size_bytes: int) -> None:
        """In pieces, so that a large file is never in memory as a whole."""
        with self._lock, self._connection:
            row = self._connection.execute(
                "INSERT INTO file (account, visitor, name, size_bytes, added_us, content)"
                " VALUES (?, ?, ?, ?, ?, zeroblob(?)) RETURNING id",
                (*owner.key, name, size_bytes, now_us(), size_bytes),
            ).fetchone()[0]
            with self._connection.blobopen("file", "content", row) as content:
                while piece := file.read(PIECE_BYTES):
                    content.write(piece)
            self._trim("file")

    def library(self, account: int, *, horizon_us: int = 0) -> list[File]:
        """The seeded ones first."""
        return self._files("account = ?", account, horizon_us=horizon_us)

    def contributions(self, owner: Owner, *, horizon_us: int = 0) -> list[File]:
        """Without the seeded ones."""
        return self._files(f"kept = 0 AND {_MINE}", *owner.key, horizon_us=horizon_us)

    def content(self, owner: Owner, file: int, *, horizon_us: int = 0) -> tuple[str, bytes] | None:
        """Name and bytes of a file of this owner."""
        rows = self._rows(
            f"SELECT name, content FROM file WHERE id = ? AND added_us > ? AND {_MINE}",  # noqa: S608 - our own names
            *(file, horizon_us, *owner.key),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def remove_file(self, owner: Owner, file: int) -> bool:
        """Whether there was such a file of this owner."""
        return self._change(
            f"DELETE FROM file WHERE id = ? AND kept = 0 AND {_MINE}",  # noqa: S608 - our own names
            *(file, *owner.key),
        )

    # Messages

    def add_message(self, account: Account, text: str) -> None:
        self._add(
            "message",
            "INSERT INTO message (account, text, sent_us) VALUES (?, ?, ?)",
            (account.id, text, now_us()),
        )

    def messages(self, *, horizon_us: int = 0) -> list[Message]:
        rows = self._rows(
            "SELECT m.id, m.account, a.name, m.text, m.sent_us, m.kept FROM message m"
            " JOIN account a ON a.id = m.account WHERE m.sent_us > ? ORDER BY m.id DESC LIMIT ?",
            *(horizon_us, SHOWN),
        )
        return [Message(r[0], r[1], r[2], r[3], at(r[4]), bool(r[5])) for r in rows]

    def remove_message(self, account: Account, message: int) -> bool:
        return self._change(
            "DELETE FROM message WHERE id = ? AND account = ? AND kept = 0", message, account.id
        )

    # Short links

    def add_link(self, code: str, target: str) -> bool:
        """Whether the code was free."""
        return self._add(
            "link", "INSERT OR IGNORE INTO link (code, target) VALUES (?, ?)", (code, target)
        )

    def target(self, code: str) -> str | None:
        rows = self._rows("SELECT target FROM link WHERE code = ?", code)
        return str(rows[0][0]) if rows else None

    # The pager

    def add_page(self, body: str) -> None:
        """*body* is JSON text in ASCII."""
        self._add(
            "page",
            "INSERT INTO page (received_us, size_bytes, body) VALUES (?, ?, ?)",
            (now_us(), len(body), body),
        )

    def pages(self) -> list[tuple[datetime, str]]:
        """When received and the JSON text, oldest first."""
        rows = self._rows("SELECT received_us, body FROM page ORDER BY id")
        return [(at(received_us), body) for received_us, body in rows]

    def clear_pages(self) -> None:
        self._change("DELETE FROM page")

    # What holds for all of them

    def seed(self, table: str, key: Mapping[str, object], rest: Mapping[str, object]) -> int:
        """The id of the seeded row with that key, made only where it is missing."""
        same = " AND ".join(f"{column} = ?" for column in key)
        found = f"SELECT id FROM {table} WHERE kept = 1 AND {same}"  # noqa: S608 - our own names
        if not self._rows(found, *key.values()):
            row = {**key, **rest}
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            insert = f"INSERT INTO {table} ({names}, kept) VALUES ({marks}, 1)"  # noqa: S608 - our own names
            self._change(insert, *row.values())
        return int(self._rows(found, *key.values())[0][0])

    def _files(self, whose: str, *key: object, horizon_us: int) -> list[File]:
        rows = self._rows(
            "SELECT id, name, size_bytes, added_us, kept FROM file"  # noqa: S608 - our own names
            f" WHERE {whose} AND added_us > ? ORDER BY kept DESC, id DESC LIMIT ?",
            *(*key, horizon_us, SHOWN),
        )
        return [File(r[0], r[1], r[2], at(r[3]), bool(r[4])) for r in rows]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _change(self, sql: str, *values: object) -> bool:
        with self._lock, self._connection:
            return self._connection.execute(sql, values).rowcount > 0

    def _add(self, table: str, sql: str, values: tuple[object, ...]) -> bool:
        with self._lock, self._connection:
            added = self._connection.execute(sql, values).rowcount > 0
            self._trim(table)
        return added

    def _trim(self, table: str) -> None:
        self._connection.execute(
            f"DELETE FROM {table} WHERE kept = 0 AND id <= (SELECT id FROM {table}"  # noqa: S608 - our own names
            " WHERE kept = 0 ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (BOUNDS[table],),
        )
        if table in BYTES:
            self._connection.execute(
                f"DELETE FROM {table} WHERE kept = 0 AND id <= (SELECT max(id) FROM (SELECT id,"  # noqa: S608 - our own names
                f" sum(size_bytes) OVER (ORDER BY id DESC) AS held FROM {table} WHERE kept = 0)"
                " WHERE held > ?)",
                (BYTES[table],),
            )
