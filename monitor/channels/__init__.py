"""The registry of channels: one line each."""

from typing import Any

from monitor.channels import (
    alertmanager,
    apprise,
    command,
    discord,
    email,
    googlechat,
    gotify,
    matrix,
    mattermost,
    ntfy,
    opsgenie,
    pagerduty,
    pushover,
    rocketchat,
    signal,
    slack,
    splunk,
    teams,
    telegram,
    twilio,
    webhook,
)
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
        pagerduty.CHANNEL,
        opsgenie.CHANNEL,
        splunk.CHANNEL,
        alertmanager.CHANNEL,
        email.CHANNEL,
        command.CHANNEL,
        slack.CHANNEL,
        mattermost.CHANNEL,
        rocketchat.CHANNEL,
        discord.CHANNEL,
        teams.CHANNEL,
        googlechat.CHANNEL,
        matrix.CHANNEL,
        telegram.CHANNEL,
        signal.CHANNEL,
        ntfy.CHANNEL,
        gotify.CHANNEL,
        pushover.CHANNEL,
        twilio.CHANNEL,
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
