"""What a new archive holds: the canary account and the records it must always find."""

from __future__ import annotations

from typing import Final

from practice import passwords
from practice.data import Data, now_us

EMAIL: Final = "canary@example.org"
PASSWORD: Final = "practice-makes-perfect"  # noqa: S105 - public on purpose, as is the token
TOKEN: Final = "practice-canary-token"  # noqa: S105 - likewise
RECORDS: Final = {
    "canary.txt": "If you can read this in your library, your library is there.\n",
    "harbour-ledger.csv": "year,ships\n1919,212\n1920,248\n1921,305\n",
    "letters-index.json": '{"letters": 1874, "boxes": 12, "catalogued": true}\n',
    "opening-hours.txt": "The reading room is open from Monday to Friday, 9 to 17.\n",
    "reading-room-guide.md": "# Reading room\n\nPencils only. Records are read at the desks.\n",
}
WELCOME: Final = "Welcome to the reading room. Messages here are read by everybody who signs in."


def seed(data: Data) -> None:
    """Puts in what is missing and touches nothing else. A second time changes nothing."""
    known = data.account(EMAIL)
    account = known[0].id if known else _account(data)
    for name, text in RECORDS.items():
        content = text.encode()
        data.seed(
            "file",
            {"account": account, "name": name},
            {"visitor": "", "size_bytes": len(content), "content": content, "added_us": now_us()},
        )
    data.seed("message", {"account": account, "text": WELCOME}, {"sent_us": now_us()})


def _account(data: Data) -> int:
    row = {"email": EMAIL, "name": "Canary", "token": TOKEN}
    return data.seed("account", row, {"password": passwords.stretch(PASSWORD)})
