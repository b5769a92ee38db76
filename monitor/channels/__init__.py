"""The registry of channels: one line each."""

from collections.abc import Mapping
from typing import Any, Final

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
from probes import Registry

CHANNELS: Final[Mapping[str, ChannelKind[Any]]] = Registry(
    __name__,
    "CHANNEL",
    (
        "webhook",
        "pagerduty",
        "opsgenie",
        "splunk",
        "alertmanager",
        "email",
        "command",
        "slack",
        "mattermost",
        "rocketchat",
        "discord",
        "teams",
        "googlechat",
        "matrix",
        "telegram",
        "signal",
        "ntfy",
        "gotify",
        "pushover",
        "twilio",
        "apprise",
    ),
)

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
