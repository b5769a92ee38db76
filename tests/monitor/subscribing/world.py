"""A daemon's part for subscribers over a real database, with a real mail server at its far end."""

from __future__ import annotations

import asyncio
import re
import sqlite3  # noqa: TID251 - a test of what is on the disk
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from monitor.channels import CHANNELS
from monitor.channels.email import EmailSettings
from monitor.config.model import Channel, Config, PageSettings
from monitor.server.subscribing import routes
from monitor.state import DATABASE
from monitor.store import Reader, Writer, subscriber_letters, subscribers
from monitor.store.subscribers import Subscriber
from monitor.subscribing import Subscribing
from status_page import Component, Condition, Incident, Maintenance, Page, Stage, Update
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config
from tests.support.mail import MailServer, mail_server
from tests.support.waiting import until_async

MINUTE = timedelta(minutes=1)
ADDRESS = "https://trueup.example.org"
ADA, BOB = "a@example.org", "b@example.org"
KEY = b"k" * 32
LINK = re.compile(r"https://trueup\.example\.org(/\S+)")


def at(minutes: float) -> datetime:
    """So long after the beginning of the night."""
    return NIGHT + timedelta(minutes=minutes)


def a_page(*incidents: Incident, work: tuple[Maintenance, ...] = (), **changes: Any) -> Page:
    """Of two components, `uploads` and `messages`."""
    given: dict[str, Any] = {
        "title": "Example status",
        "url": "https://status.example.org/",
        "environment": "production",
        "languages": ("en", "de"),
        "made_at": NIGHT,
        "fresh_for": 3 * MINUTE,
        "components": tuple(_component(*each) for each in _COMPONENTS),
        "incidents": incidents,
        "maintenance": work,
        "subscribe": True,
    }
    return Page(**given | changes)


_COMPONENTS = (("uploads", "Uploading"), ("messages", "Messages"))


def _component(id_: str, name: str) -> Component:
    return Component(
        id=id_,
        name=name,
        group="Your files",
        condition=Condition.UP,
        since=None,
        says="",
        days=(),
        first_seen=None,
    )


def an_outage(
    *updates: Update, ended: float | None = None, of: tuple[str, ...] = ("uploads",)
) -> Incident:
    """Uploads break one minute into the night."""
    return Incident(
        id="4f1c2d3e4a5b",
        sentence="People cannot upload files.",
        components=of,
        began_at=at(1),
        resolved_at=None if ended is None else at(ended),
        updates=updates,
    )


def words(minutes: float, text: str, stage: Stage = Stage.IDENTIFIED) -> Update:
    return Update(at(minutes), stage, text, id=f"u{minutes}")


@dataclass
class Hearing:
    """An operator: what goes on, by its name."""

    begun: dict[str, str] = field(default_factory=dict)

    async def begins(self, name: str, says: str) -> None:
        self.begun[name] = says

    async def ends(self, name: str) -> None:
        self.begun.pop(name, None)


