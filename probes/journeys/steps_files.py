"""The verbs about files: handing one over, getting one, taking a picture."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from probes.browser import api
from probes.journeys.steps_acting import Action, Placed
from probes.journeys.steps_finding import FILES, HAND_OVER, PRESS
from probes.journeys.steps_said import instead, joined
from probes.journeys.steps_targets import Target, spoken
from probes.journeys.steps_values import Text
from probes.journeys.steps_walk import Downloaded, Walk
from probes.result import Reason
from probes.settings import folder_of

if TYPE_CHECKING:
    from playwright.async_api import Download, FilePayload, Locator

_LARGEST: Final = 10 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_TAKES_FILES: Final = """e => { const f = e instanceof HTMLInputElement ? e : e.control;
  return !!f && f.type === "file"; }"""


def _file_name(value: str) -> str:
    if re.search(r"[/\\\x00-\x1f]", value) or value in (".", ".."):
        raise ValueError(f"{value!r} is not the name of a file; write it without folders")
    return value


class Upload(Placed):
    """Hands a file over: one of yours, or one made for the run."""

    VERB = "upload"
    upload: Target
    file: str = Field(default="", examples=["files/card.png"])
    """Relative to the configuration, 10 MiB at most."""
    content: Text = ""
    """What the file holds, where there is no `file`."""
    as_: Annotated[Text, AfterValidator(_file_name)] = Field(
        default="", alias="as", examples=["canary-{unique}.txt"]
    )
    """What it is called: `canary-{unique}.txt`, or as `file` is."""

    @field_validator("file")
    @classmethod
    def _is_there(cls, value: str, info: ValidationInfo) -> str:
        path = folder_of(info) / value
        if value and not path.is_file():
            raise ValueError(f"there is no file {value} in the folder of the configuration")
        if value and path.stat().st_size > _LARGEST:
            raise ValueError(f"{value} is larger than 10 MiB; choose a smaller one")
        return str(path.resolve()) if value else ""

    @model_validator(mode="after")
    def _holds_one_thing(self) -> Self:
        if bool(self.file) == bool(self.content):
            raise ValueError('upload needs file = "…" or content = "…" beside it, one of the two')
        return self

    def says(self) -> str:
        return f"upload {spoken(self.upload)}"

    async def do(self, walk: Walk) -> None:
        payload = await asyncio.to_thread(self._payload, walk)
        found = await walk.find(self.upload, HAND_OVER, self.in_)
        async with walk.doing(self.says()) as patience:
            if await found.evaluate(_TAKES_FILES):
                await found.set_input_files(payload, timeout=patience)
            elif await (inner := found.locator(FILES)).count():
                await inner.first.set_input_files(payload, timeout=patience)
            else:
                await self._through_a_button(walk, found, payload, patience)

    async def _through_a_button(
        self, walk: Walk, found: Locator, payload: FilePayload, patience: float
    ) -> None:
        async with walk.page.expect_file_chooser(timeout=patience) as opened:
            await walk.press(lambda most: found.click(timeout=most), patience)
        await (await opened.value).set_files(payload, timeout=patience)

    def _payload(self, walk: Walk) -> FilePayload:
        name = walk.fill(self.as_ or (Path(self.file).name if self.file else "canary-{unique}.txt"))
        kind = "text/plain" if name.endswith(".txt") else "application/octet-stream"
        text = walk.fill(self.content).encode()
        held = Path(self.file).read_bytes() if self.file else text
        return {"name": name, "mimeType": kind, "buffer": held}


class GetFile(Placed):
    """Clicks what starts a download, and waits until it is there."""

    VERB = "download"
    download: Target

    def says(self) -> str:
        return f"download {spoken(self.download)}"

    async def do(self, walk: Walk) -> None:
        found = await walk.find(self.download, PRESS, self.in_)
        async with walk.doing(self.says()) as patience:
            got = await self._begun(walk, found, patience)
            if got is None:
                walk.sight.learn(None)  # raises what the link led to instead, if that broke
                page, there = await instead(walk.page, "headings", "h1, h2")
                said = f"clicked {spoken(self.download)} and no download began; {page} is there"
                raise walk.failure(Reason.FILE_MISSING, joined(said, there))
        walk.download = await self._whole(walk, got)

    async def _begun(self, walk: Walk, found: Locator, patience: float) -> Download | None:
        try:
            async with walk.page.expect_download(timeout=patience) as begun:
                await walk.press(lambda most: found.click(timeout=most), patience)
            return await begun.value
        except api.TimeoutError as error:
            if "download" in str(error).splitlines()[0].lower():
                return None
            raise

    async def _whole(self, walk: Walk, got: Download) -> Downloaded:
        if broken := await got.failure():
            said = f"the download of “{got.suggested_filename[:80]}” broke off: {broken[:80]}"
            raise walk.failure(Reason.FILE_MISSING, said)
        return Downloaded(got.suggested_filename[:200], Path(await got.path()))


class ExpectDownload(Action):
    """Looks at what the last `download` brought."""

    VERB = "expect_download"
    NEEDS = "download"
    expect_download: Text = Field(min_length=1, examples=["report-*.csv"])
    """What it is called, `*` for anything."""
    contains: Text = ""
    """A text in it."""
    min_bytes: int = Field(default=1, ge=0)
    max_bytes: int | None = Field(default=None, ge=0)

    def says(self) -> str:
        return f"see the file {self.expect_download}"

    async def do(self, walk: Walk) -> None:
        got = walk.download
        if got is None:
            raise walk.failure(Reason.FILE_MISSING, "no download came before this step")
        wanted, text = walk.fill(self.expect_download), walk.fill(self.contains)
        if not re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), got.name):
            said = f"looked for a file called {wanted}; it is called “{got.name[:80]}”"
            raise walk.failure(Reason.FILE_DIFFERS, said)
        size = got.path.stat().st_size
        if size < self.min_bytes or (self.max_bytes is not None and size > self.max_bytes):
            said = f"“{got.name[:80]}” has {size} bytes, which is "
            few = "too few" if size < self.min_bytes else "too many"
            raise walk.failure(Reason.FILE_DIFFERS, said + few)
        if text and not await asyncio.to_thread(_holds, got.path, text.encode()):
            said = f"looked for “{text[:60]}” in “{got.name[:80]}”; it is not in its {size} bytes"
            raise walk.failure(Reason.FILE_DIFFERS, said)


def _holds(path: Path, wanted: bytes) -> bool:
    """Read piece by piece: a download may be large."""
    kept = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if wanted in kept + piece:
                return True
            kept = piece[-len(wanted) :]
    return False


class Screenshot(Action):
    """Keeps a picture with the run, whatever comes of it."""

    VERB = "screenshot"
    screenshot: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,59}$", examples=["after paying"])
    """What the picture is called."""

    def says(self) -> str:
        return f"take a picture “{self.screenshot}”"

    async def do(self, walk: Walk) -> None:
        await walk.visit.screenshot(self.screenshot)
