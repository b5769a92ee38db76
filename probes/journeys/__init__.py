"""The ready-made journeys: one file each, and one line here."""

from typing import Any, Final

from probes.journeys import login, message, shorten, upload
from probes.journeys.ready import JourneySettings, ReadyMade, hosts_of, secrets_of

READY_MADE: Final[dict[str, ReadyMade[Any]]] = {
    journey.name: journey
    for journey in (
        login.JOURNEY,
        upload.JOURNEY,
        shorten.JOURNEY,
        message.JOURNEY,
    )
}

__all__ = ["READY_MADE", "JourneySettings", "ReadyMade", "hosts_of", "secrets_of"]