@dataclass
class World:
    """`mail` and `clock` outlive a restart."""

    folder: Path
    mail: MailServer
    clock: HandClock = field(default_factory=HandClock)
    config: Config = field(default_factory=a_config)
    nearby: bool = False
    operator: Hearing = field(default_factory=Hearing)
    subscribing: Subscribing = field(init=False)
    client: httpx.AsyncClient = field(init=False)
    writer: Writer = field(init=False)
    seen: dict[str, Page] = field(default_factory=dict)
    """What was looked at, to the end."""
    turns: int = 0
    """That letters by mail had, to the end."""

    @asynccontextmanager
    async def running(self, folder: Path | None = None) -> AsyncIterator[World]:
        """One life of the daemon, on the database in *folder*."""
        database = (folder or self.folder) / DATABASE
        self.writer = Writer(database, self.clock)
        reader = Reader(database)
        self.subscribing = Subscribing(
            (self.writer, reader), self.clock, KEY, operator=self.operator, nearby=self.nearby
        )
        self.subscribing.configure(self.config)
        self._note_looks()
        self._note_turns()
        app = Starlette(routes=list(routes(self.subscribing)))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as self.client:
            task = asyncio.create_task(self.subscribing.serve())
            try:
                yield self
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                self.writer.close()
                reader.close()

    async def publish(self, page: Page) -> None:
        """And has the news of it written down."""
        self.subscribing.pages(page.id, page)
        await until_async(lambda: self.seen.get(page.id) is page, "it looks at the page")

    def _note_looks(self) -> None:
        look = self.subscribing._look

        async def noted() -> timedelta:
            made = dict(self.subscribing._made)
            pause = await look()
            self.seen = made
            return pause

        self.subscribing._look = noted  # type: ignore[method-assign]  # only to know when

    def _note_turns(self) -> None:
        lane = self.subscribing._mail_lane
        turn = lane._turn

        async def noted() -> timedelta:
            pause = await turn()
            self.turns += 1
            return pause

        lane._turn = noted  # type: ignore[method-assign]  # only to know when

    async def turned(self) -> None:
        """Once all letters by mail that are due now were tried."""
        for _ in range(2):  # one may be under way, and did not see everything
            before = self.turns
            self.subscribing._wake_lanes()
            await until_async(partial(self._turned_since, before), "a turn of the letters")

    def _turned_since(self, before: int) -> bool:
        return self.turns > before

    async def subscribed(self, address: str, *components: str, **more: Any) -> Subscriber:
        """All the way: the form, the letter, the button."""
        await self.ask(address, *components, **more)
        letter = await self.letter_to(address)
        answer = await self.client.post(link_in(letter, "confirm"))
        assert answer.status_code == 200, answer.text
        self.mail.messages.clear()
        self.mail.recipients.clear()
        self.mail.raw.clear()
        return next(each for each in self.everybody() if each.address == address)

    async def ask(self, address: str, *components: str, **more: Any) -> httpx.Response:
        scope = {"scope": "some", "component": list(components)} if components else {}
        form = {"email": address, **scope, **more}
        return await self.client.post("/subscribe/", data=form)

    async def letter_to(self, address: str, count: int = 1) -> EmailMessage:
        """The newest, once there are *count*."""
        what = f"letter {count} to {address}"
        await until_async(lambda: len(self.letters_to(address)) >= count, what)
        return self.letters_to(address)[-1]

    def letters_to(self, address: str) -> list[EmailMessage]:
        both = zip(self.mail.messages, self.mail.recipients, strict=True)
        return [message for message, to in both if to == [address]]

    async def quiet(self) -> None:
        """Until nothing waits any more."""
        await until_async(lambda: self.waiting() == 0, "every letter is delivered")

    def waiting(self) -> int:
        return int(self.writer.submit(subscriber_letters.waiting).result(10))

    def everybody(self) -> list[Subscriber]:
        return list(self.writer.submit(subscribers.everybody).result(10))

    def stored(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.writer.submit(lambda db: db.execute(sql).fetchall()).result(10))


@asynccontextmanager
async def lives(folder: Path, **changes: Any) -> AsyncIterator[World]:
    """A daemon that is yet to be `running`, its mail server beside it. *changes* are of its
    configuration.
    """
    async with mail_server() as mail:
        yield World(folder, mail, config=configured(mail.port, **changes))


@asynccontextmanager
async def a_world(folder: Path, *, nearby: bool = False, **changes: Any) -> AsyncIterator[World]:
    """As `lives`, and running."""
    async with lives(folder, **changes) as world:
        world.nearby = nearby
        async with world.running():
            yield world


def configured(port: int, **changes: Any) -> Config:
    settings = EmailSettings.model_validate(
        {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "from": "status@example.org",
            "to": ["ops@example.org"],
        }
    )
    page = PageSettings(
        title="Example status",
        url="https://status.example.org/",
        languages=("en", "de"),
        subscribe=True,
    )
    given: dict[str, Any] = {"page": page, "mail": "mail", "address": ADDRESS}
    given["pages"] = {page.id: page for page in [changes.get("page", page)]}
    channel = Channel(id="mail", kind=CHANNELS["email"], settings=settings)
    return a_config(channels=(channel,), **given | changes)


def killed(folder: Path, to: Path) -> Path:
    """What is on the disk at this moment, as a process that was killed leaves it."""
    to.mkdir()
    with (
        closing(sqlite3.connect(folder / DATABASE)) as source,
        closing(sqlite3.connect(to / DATABASE)) as target,
    ):
        source.backup(target)
    return to


def link_in(letter: EmailMessage, to: str) -> str:
    """The path of a link of ours in the plain text."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = [str(path) for path in LINK.findall(body.get_content()) if f"/{to}/" in path]
    assert found, body.get_content()
    return found[0]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
