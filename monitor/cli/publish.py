"""`trueup publish`: bring the status pages to their places, now and once."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

import typer
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from monitor import pages, places
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    err,
    fail,
    history,
    interactive,
    log_quietly,
    read,
    say_json,
    write,
)
from monitor.cli.tables import show, table, words
from monitor.clock import SystemClock
from monitor.config.model import Config
from monitor.config.nearest import remedy
from monitor.places.apart import Apart, Hangs
from monitor.places.lane import STILL
from monitor.publish.edition import AS_OF
from status_page import Renderer

NAME = "publish"
EXAMPLES = (
    "[dim]trueup publish · trueup publish bucket --all-files · trueup publish --dry-run --json[/]"
)
FAILED: Final = 1
_Files = Mapping[str, bytes]
_Shown = Callable[[str, places.Progress], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one place; `trouble` is empty when it has the page."""

    place: places.Assigned
    brought: places.Brought | None = None
    took: timedelta = timedelta()
    trouble: str = ""
    plan: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """What would be written and removed, in that order, where nothing was."""


def command(
    chosen: Annotated[
        list[str] | None,
        typer.Argument(metavar="PLACE", help="Only these; default: every place."),
    ] = None,
    *,
    all_files: Annotated[
        bool, typer.Option("--all-files", help="Bring the files too that are there already.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be brought, and bring nothing.")
    ] = False,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Bring the status pages to their places, now and once. The daemon may run.

    Exit status 0 when every place has its page; 1 when one has not; 2 for
    bad configuration or an unknown place; 3 when there is no history yet.
    """
    read_config = read(config)
    log_quietly(read_config)
    assigned = _assigned(read_config, chosen or [])
    at = SystemClock().now()
    files = _rendered(read_config, {each.page for each in assigned}, at)
    work = {
        each.id: partial(
            places.Bringing,
            id=each.id,
            target=each.target,
            state=read_config.state,
            files=files[each.page],
            at=at,
            everything=all_files,
        )
        for each in assigned
    }
    if dry_run:
        outcomes = [_foreseen(each, work[each.id]()) for each in assigned]
    else:
        with _progress() as shown:
            outcomes = asyncio.run(_brought(assigned, work, shown))
    _say(outcomes, as_json=as_json)
    raise typer.Exit(FAILED if any(each.trouble for each in outcomes) else 0)


def _assigned(config: Config, chosen: list[str]) -> list[places.Assigned]:
    folder = config.files[0].parent
    known = {a.id: a for a in places.assign(config.pages.values(), config.places, folder)}
    if not known:
        fail('no page goes anywhere; write publish = ["/srv/www/status"] in [page]')
    for name in chosen:
        if name not in known:
            fail(f"unknown place {name!r}; {remedy(name, known, 'places')}")
    return [known[name] for name in dict.fromkeys(chosen)] or list(known.values())


def _rendered(config: Config, ids: set[str], at: datetime) -> dict[str, _Files]:
    with history(config) as db:
        made = {
            id_: pages.Builder(config.pages[id_]).build(db, config=config, at=at) for id_ in ids
        }
    return {
        id_: Renderer(_before(config, config.pages[id_].folder)).render(page)
        for id_, page in made.items()
    }


def _before(config: Config, folder: str) -> bytes:
    try:
        return (config.state / folder / AS_OF).read_bytes()
    except OSError:
        return b""


def _foreseen(place: places.Assigned, work: places.Bringing) -> _Outcome:
    try:
        plan, brought = places.foreseen(work)
    except places.PlaceTrouble as trouble:
        return _Outcome(place, trouble=str(trouble))
    written = tuple(path for batch in plan.batches for path in batch)
    return _Outcome(place, brought, plan=(written, plan.remove))


async def _brought(
    assigned: list[places.Assigned],
    work: Mapping[str, Callable[..., places.Bringing]],
    shown: _Shown,
) -> list[_Outcome]:
    """Each in a thread of its own, so that none waits for another."""
    return await asyncio.gather(*(_one(each, work[each.id], shown) for each in assigned))


async def _one(
    place: places.Assigned, work: Callable[..., places.Bringing], shown: _Shown
) -> _Outcome:
    apart: Apart[places.Brought] = Apart(f"place {place.id}")
    halt, began = threading.Event(), time.monotonic()

    def told(progress: places.Progress) -> None:
        apart.moved()
        shown(place.id, progress)

    try:
        brought = await apart.run(partial(places.bring, work(told=told, halt=halt)), halt, STILL)
    except places.PlaceTrouble as trouble:
        return _Outcome(place, trouble=str(trouble))
    except Hangs:
        says = "it does not answer; look at it and at the network"
        return _Outcome(place, trouble=f"{place.target.to}: {says}")
    return _Outcome(place, brought, timedelta(seconds=time.monotonic() - began))


@contextlib.contextmanager
def _progress() -> Iterator[_Shown]:
    if not interactive():
        yield lambda _, __: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def shown(name: str, progress: places.Progress) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name)
            bars.update(tasks[name], completed=progress.done, total=progress.todo)

        yield shown


def _say(outcomes: list[_Outcome], *, as_json: bool) -> None:
    if as_json:
        say_json({"places": [_document(each) for each in outcomes]})
        return
    for each in outcomes:
        written, removed = each.plan or ((), ())
        write("".join(f"{each.place.id}  + {path}\n" for path in written))
        write("".join(f"{each.place.id}  - {path}\n" for path in removed))
    _say_figures(outcomes)
    for each in outcomes:
        if each.trouble:
            says = f"{each.place.id}: {each.trouble}"
            err.print(says, style="red", markup=False, highlight=False, soft_wrap=True)


def _say_figures(outcomes: list[_Outcome]) -> None:
    made = table("place", words("to"), "files", "removed", "size", "took")
    for each in outcomes:
        if (brought := each.brought) is not None:
            figures = (str(brought.files), str(brought.removed), decimal(brought.size))
            took = "not brought" if each.plan else f"{each.took.total_seconds():.1f} s"
            made.add_row(each.place.id, each.place.target.to, *figures, took)
    if made.row_count:
        show(made)


def _document(outcome: _Outcome) -> dict[str, Any]:
    brought = outcome.brought
    document: dict[str, Any] = {
        "place": outcome.place.id,
        "page": outcome.place.page or "main",
        "to": outcome.place.target.to,
        "ok": not outcome.trouble,
        "files": brought.files if brought else 0,
        "bytes": brought.size if brought else 0,
        "removed": brought.removed if brought else 0,
        "took_ms": round(outcome.took.total_seconds() * 1000),
        "trouble": outcome.trouble,
    }
    if outcome.plan:
        document["would_write"], document["would_remove"] = map(list, outcome.plan)
    return document
