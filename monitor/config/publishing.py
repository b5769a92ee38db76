"""The tables [publish.ID], and the addresses that pages name, as places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from monitor import places
from monitor.config.build import Builder, read
from monitor.config.confidential import declared
from monitor.config.entries import Entries, Entry
from monitor.config.model import PageSettings, Place
from monitor.config.nearest import remedy
from monitor.config.page_tables import PublishTable
from monitor.config.sentences import Fault
from monitor.config.shape import Shape

STALE_AFTER: Final = 3
"""Times the interval of publishing."""


def read_places(
    entries: Entries, pages: Iterable[PageSettings], builder: Builder
) -> Mapping[str, Place]:
    """By id, or by the address itself where a page names one. What is wrong is reported."""
    shape: Shape[PublishTable] = Shape(PublishTable)
    known: dict[str, Place] = {}
    for entry in entries.publish.values():
        if (made := _place(entry, builder, shape)) is not None:
            known[made.id] = made
    for page in pages:
        entry = entries.pages[page.id] if page.id else entries.table("page", builder.report)
        for at, name in enumerate(page.publish):
            if name in entries.publish:
                continue
            if "/" not in name:
                known_ones = entries.publish
                text = (
                    f"unknown place {name!r}; {remedy(name, known_ones, 'places')}"
                    if known_ones
                    else f"there is no table [publish.{name}]; write one, or an address"
                )
                entry.report(builder.report, [Fault(("publish", at), text)])
            elif target := _target(entry, ("publish", at), name, builder):
                known[name] = Place(id=places.name_of(name), to=target.to, options=target.options)
    _demand_one_each(entries, pages, known, builder)
    _warn_of_idle(entries, pages, builder)
    return MappingProxyType(known)


def patient(
    pages: Mapping[str, PageSettings], known: Mapping[str, Place], folder: Path
) -> dict[str, PageSettings]:
    """The pages, stale no sooner than their slowest place may be."""
    assigned = places.assign(pages.values(), known, folder)
    return {
        id_: replace(page, fresh_for=STALE_AFTER * places.slowest(page, assigned))
        for id_, page in pages.items()
    }


def _place(entry: Entry, builder: Builder, shape: Shape[PublishTable]) -> Place | None:
    """None when something is wrong with it, which is then reported."""
    filled = builder.references.fill(entry.document, entry.path, entry.keys)
    own = {key: value for key, value in filled.items() if key in PublishTable.model_fields}
    options = {key: value for key, value in filled.items() if key not in own}
    table = read(shape, entry, own, builder.references)
    if table is None:
        return None
    try:
        target = places.read(table.to, options, entry.document.folder)
    except places.BadPlace as bad:
        faults = [
            Fault((key,) if key else (), text)
            for key, text in bad.faults
            if (entry.document.shown, (*entry.path, key)) not in builder.references.broken
        ]
        entry.report(builder.report, faults)
        return None
    builder.secrets.update(declared(target.settings))
    return Place(id=entry.id, to=target.to, options=target.options, every=table.every)


def _target(entry: Entry, path: tuple[Any, ...], to: str, builder: Builder) -> places.Target | None:
    """None when something is wrong with it, which is then reported."""
    try:
        return places.read(to, {}, entry.document.folder)
    except places.BadPlace as bad:
        entry.report(builder.report, [Fault(path, text) for _, text in bad.faults])
    return None


def _demand_one_each(
    entries: Entries,
    pages: Iterable[PageSettings],
    known: Mapping[str, Place],
    builder: Builder,
) -> None:
    """Two pages in one place would write over each other."""
    taken: dict[str, str] = {}
    for page in pages:
        entry = entries.pages[page.id] if page.id else entries.table("page", builder.report)
        for at, name in enumerate(page.publish):
            to = known[name].to.rstrip("/") if name in known else name
            if to in taken:
                text = f"{taken[to]} goes there already; give each page a place of its own"
                entry.report(builder.report, [Fault(("publish", at), text)])
            taken[to] = f"pages.{page.id}" if page.id else "the first page"
        if page.internal and page.publish:
            text = "it names probes and errors; make sure that nobody else can read it there"
            entry.warn(builder.report, Fault(("publish",), text))
        elif page.password and page.publish:
            text = "nobody is asked for the password there; protect each of these places itself"
            entry.warn(builder.report, Fault(("publish",), text))


def _warn_of_idle(entries: Entries, pages: Iterable[PageSettings], builder: Builder) -> None:
    named = {name for page in pages for name in page.publish}
    for name, entry in entries.publish.items():
        if name not in named:
            text = f'no page goes there; write publish = ["{name}"] in [page]'
            entry.warn(builder.report, Fault((), text))
