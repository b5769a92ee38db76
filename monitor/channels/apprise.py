"""The long tail: over a hundred services through the Apprise library, which is an extra."""

from __future__ import annotations

import asyncio
import logging
from types import ModuleType
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Retry,
)
from monitor.notices import EventKind, Notice, subject, text
from probes import Secret


def _library() -> ModuleType:
    """Imported when first used, for it brings every service with it; silenced, because what it
    logs quotes addresses, and those hold tokens. Raises ImportError.
    """
    import apprise  # noqa: PLC0415 - see above

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise


def _known(urls: tuple[Secret, ...]) -> tuple[Secret, ...]:
    try:
        library = _library()
    except ImportError:
        raise ValueError(
            'this channel needs an extra that is not installed: pip install "trueup[apprise]"'
        ) from None
    for place, url in enumerate(urls, start=1):
        if library.Apprise.instantiate(url.get_secret_value()) is None:
            raise ValueError(
                f"Apprise does not recognise address number {place}; its forms are listed at "
                "https://appriseit.com/services/"
            )
    return urls


class AppriseSettings(ChannelSettings):
    """Which services to tell."""

    urls: Annotated[tuple[Secret, ...], Field(min_length=1, strict=False), AfterValidator(_known)]
    """Apprise addresses. Better one for each channel: when one of several fails, all are told
    again."""


async def send(settings: AppriseSettings, notice: Notice, _body: str, _: Outside) -> Delivery:
    library = _library()
    services = library.Apprise(asset=library.AppriseAsset(app_id="trueup", app_desc="trueup"))
    services.add([url.get_secret_value() for url in settings.urls])
    resolved = notice.event is EventKind.RESOLVED
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            taken = await services.async_notify(
                title=subject(notice),
                body=text(notice),
                body_format=library.NotifyFormat.TEXT,
                notify_type=library.NotifyType.SUCCESS if resolved else library.NotifyType.FAILURE,
            )
    except TimeoutError:
        return Retry("not taken in time")
    return Delivered() if taken else Retry("at least one service did not take it")


CHANNEL: Final = ChannelKind("apprise", AppriseSettings, send)
