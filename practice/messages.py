"""The board in the reading room: for everybody who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from practice.accounts import broken
from practice.records import Account, Message
from practice.visit import Visit, see

LONGEST: Final = 2000
BROKEN_SEND: Final = "Call to undefined function queue_put_v1() in messages/send.qll:17"


@dataclass(frozen=True, slots=True)
class MessagesPage:
    messages: Sequence[Message]
    """Newest first."""
    account: int
    """Whose messages can be removed."""
    longest: int = LONGEST


def messages(visit: Visit, account: Account) -> Response:
    if visit.request.method != "POST":
        return _page(visit, account)
    if "accidental-upgrade" in visit.site.switches:
        return broken(visit, BROKEN_SEND)
    text = visit.text("text")
    if not 1 <= len(text) <= LONGEST:
        return _page(visit, account, f"Please write 1 to {LONGEST} characters.", 422)
    visit.site.data.add_message(account, text)
    return see("/messages")


def remove(visit: Visit, account: Account) -> Response:
    if not visit.site.data.remove_message(account, visit.number("message")):
        raise HTTPException(404)
    return see("/messages")


def _page(visit: Visit, account: Account, notice: str = "", status: int = 200) -> Response:
    messages = visit.site.data.messages(horizon_us=visit.site.horizon_us())
    page = MessagesPage(messages, account.id)
    return visit.page("messages.html", "Messages", page, notice=notice, status=status)
