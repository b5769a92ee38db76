"""Signal, through a signal-cli REST API of one's own. As described in that project's
documentation, "POST /v2/send".
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from monitor.channels.addresses import WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import PLAIN, lay_out
from monitor.channels.posting import as_json, post
from monitor.notices import Notice

TEXT_ROOM: Final = 1_900  # what is longer than 2,000 arrives as a file


class SignalSettings(ChannelSettings):
    """Which service sends from which number to whom."""

    server: WebAddress
    """Where the REST API listens."""
    sender: str = Field(alias="from", pattern=r"^\+[1-9][0-9]{6,14}$")
    """The number that is registered there, as +15005550006."""
    recipients: Annotated[
        tuple[Annotated[str, Field(pattern=r"^(\+[1-9][0-9]{6,14}|group\.\S+)$")], ...],
        Field(alias="to", min_length=1, strict=False),
    ]
    """Numbers, or groups as `group.…`."""


async def send(settings: SignalSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    message = outside.words.message(notice)
    document = {
        "message": f"{message.subject}\n\n{lay_out(message, PLAIN, TEXT_ROOM - 122)}",
        "number": settings.sender,
        "recipients": list(settings.recipients),
    }
    return await post(outside, settings.timeout, as_json(f"{settings.server}/v2/send", document))


CHANNEL: Final = ChannelKind("signal", SignalSettings, send)
