"""Writing a message, seeing it, and still seeing it when the page is opened again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from probes.browser import Visit
from probes.journeys.complaints import complaints
from probes.journeys.credentials import SignsInFirst
from probes.journeys.finding import (
    LINE,
    WRITABLE,
    Wanted,
    called,
    css,
    find,
    first_visible,
    glimpse,
    hinted,
    labelled,
    send,
    write,
)
from probes.journeys.leftovers import left_overs, remove_left_overs
from probes.journeys.listing import REMARKS_AMONG_MESSAGES, Sought, entry, unique
from probes.journeys.ready import JourneySettings, ReadyMade
from probes.journeys.removing import Removing
from probes.journeys.required import fill_required
from probes.journeys.sight import Sight
from probes.journeys.signing_in import sign_in_first
from probes.journeys.turning import LOOK_AGAIN, on_another_page
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_WORDS: Final = r"message|comment|write|reply|note|\bpost\b|say|text|nachricht|mensaje"
_SEND: Final = r"send|post|publish|reply|share|submit|save|add|senden|envoyer|enviar"
_OPENER: Final = re.compile(
    r"^\W*((new|write|add|compose|create|leave|post|start)( (a|an|new|your))*"
    r" (message|comment|post|topic|note|reply|entry|thread|discussion)|reply|comment|compose"
    r"|(edit|create) (this )?page|neue nachricht|nouveau message|nuevo mensaje)(\W*|\W*\[\w\])$",
    re.IGNORECASE,
)
_EDITS: Final = re.compile(
    r"^\W*(edit|create)( source)?(\W*|\W*\[\w\])$|^bearbeiten$|^modifier$|^editar$", re.IGNORECASE
)
_PRESSED: Final[tuple[Literal["button", "link"], ...]] = ("button", "link")
FOR_A_FIELD: Final = timedelta(seconds=2)  # before a button that shows one is looked for
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


class MessageSettings(SignsInFirst, JourneySettings):
    """Opens `url`, sends `text` with a unique ending, sees it, opens the page again, sees it."""

    journey: Literal["message"]
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
    says = (f"{settings.text} {{name}}",)
    sought = Sought(unique(), settings.list_entry, REMARKS_AMONG_MESSAGES, says)
    await sign_in_first(sight, settings.login)
    async with visit.step("open"):
        await sight.open(settings.url)
        field = await _field(sight, settings)
    async with visit.step("send"):
        await write(field, f"{settings.text} {sought.token}")
        await fill_required(field, f"{settings.text} {sought.token}")
        known = await complaints(sight.page)
        await send(sight, field, _SEND, settings.submit)
    async with visit.step("see"):
        await _see(sight, sought, known)
        await sight.settled()  # a page may show it before it is sent
    remove = settings.remove
    removing = Removing(
        sight, sought, locator=settings.remove_locator, thorough=False, wanted=remove
    )
    async with removing.also_after_failing(), visit.step("see again"):
        await sight.again()
        await _see_again(sight, sought)
    if remove:
        async with visit.step("remove"):
            old = await left_overs(sight, settings.text, sought)
            if await removing.try_to():
                await remove_left_overs(sight, old, thorough=False)


async def _field(sight: Sight, settings: MessageSettings) -> Locator:
    """The field for the message, or the one that appears when a button for writing is pressed."""

    async def ask() -> Locator | None:
        return await glimpse(sight.page, MESSAGE_FIELD, settings.message_field)

    if field := await sight.soon(ask, FOR_A_FIELD):
        return field
    if opener := await _opener(sight.page):
        await opener.click()
    return await find(sight, MESSAGE_FIELD, settings.message_field)


async def _opener(page: Page) -> Locator | None:
    """What shows the field; on a page with one thing to edit, what edits it."""
    for role in _PRESSED:
        if opener := await first_visible(page.get_by_role(role, name=_OPENER)):
            return opener
    for role in _PRESSED:
        edits = page.get_by_role(role, name=_EDITS).filter(visible=True)
        if await edits.count() == 1:
            return edits.first
    return None


async def _see(sight: Sight, sought: Sought, known: list[str]) -> None:
    async def ask() -> Locator | None:
        return await entry(sight.page, sought)

    found = await sight.soon(ask, LOOK_AGAIN)
    if found is None and not sight.writing:
        found = await on_another_page(sight, sought)
    if found is not None or await sight.soon(ask) is not None:
        return
    new = await complaints(sight.page, known)
    said = f"the page says: {new[0]}" if new else "the message was sent and does not appear"
    raise sight.failure(Reason.MESSAGE_MISSING, said)


async def _see_again(sight: Sight, sought: Sought) -> None:
    async def ask() -> Locator | None:
        return await entry(sight.page, sought)

    if await sight.soon(ask) is None and await on_another_page(sight, sought) is None:
        said = "the message was there, and is gone when the page is opened again"
        raise sight.failure(Reason.MESSAGE_MISSING, said)


JOURNEY = ReadyMade("message", MessageSettings, travel)
