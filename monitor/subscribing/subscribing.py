"""All of it together, as one part of the daemon."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import httpx

from monitor.channels import Outside
from monitor.clock import Clock
from monitor.config.model import Config, PageSettings
from monitor.log import get_logger
from monitor.store import Answers, StoreTrouble, Takes, subscribers
from monitor.store.subscriber_letters import Due
from monitor.store.subscribers import Kind, Subscriber
from monitor.subscribing import hooks, teller
from monitor.subscribing.courier import Lane, Operator
from monitor.subscribing.outcome import Later, Outcome, Sent, Stuck
from monitor.subscribing.outward import Outward
from monitor.subscribing.register import Register
from monitor.subscribing.teller import LOOK_AGAIN, Teller
from monitor.subscribing.tickets import Tickets
from status_page import LANGUAGES, Component, Page
from status_page.subscribing import About, confirming, known_already, telling
from status_page.tongue import Tongue, tongue

if TYPE_CHECKING:
    from monitor.channels.email import EmailSettings

TIDY_EVERY: Final = timedelta(minutes=10)
AFTER_TROUBLE: Final = timedelta(seconds=10)
NOT_OFFERED: Final = Later("its page takes no subscriptions any more")

log = get_logger()


class Subscribing:
    """`pages` after every publish; `serve` beside everything else; `register` for the server."""

    def __init__(
        self,
        store: tuple[Takes, Answers],
        clock: Clock,
        key: bytes,
        *,
        operator: Operator | None = None,
        nearby: bool = False,
    ) -> None:
        """*key* is what links are signed with; *operator* hears when letters wait. *nearby*:
        webhooks may be on this machine and in private networks, without encryption on loopback.
        """
        self._clock = clock
        self._store = store
        self._config: Config | None = None
        self._made: dict[str, Page] = {}
        self._fresh = asyncio.Event()
        self._teller = Teller(store, clock)
        self._outside = Outside(self._hook_client, clock)
        self._client: httpx.AsyncClient | None = None
        self._tidied = float("-inf")
        self._mail_lane = Lane(Kind.EMAIL, store, clock, self._mail, operator)
        self._hook_lane = Lane(Kind.WEBHOOK, store, clock, self._hook, operator)
        self.nearby = nearby
        self.tickets = Tickets(key, "")
        self.register = Register(store, clock, self._wake_lanes)

    def configure(self, config: Config) -> None:
        """May be called again."""
        self._config = config
        self.tickets = Tickets(self.tickets.key, config.address.rstrip("/"))
        if any(page.subscribe for page in self.settings.values()) and not config.address:
            log.warning("nobody can subscribe: [trueup] address is not configured")
        self._wake_lanes()

    def pages(self, page: str, made: Page) -> None:
        """What *page* says as of now, once it is published."""
        self._made[page] = made
        self._fresh.set()

    @property
    def settings(self) -> Mapping[str, PageSettings]:
        """Of all pages, by id."""
        if self._config is None:
            return {}
        return self._config.pages or {"": self._config.page}

    @property
    def mails(self) -> bool:
        """Whether there is a channel for mail to subscribers."""
        return self._mail_settings() is not None

    def offered(self, page: str) -> PageSettings | None:
        """The page, if visitors may subscribe to it."""
        found = self.settings.get(page)
        return found if found and found.subscribe and self.tickets.address else None

    def components(self, page: str) -> tuple[Component, ...]:
        """Those that are on it; none before it was published."""
        made = self._made.get(page)
        return made.components if made else ()

    def about(self, page: PageSettings) -> About:
        """As the sender of letters."""
        environment = self._config.environment if self._config else ""
        url = f"{page.url.rstrip('/')}/" if page.url else self.tickets.page(page.id)
        return About(
            id=page.id,
            title=page.title,
            url=url,
            environment=environment,
            languages=tuple(dict.fromkeys((page.language, *page.languages))),
        )

    async def serve(self) -> None:
        """Until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tell())
                group.create_task(self._mail_lane.serve())
                group.create_task(self._hook_lane.serve())
        finally:
            client, self._client = self._client, None
            if client is not None:
                await client.aclose()

    async def _tell(self) -> None:
        while True:
            self._fresh.clear()
            pause = await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await self._fresh.wait()

    async def _look(self) -> timedelta:
        pause = LOOK_AGAIN
        try:
            await self._tidy()
            for id_, page in list(self._made.items()):
                settings = self.offered(id_)
                if settings is not None:
                    count, again = await self._teller.look(page, self.about(settings).url)
                    pause = min(pause, again)
                    if count:
                        self._wake_lanes()
        except StoreTrouble as trouble:
            log.error("subscribers cannot be told yet", why=str(trouble))
            return AFTER_TROUBLE
        except Exception:
            log.exception("subscribers cannot be told yet")
            return AFTER_TROUBLE
        return pause

    async def _tidy(self) -> None:
        now = self._clock.monotonic()
        if now - self._tidied >= TIDY_EVERY.total_seconds():
            writer, _ = self._store
            gone = await writer.do(partial(subscribers.tidy, at=self._clock.now()))
            self._tidied = now
            if gone:
                log.info("addresses that nobody confirmed are deleted", addresses=gone)

    def _wake_lanes(self) -> None:
        self._mail_lane.wake()
        self._hook_lane.wake()

    def _mail_settings(self) -> EmailSettings | None:
        channel = self._config.channels.get(self._config.mail) if self._config else None
        if channel is None or channel.kind.name != "email":
            return None
        return cast("EmailSettings", channel.settings)

    def _hook_client(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=Outward(nearby=self.nearby),
                headers={"User-Agent": "trueup"},
                follow_redirects=False,
                trust_env=False,
            )
        return self._client

    async def _mail(self, due: Due) -> Outcome:
        from monitor.subscribing import mailing  # noqa: PLC0415 - not everybody sends mail

        settings, sender = self._mail_settings(), self._sender(due.to)
        if settings is None:
            return Stuck("no channel for mail to subscribers is configured")
        if sender is None:
            return NOT_OFFERED
        links, speaking = self.tickets.links(due.to), _tongue(due.to)
        post = partial(
            mailing.Post,
            to=due.to.address,
            links=links,
            at=due.news_at,
            key=f"{due.to.handle}|{due.key}",
        )
        if due.body:
            told = teller.read(due.body)
            thread = f"{due.to.handle}|{told.folder}"
            letter = telling(told, speaking, links)
            return await mailing.send(settings, letter, post(page=told.page, thread=thread))
        ask = confirming if due.to.confirmed_at is None else known_already
        letter = ask(sender, speaking, links)
        return await mailing.send(settings, letter, post(page=sender, listed=False))

    async def _hook(self, due: Due) -> Outcome:
        sender = self._sender(due.to)
        if sender is None:
            return NOT_OFFERED
        links, secret = self.tickets.links(due.to), self.tickets.secret(due.to)
        send = partial(hooks.send, self._outside, due.to.address, secret=secret)
        if due.body:
            told = teller.read(due.body)
            for said in told.said:
                document = hooks.body(told, said, _tongue(due.to), links)
                outcome = await send(document, f"{due.key}-{said.id}")
                if not isinstance(outcome, Sent):
                    return outcome
            return Sent()
        if due.to.confirmed_at is not None:
            return Sent()
        return await self._ask(due, sender, secret)

    async def _ask(self, due: Due, sender: About, secret: str) -> Outcome:
        document = hooks.asking(sender, self.tickets.challenge(due.to), self.tickets.links(due.to))
        key = f"{due.to.handle}-{due.key}"
        outcome, repeated = await hooks.ask(self._outside, due.to.address, document, key, secret)
        if repeated and isinstance(outcome, Sent):
            await self.register.confirm(due.to)
        return outcome

    def _sender(self, subscriber: Subscriber) -> About | None:
        settings = self.offered(subscriber.page)
        return self.about(settings) if settings else None


def _tongue(subscriber: Subscriber) -> Tongue:
    return tongue(subscriber.language if subscriber.language in LANGUAGES else "en")
