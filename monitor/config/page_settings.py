"""The tables [page] and [pages.ID], as settings of pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from monitor.config.build import Builder, fill_only, read
from monitor.config.entries import Entries, Entry
from monitor.config.looks import Looking
from monitor.config.model import Channel, Component, PageSettings
from monitor.config.nearest import remedy
from monitor.config.page_tables import PageTable
from monitor.config.sentences import Fault
from monitor.config.shape import Shape
from status_page import LANGUAGES

_SECRET: Final = "password"  # noqa: S105 - the name of a key


class Paging:
    """Reads the tables of all pages; what is wrong is reported."""

    def __init__(
        self, builder: Builder, components: Mapping[str, Component], *, reached: bool
    ) -> None:
        """*reached*: whether visitors can get at the daemon's server."""
        self._reached = reached
        self._builder = builder
        self._components = components
        self._shape: Shape[PageTable] = Shape(PageTable)
        self.files: list[Any] = []
        """Read, or asked for in vain."""
        self.mails: dict[str, str] = {}
        """Channels for letters to subscribers, by page."""

    def page(self, entry: Entry, id_: str = "") -> PageSettings | None:
        # The rest of it is public, so that nothing there may be a secret.
        filled = fill_only(entry, (_SECRET,), self._builder.references)
        table = read(self._shape, entry, filled, self._builder.references)
        if table is None:
            return None if id_ else PageSettings()
        if table.password:
            self._builder.secrets.add(table.password.get_secret_value())
        looking = Looking(table, entry.document.folder)
        look = looking.look()
        self.files += looking.files
        entry.report(self._builder.report, looking.faults)
        entry.report(self._builder.report, self._faults(table, id_))
        if table.mail:
            self.mails[id_] = table.mail
        return PageSettings(
            id=id_,
            title=table.title,
            description=table.description,
            url=_with_slash(table.url),
            every=table.every,
            language=table.language,
            languages=_languages(table),
            components=table.components,
            groups=table.groups,
            says=table.says,
            names=table.names,
            audience=table.audience,
            internal=table.internal,
            password=table.password.get_secret_value() if table.password else "",
            look=look,
            publish=table.publish,
            publish_after=table.publish_after,
            subscribe=table.subscribe,
            deploys=table.deploys,
        )

    def _faults(self, table: PageTable, id_: str) -> Iterator[Fault]:
        if table.internal and not id_:
            text = "the first page is for everybody; write [pages.internal] for your own"
            yield Fault(("internal",), text)
        if table.subscribe and not self._reached:
            text = "takes the daemon's server; write listen and address in [trueup]"
            yield Fault(("subscribe",), text)
        if table.subscribe and table.internal:
            yield Fault(("subscribe",), "nobody subscribes to an internal page; leave it out")
        yield from self._strangers(table)

    def _strangers(self, table: PageTable) -> Iterator[Fault]:
        known = self._components
        for key, names in (
            ("components", table.components or ()),
            ("names", table.names),
            ("says", table.says),
        ):
            for at, name in enumerate(names):
                if name not in known:
                    path = (key, at) if key == "components" else (key, name)
                    text = f"unknown component {name!r}; {remedy(name, known, 'components')}"
                    yield Fault(path, text)
        groups = sorted({component.group for component in known.values() if component.group})
        for at, name in enumerate(table.groups):
            if name not in groups:
                text = f"no component stands under {name!r}; {remedy(name, groups, 'headings')}"
                yield Fault(("groups", at), text)


def _languages(table: PageTable) -> tuple[str, ...]:
    wanted = LANGUAGES if table.languages is None else table.languages
    return tuple(dict.fromkeys((table.language, *wanted)))


def _with_slash(url: str) -> str:
    return url if not url or url.endswith("/") else f"{url}/"


def demand_mail(
    entries: Entries, paging: Paging, channels: Mapping[str, Channel], builder: Builder
) -> str:
    """The channel for letters to subscribers, of which there is one for all pages; what is wrong
    with it is reported.
    """
    for id_, name in paging.mails.items():
        channel = channels.get(name)
        entry = entries.pages[id_] if id_ else entries.table("page", builder.report)
        if channel is None or channel.kind.name != "email":
            ids = [each.id for each in channels.values() if each.kind.name == "email"]
            text = f"{name!r} is no channel of the kind email; {remedy(name, ids, 'such channels')}"
            entry.report(builder.report, [Fault(("mail",), text)])
    return next(iter(paging.mails.values()), "")
