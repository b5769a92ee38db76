"""Uploading a file, seeing it listed, getting the same bytes back, and removing it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from probes.browser import Failure, Visit
from probes.journeys.choosing import Place, place_for
from probes.journeys.complaints import complaints
from probes.journeys.credentials import SignsInFirst
from probes.journeys.dialogs import saying_yes
from probes.journeys.finding import Wanted, find, send, sending_button, write
from probes.journeys.leftovers import left_overs, remove_left_overs
from probes.journeys.listing import Sought, entry, unique
from probes.journeys.ready import Address, JourneySettings, ReadyMade
from probes.journeys.removing import Removing
from probes.journeys.required import fill_required
from probes.journeys.returning import get_back, on_a_fresh_page
from probes.journeys.sight import Sight
from probes.journeys.signing_in import sign_in_first
from probes.journeys.turning import LOOK_AGAIN, on_another_page
from probes.result import Reason
from probes.settings import folder_of

if TYPE_CHECKING:
    from playwright.async_api import FilePayload, Locator

_LARGEST: Final = 10 * 1024 * 1024
_UPLOAD: Final = r"upload|send|submit|save|add|contribute|import|go|hochladen|senden|envoyer|subir"
_REALLY: Final = re.compile(rf"^\W*(ok|yes|confirm|start|ja|oui|s[ií]|{_UPLOAD})\b", re.IGNORECASE)
_A_MOMENT: Final = timedelta(milliseconds=500)


class UploadSettings(SignsInFirst, JourneySettings):
    """Opens `url`, uploads a file with a unique name, and follows it until it is removed."""

    journey: Literal["upload"]
    file_name: str = "canary.txt"
    """A unique part is put before the ending, so that no two runs share a name."""
    content: str = ""
    """What the file holds; a unique line where neither this nor `file` is given."""
    file: str = ""
    """A file to send instead, for sites that take only documents or pictures."""
    size_bytes: int = Field(default=0, ge=0, le=_LARGEST)
    """Fills up what the file holds to this size."""
    file_field: str = ""
    title_field: str = ""
    """A field that wants a title; it gets the unique name, as does every required field."""
    submit: str = ""
    list_url: Address | None = None
    """Where uploaded files are listed, when that is another page than the one after sending."""
    list_entry: str = ""
    """The entry in that list, as a locator; `{name}` is the unique part of the name."""
    get_back: bool = True
    """Whether the bytes are compared; false where files cannot be opened again."""
    remove: bool = True
    remove_locator: str = ""
    """What removes it, as a locator; `{name}` is the unique part of the name."""

    @field_validator("file")
    @classmethod
    def _is_there(cls, value: str, info: ValidationInfo) -> str:
        path = folder_of(info) / value
        if value and not path.is_file():
            raise ValueError(f"there is no file {value} in the folder of the configuration")
        if value and path.stat().st_size > _LARGEST:
            raise ValueError(f"{value} is larger than 10 MiB")
        return str(path.resolve()) if value else ""

    @model_validator(mode="after")
    def _holds_one_thing(self) -> Self:
        if self.file and (self.content or self.size_bytes):
            raise ValueError("file says what is sent; leave out content and size_bytes")
        return self

    def payload(self, token: str) -> FilePayload:
        """The file of one run."""
        named = self.named(token)
        kind = "text/plain" if named.endswith(".txt") else "application/octet-stream"
        return {"name": named, "mimeType": kind, "buffer": self._bytes(token)}

    def named(self, token: str) -> str:
        """The name of that file."""
        name = Path(self.file).name if self.file else self.file_name
        stem, dot, ending = name.rpartition(".")
        return f"{stem}-{token}.{ending}" if dot and stem else f"{name}-{token}"

    @property
    def stem(self) -> str:
        """What the names of all runs begin with."""
        name = Path(self.file).name if self.file else self.file_name
        return f"{name.rpartition('.')[0] or name}-"

    def _bytes(self, token: str) -> bytes:
        if self.file:
            return Path(self.file).read_bytes()
        text = (self.content or f"A file of our own monitoring: {token}\n").encode()
        times = -(-self.size_bytes // len(text))
        return (text * times)[: self.size_bytes] if self.size_bytes else text


async def travel(visit: Visit, settings: UploadSettings) -> None:
    sight = Sight(visit)
    says = (settings.named("{name}"), f"{settings.stem}{{name}}")
    sought = Sought(unique(), settings.list_entry, says=says, by_name=True)
    payload = settings.payload(sought.token)
    await sign_in_first(sight, settings.login)
    async with visit.step("open"):
        await sight.open(settings.url)
        place = await place_for(sight, payload, settings.file_field)
    async with visit.step("upload"):
        known = await complaints(sight.page)
        sight.begin_sending()
        await _upload(sight, place, payload, settings)
    async with visit.step("see"):
        found = await _see(sight, sought, settings, known)
    removing = Removing(sight, sought, locator=settings.remove_locator, wanted=settings.remove)
    if settings.get_back:
        async with removing.also_after_failing(), visit.step("get back"):
            await get_back(sight, found, sought, payload["buffer"])
    if settings.remove:
        async with visit.step("remove"):
            old = await left_overs(sight, settings.stem, sought)
            if await removing.try_to():
                await remove_left_overs(sight, old)


async def _upload(
    sight: Sight, place: Place, payload: FilePayload, settings: UploadSettings
) -> None:
    written, beside = sight.written, place.beside
    await place.give(payload)
    if settings.title_field:
        title = Wanted("field for the title", "title_field", ())
        await write(await find(sight, title, settings.title_field), payload["name"])
    await fill_required(beside, payload["name"])
    if settings.submit:
        await send(sight, beside, _UPLOAD, settings.submit)
    elif not await _sends_itself(sight, place, written):
        await _press_what_sends(sight, place)
    if settings.list_url is not None:  # leaving the page earlier would break the upload off
        await sight.settled(written)


async def _press_what_sends(sight: Sight, place: Place) -> None:
    if yes := await saying_yes(sight.page, _REALLY):
        await yes.click()
        return
    button = await sending_button(sight.page, place.beside, _UPLOAD)
    if button is not None and not (place.asks and await _is_the_same(button, place.beside)):
        await button.click()


async def _is_the_same(one: Locator, other: Locator) -> bool:
    handle = await other.element_handle()
    return bool(await one.evaluate("(one, other) => one === other", handle))


async def _sends_itself(sight: Sight, place: Place, written: int) -> bool:
    """Whether the page sends a file as soon as it is chosen."""
    if await place.beside.locator("xpath=ancestor::form[1]").get_by_role("button").count():
        return sight.writing or sight.written > written

    async def ask() -> bool | None:
        return True if sight.writing or sight.written > written else None

    return await sight.soon(ask, _A_MOMENT) or False


async def _see(sight: Sight, sought: Sought, settings: UploadSettings, known: list[str]) -> Locator:
    new = await complaints(sight.page, known)
    found = await _listed(sight, sought, settings, known)
    if found is None:
        new = await complaints(sight.page, known) or new
        if sight.refused and not new:
            raise _refused(sight)
        said = f"the page says: {new[0]}" if new else "the file was sent and is not listed"
        raise sight.failure(Reason.FILE_MISSING, said)
    await sight.settled()  # a page may list it before it is sent
    if not sight.refused:
        return found
    listed = await on_a_fresh_page(sight, sought)  # it was a list of what could not be sent
    if listed is None:
        raise _refused(sight)
    return listed


def _refused(sight: Sight) -> Failure:
    return Failure(Reason.FILE_MISSING, f"the upload was refused: {sight.refused}")


async def _listed(
    sight: Sight, sought: Sought, settings: UploadSettings, known: list[str]
) -> Locator | None:
    async def ask() -> Locator | None:
        return await entry(sight.page, sought)

    if settings.list_url is None:
        return await _listed_here(sight, sought, ask, known)
    found = None
    for attempt in range(5):  # a list may take a moment, and does not change by itself
        await sight.open(settings.list_url)
        found = await sight.soon(ask, LOOK_AGAIN)
        if found is None and not attempt:
            found = await on_another_page(sight, sought)
        if found is not None:
            break
    return found


async def _listed_here(
    sight: Sight, sought: Sought, ask: Callable[[], Awaitable[Locator | None]], known: list[str]
) -> Locator | None:
    """By itself, which may take a while; on another page of the list; or when asked again."""
    if found := await sight.soon(ask, LOOK_AGAIN):
        return found
    if not sight.writing and (found := await on_another_page(sight, sought)):
        return found
    if found := await sight.soon(ask):
        return found
    if sight.writing or await complaints(sight.page, known):
        return None
    await sight.again()
    return await sight.soon(ask, LOOK_AGAIN)


JOURNEY = ReadyMade("upload", UploadSettings, travel)
