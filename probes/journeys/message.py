"""Writing a message, seeing it, and still seeing it when the page is opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from probes.browser import Visit
from probes.journeys.complaints import complaints
from probes.journeys.finding import (
    LINE,
    WRITABLE,
    Wanted,
    called,
    css,
    find,
    hinted,
    labelled,
    send,
    write,
)
from probes.journeys.listing import entry, unique
from probes.journeys.ready import JourneySettings, ReadyMade
from probes.journeys.removing import Removing
from probes.journeys.sight import Sight
from probes.journeys.signing_in import SignIn, sign_in_first
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator

_WORDS: Final = r"message|comment|write|reply|note|\bpost\b|say|text|nachricht|mensaje"
_SEND: Final = r"send|post|publish|reply|share|submit|save|add|senden|envoyer|enviar"
MESSAGE_FIELD: Final = Wanted(
    "field for the message",
    "message_field",
    (
        labelled(_WORDS, "textarea"),
        css("textarea"),
        css("[contenteditable=true], [contenteditable='']"),
        labelled(_WORDS, WRITABLE),
        hinted(_WORDS, WRITABLE),
        called("message", "comment", "text", "body", "content", among=WRITABLE),
        css(f"form:not([role=search]) :is({LINE})"),
    ),
)


class MessageSettings(JourneySettings):
    """Opens `url`, sends `text` with a unique ending, sees it, opens the page again, sees it."""

    journey: Literal["message"]
    login: SignIn | None = None
    text: str = "A message from our own monitoring"
    message_field: str = ""
    submit: str = ""
    list_entry: str = ""
    """Where the message is shown, as a locator; `{name}` is its unique ending."""
    remove: bool = True
    """Whether it is removed afterwards, where there is a button for it next to it."""
    remove_locator: str = ""


async def travel(visit: Visit, settings: MessageSettings) -> None:
    sight = Sight(visit)
    token = unique()
    await sign_in_first(sight, settings.login)
    async with visit.step("open"):
        await sight.open(settings.url)
        field = await find(sight, MESSAGE_FIELD, settings.message_field)
    async with visit.step("send"):
        await write(field, f"{settings.text} {token}")
        known = await complaints(sight.page)
        await send(sight, field, _SEND, settings.submit)
    async with visit.step("see"):
        await _see(sight, token, settings, known)
        await sight.settled()  # a page may show it before it is sent
    async with visit.step("see again"):
        await sight.again()
        await _see(sight, token, settings, known, again=True)
    if settings.remove:
        async with visit.step("remove"):
            removing = Removing(
                sight, token, list_entry=settings.list_entry, locator=settings.remove_locator
            )
            await removing.try_to(thorough=False)


async def _see(
    sight: Sight, token: str, settings: MessageSettings, known: list[str], *, again: bool = False
) -> None:
    async def ask() -> Locator | None:
        return await entry(sight.page, token, settings.list_entry)

    if await sight.soon(ask) is not None:
        return
    if again:
        said = "the message was there, and is gone when the page is opened again"
        raise sight.failure(Reason.MESSAGE_MISSING, said)
    new = await complaints(sight.page, known)
    said = f"the page says: {new[0]}" if new else "the message was sent and does not appear"
    raise sight.failure(Reason.MESSAGE_MISSING, said)


JOURNEY = ReadyMade("message", MessageSettings, travel)
