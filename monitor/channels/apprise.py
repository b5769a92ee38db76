"""The long tail: over a hundred services through the Apprise library, which is an extra.

The library answers yes or no. Why it was no is in its log only, so that is listened to while it
sends; of what it says, which quotes addresses, nothing but a status code is kept.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from types import ModuleType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Retry,
)
from monitor.channels.posting import judge
from monitor.notices import EventKind, Notice
from probes import Secret

HANGING_MAX: Final = 8
"""Attempts that may still hang in their threads after their deadlines, over all channels."""
_CODE: Final = re.compile(r"error=([1-5][0-9]{2})\b")
ROOM = threading.BoundedSemaphore(HANGING_MAX)


_heard: Final[ContextVar[list[int] | None]] = ContextVar("_heard", default=None)


class _Codes(logging.Handler):
    """Keeps the status codes that the library logs, for whoever it sends for: it hands the context
    on to its own threads.
    """

    def emit(self, record: logging.LogRecord) -> None:
        heard = _heard.get()
        if heard is not None and (found := _CODE.search(record.getMessage())):
            heard.append(int(found[1]))


_codes: Final = _Codes(logging.WARNING)


def _library() -> ModuleType:
    """Imported when first used, for it brings every service with it. Raises ImportError."""
    import apprise  # noqa: PLC0415 - see above

    logger = logging.getLogger("apprise")  # what it logs quotes addresses, and those hold tokens
    logger.handlers, logger.propagate = [_codes], False
    logger.setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)
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


async def send(settings: AppriseSettings, notice: Notice, _body: str, outside: Outside) -> Delivery:
    library = _library()
    resolved = notice.event is EventKind.RESOLVED
    said = {
        "title": outside.words.subject(notice),
        "body": outside.words.text(notice),
        "body_format": library.NotifyFormat.TEXT,
        "notify_type": library.NotifyType.SUCCESS if resolved else library.NotifyType.FAILURE,
    }
    asset = library.AppriseAsset(app_id="trueup", app_desc="trueup")
    limit = settings.timeout.total_seconds()

    def tell(url: Secret) -> list[int] | None:
        """None when it was taken, else the status codes that stood in the way."""
        services = library.Apprise(asset=asset)
        services.add(url.get_secret_value())
        for service in services:
            service.socket_connect_timeout = min(service.socket_connect_timeout, limit)
            service.socket_read_timeout = min(service.socket_read_timeout, limit)
        codes: list[int] = []
        _heard.set(codes)  # the context is that of this thread
        return None if services.notify(**said) else codes

    try:
        async with asyncio.timeout(limit):
            answers = [_in_thread(tell, url) for url in settings.urls]
            found = await asyncio.gather(*answers)
    except TimeoutError:
        return Retry("not taken in time")
    except _Crowded:
        return Retry("too many earlier attempts still hang")
    judged = [_judge(codes, outside) for codes in found if codes is not None]
    return next(
        (each for each in judged if isinstance(each, Retry)), next(iter(judged), Delivered())
    )


def _judge(codes: list[int], outside: Outside) -> Delivery:
    """By the last code that was logged: the ones before it may have been tries of the library."""
    judged = judge(codes[-1], {}, outside.clock.now()) if codes else Delivered()
    return (
        Retry("at least one service did not take it") if isinstance(judged, Delivered) else judged
    )


class _Crowded(Exception):
    """Too many threads hang."""


def _in_thread(work: Callable[[Any], Any], about: Any) -> asyncio.Future[Any]:
    """A thread of its own that nobody waits for at the end, since the library cannot be stopped.
    Raises _Crowded.
    """
    if not ROOM.acquire(blocking=False):
        raise _Crowded
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, trouble: Exception | None) -> None:
        if answer.done():
            return
        if trouble is None:
            answer.set_result(result)
        else:
            answer.set_exception(trouble)

    def run() -> None:
        result, trouble = None, None
        try:
            result = work(about)
        except Exception as raised:  # noqa: BLE001 - it belongs to whoever waits
            trouble = raised
        finally:
            ROOM.release()
        with suppress(RuntimeError):  # the loop may be gone by now
            loop.call_soon_threadsafe(settle, result, trouble)

    threading.Thread(target=run, name="apprise", daemon=True).start()
    return answer


CHANNEL: Final = ChannelKind("apprise", AppriseSettings, send)
