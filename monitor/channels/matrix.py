"""A room on a Matrix server. The transaction id is the notice's own, so that the server shows a
repetition once. As described in the Matrix specification, "Client-Server API: PUT
/rooms/{roomId}/send/{eventType}/{txnId}".
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import HTML, PLAIN, lay_out
from monitor.channels.posting import as_json, post
from monitor.notices import Message, Notice

TEXT_ROOM: Final = 14_000  # an event has 65,536 bytes, and everything is said twice


class MatrixSettings(ChannelSettings):
    """Who speaks in which room."""

    server: WebAddress
    """The homeserver of the account that speaks."""
    token: Key
    """An access token of that account, which must have joined the room."""
    room: str = Field(pattern=r"^![^\s/]+$")
    """The internal id of the room, which begins with `!`."""


async def send(settings: MatrixSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    room = quote(settings.room, safe="")
    transaction = quote(f"{notice.dedup_key}-{notice.sequence}", safe="")
    url = f"{settings.server}/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}"
    headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
    document = document_of(outside.words.message(notice))
    return await post(outside, settings.timeout, as_json(url, document, headers, "PUT"))


def document_of(message: Message) -> dict[str, Any]:
    subject = HTML.bold(HTML.text(message.subject))
    rich = lay_out(message, HTML, TEXT_ROOM).replace("\n", "<br>")
    return {
        "msgtype": "m.text",
        "body": f"{message.subject}\n\n{lay_out(message, PLAIN, TEXT_ROOM)}",
        "format": "org.matrix.custom.html",
        "formatted_body": f"{subject}<br><br>{rich}",
        "m.mentions": {},
    }


CHANNEL: Final = ChannelKind("matrix", MatrixSettings, send)
