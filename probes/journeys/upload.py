"""Uploading a file, seeing it listed, getting the same bytes back, and removing it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from probes.browser import Visit
from probes.journeys.complaints import complaints
from probes.journeys.finding import (
    Wanted,
    find,
    locate,
    send,
    sending_button,
    write,
    write_required,
)
from probes.journeys.listing import entry, unique
from probes.journeys.ready import Address, JourneySettings, ReadyMade
from probes.journeys.removing import Removing
from probes.journeys.returning import get_back
from probes.journeys.sight import Sight
from probes.journeys.signing_in import SignIn, sign_in_first
from probes.result import Reason
from probes.settings import folder_of

if TYPE_CHECKING:
    from playwright.async_api import FilePayload, Locator

_LARGEST: Final = 10 * 1024 * 1024
_UPLOAD: Final = r"upload|send|submit|save|add|contribute|import|go|hochladen|senden|envoyer|subir"
_LOOK_AGAIN: Final = timedelta(seconds=3)
_A_MOMENT: Final = timedelta(milliseconds=500)


class UploadSettings(JourneySettings):
    """Opens `url`, uploads a file with a unique name, and follows it until it is removed."""

    journey: Literal["upload"]
    login: SignIn | None = None
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
        name = Path(self.file).name if self.file else self.file_name
        stem, dot, ending = name.rpartition(".")
        named = f"{stem}-{token}.{ending}" if dot and stem else f"{name}-{token}"
        kind = "text/plain" if named.endswith(".txt") else "application/octet-stream"
        return {"name": named, "mimeType": kind, "buffer": self._bytes(token)}

    def _bytes(self, token: str) -> bytes:
        if self.file:
            return Path(self.file).read_bytes()
        text = (self.content or f"A file of our own monitoring: {token}\n").encode()
        times = -(-self.size_bytes // len(text))
        return (text * times)[: self.size_bytes] if self.size_bytes else text


async def travel(visit: Visit, settings: UploadSettings) -> None:
    sight = Sight(visit)
    token = unique()
    payload = settings.payload(token)
    await sign_in_first(sight, settings.login)
    async with visit.step("open"):
        await sight.open(settings.url)
        field = await _file_field(sight, settings.file_field)
    async with visit.step("upload"):
        known = await complaints(sight.page)
        await _upload(sight, field, payload, settings)
    async with visit.step("see"):
        found = await _see(sight, token, settings, known)
    if settings.get_back:
        async with visit.step("get back"):
            await get_back(sight, found, token, payload["buffer"])
    if settings.remove:
        async with visit.step("remove"):
            removing = Removing(
                sight, token, list_entry=settings.list_entry, locator=settings.remove_locator
            )
            await removing.try_to(thorough=True)


async def _file_field(sight: Sight, locator: str) -> Locator:
    """The field for a file; many pages hide it behind a button that looks better."""

    async def ask() -> Locator | None:
        fields = locate(sight.page, locator or "input[type=file]")
        visible = fields.filter(visible=True)
        if await visible.count():
            return visible.first
        return fields.first if await fields.count() else None

    said = 'there is no field for a file; if there is, name it with file_field = "css=…"'
    return await sight.until(ask, Reason.ELEMENT_MISSING, said)


async def _upload(
    sight: Sight, field: Locator, payload: FilePayload, settings: UploadSettings
) -> None:
    written = sight.written
    await field.set_input_files(payload)
    if settings.title_field:
        title = Wanted("field for the title", "title_field", ())
        await write(await find(sight, title, settings.title_field), payload["name"])
    await write_required(field, payload["name"])
    if settings.submit:
        await send(sight, field, _UPLOAD, settings.submit)
    elif not await _sends_itself(sight, field, written):
        button = await sending_button(sight.page, field, _UPLOAD)
        if button is not None:
            await button.click()
    if settings.list_url is not None:  # leaving the page earlier would break the upload off
        await sight.settled(written)


async def _sends_itself(sight: Sight, field: Locator, written: int) -> bool:
    """Whether the page sends a file as soon as it is chosen."""
    if await field.locator("xpath=ancestor::form[1]").get_by_role("button").count():
        return sight.writing or sight.written > written

    async def ask() -> bool | None:
        return True if sight.writing or sight.written > written else None

    return await sight.soon(ask, _A_MOMENT) or False


async def _see(sight: Sight, token: str, settings: UploadSettings, known: list[str]) -> Locator:
    new = await complaints(sight.page, known)
    found = await _listed(sight, token, settings)
    if found is None:
        new = new or await complaints(sight.page, known)
        said = f"the page says: {new[0]}" if new else "the file was sent and is not listed"
        raise sight.failure(Reason.FILE_MISSING, said)
    await sight.settled()  # a page may list it before it is sent
    return found


async def _listed(sight: Sight, token: str, settings: UploadSettings) -> Locator | None:
    async def ask() -> Locator | None:
        return await entry(sight.page, token, settings.list_entry)

    if settings.list_url is None:
        return await sight.soon(ask)
    found = None
    for _ in range(5):  # a list may take a moment, and does not change by itself
        await sight.open(settings.list_url)
        if found := await sight.soon(ask, _LOOK_AGAIN):
            break
    return found


JOURNEY = ReadyMade("upload", UploadSettings, travel)
