"""A text message to one phone through Twilio. As described in Twilio's documentation, "Messages
resource: create a message".
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final
from urllib.parse import urlencode

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.posting import Post, post
from monitor.notices import Notice

NUMBER: Final = r"^\+[1-9][0-9]{6,14}$"


class TwilioSettings(ChannelSettings):
    """Which account sends from which number to whom."""

    account_sid: str = Field(pattern=r"^AC[0-9A-Za-z]{32}$")
    auth_token: Key
    sender: str = Field(
        alias="from", pattern=r"^(\+[1-9][0-9]{6,14}|MG[0-9A-Za-z]{32}|[\w ]{1,11})$"
    )
    """A number as +15005550006, a name of up to 11 letters where that is allowed, or the SID of a
    messaging service, MG…."""
    recipient: str = Field(alias="to", pattern=NUMBER)
    """A number as +15005550006. For several phones, several channels: each is confirmed alone."""
    server: WebAddress = "https://api.twilio.com"


async def send(settings: TwilioSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    by = "MessagingServiceSid" if len(settings.sender) == 34 else "From"
    form = {by: settings.sender, "To": settings.recipient, "Body": outside.words.short(notice)}
    user = f"{settings.account_sid}:{settings.auth_token.get_secret_value()}"
    headers = {
        "Authorization": f"Basic {b64encode(user.encode()).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    url = f"{settings.server}/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
    content = urlencode(form, errors="replace").encode()
    return await post(outside, settings.timeout, Post(url, content, headers))


CHANNEL: Final = ChannelKind("twilio", TwilioSettings, send)
