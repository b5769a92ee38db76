"""The registry of channels: one line each."""

from typing import Any

from monitor.channels import apprise, command, email, webhook
from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
    reaching_out,
)

CHANNELS: dict[str, ChannelKind[Any]] = {
    channel.name: channel
    for channel in (
        webhook.CHANNEL,
        email.CHANNEL,
        command.CHANNEL,
        apprise.CHANNEL,
    )
}

__all__ = [
    "CHANNELS",
    "ChannelKind",
    "ChannelSettings",
    "Delivered",
    "Delivery",
    "Outside",
    "Refused",
    "Retry",
    "reaching_out",
]
