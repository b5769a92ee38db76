"""The registry of channels: one line each."""

from typing import Any

from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
)

CHANNELS: dict[str, ChannelKind[Any]] = {}

__all__ = [
    "CHANNELS",
    "ChannelKind",
    "ChannelSettings",
    "Delivered",
    "Delivery",
    "Outside",
    "Refused",
    "Retry",
]
