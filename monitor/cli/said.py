"""`trueup said`: what is told in public, with the numbers by which it is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from monitor.acts.orders import CannotAct, instant
from monitor.acts.subject import subject
from monitor.cli import by_hand, tables, times
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    fail,
    history,
    out,
    read,
    say_json,
)
from monitor.clock import SystemClock, iso
from monitor.config import Config
from monitor.config.model import Component
from monitor.store import public
from monitor.store.public import Told, Words

NAME: Final = "said"
EXAMPLES: Final = "[dim]trueup said · trueup said 12 · trueup said n3 --json[/]"
NONE_SUCH: Final = 1


def command(
    incident: Annotated[
        str,
        typer.Argument(
            help="Its number, n and a number, its key, or last; default: all there are."
        ),
    ] = "",
    days: Annotated[int, typer.Option(min=1, max=3_660, help="How far back to look.")] = 90,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Show what is told in public: of one incident every update with its number, or the list of
    all that are on the page.

    Exit status 0, 1 when there is no such incident, 3 when there is no
    history yet.
    """
    read_config = read(config)
    if incident:
        _show(_one(read_config, incident), read_config, as_json=as_json)
        return
    with history(read_config) as db:
        since = SystemClock().now() - timedelta(days=days)
        found = [t for t in public.told(db, since=since, hidden=True) if _is_told(t, read_config)]
    if as_json:
        say_json([_document(each, read_config) for each in found])
        return
    _say(_sum(found))
    if found:
        out.print()
        tables.show(_table(found, read_config))


def _sum(found: list[Told]) -> str:
    hidden = sum(each.hidden for each in found)
    said = f"{len(found) - hidden} on the public page" if found else "Nothing is on the public page"
    return f"{said}, {hidden} hidden." if hidden else f"{said}."


def _one(config: Config, named: str) -> Told:
    which = times.incident(named, by_hand=True)
    with history(config) as db:
        try:
            whose = subject(db, which).whose
        except CannotAct as no:
            fail(str(no), NONE_SUCH)
        found = public.one(db, incident=whose.incident, entry=whose.entry)
    if found is None:
        fail(f"there is no incident {named}; trueup incidents lists them", NONE_SUCH)
    return found


def _is_told(told: Told, config: Config) -> bool:
    """Also what is hidden, and a summary that something was said of."""
    return bool(_concerned(told, config) or told.updates or told.number is None)


def _concerned(told: Told, config: Config) -> list[Component]:
    if told.number is None and not told.components:
        return list(config.components.values())
    if told.components:
        return [config.components[each] for each in told.components if each in config.components]
    return [c for c in config.components.values() if told.probe in c.probes]


def _title(told: Told, config: Config) -> str:
    if told.number is None and not told.components:
        return told.title or "Something is down."
    concerned = _concerned(told, config)
    says = next((each.says for each in concerned if each.says), "")
    return told.title or says or (f"{concerned[0].name} is down." if concerned else told.probe)


def _address(told: Told, config: Config) -> str:
    """Of its page, below that of the first one where that has none."""
    base = config.page.url
    return f"{base.rstrip('/')}/incidents/{told.key}/" if base else f"incidents/{told.key}/"


def _show(told: Told, config: Config, *, as_json: bool) -> None:
    if as_json:
        say_json(_document(told, config))
        return
    ended = f", over since {instant(told.ended_at)}" if told.ended_at else ", still open"
    whose = told.probe or "written by hand"
    _say(f"Incident {told.name} ({whose}), since {instant(told.began_at)}{ended}.", "bold")
    for name, said in _around(told, config).items():
        _say(f"{name:<11}{said}")
    for words in told.updates:
        _say("")
        _say(_headline(words), "dim" if words.withdrawn else "bold")
        for line in words.words.splitlines():
            _say(f"  {line}".rstrip(), "dim" if words.withdrawn else "")
    if not told.updates:
        _say(f'\nNobody said anything yet: trueup say {told.name} investigating "…"', "dim")


def _around(told: Told, config: Config) -> Mapping[str, str]:
    concerned = _concerned(told, config)
    audience = told.audience or next((c.audience for c in concerned if c.audience), "")
    unread = "hidden" if told.hidden else "" if concerned else "none: it concerns no component"
    together = {"told with": f"incident {told.under}, whose words it shares"} if told.under else {}
    return together | {
        "title": _title(told, config),
        "concerns": ", ".join(each.id for each in concerned) or "nothing that the page lists",
        "audience": audience or "not said",
        "impact": told.impact or "as it was seen",
        "page": unread or _address(told, config),
    }


def _headline(words: Words) -> str:
    said = f"{words.number}  {instant(words.at)}  {words.status}, by {words.by}"
    if words.edited_at is None:
        return said
    done = "withdrawn" if words.withdrawn else "corrected"
    return f"{said}; {done} by {words.edited_by} at {instant(words.edited_at)}"


def _table(found: list[Told], config: Config) -> Table:
    table = tables.table("#", "", "began", tables.words("told as"), "updates", "newest")
    for told in found:
        last = by_hand.newest(told)
        over = Text("over", style="green") if told.ended_at else Text("open", style="bold red")
        table.add_row(
            told.name,
            Text("hidden", style="dim") if told.hidden else over,
            instant(told.began_at),
            Text(_title(told, config)),
            str(sum(not each.withdrawn for each in told.updates)),
            last.status if last else "",
        )
    return table


def _document(told: Told, config: Config) -> dict[str, Any]:
    return {
        "name": told.name,
        "incident": told.number,
        "key": told.key,
        "probe": told.probe or None,
        "components": [each.id for each in _concerned(told, config)],
        "title": _title(told, config),
        "written": {"title": told.title, "audience": told.audience, "impact": told.impact},
        "page": _address(told, config),
        "hidden": told.hidden,
        "began_at": iso(told.began_at),
        "ended_at": iso(told.ended_at) if told.ended_at else None,
        "under": told.under,
        "updates": [_update(each) for each in told.updates],
    }


def _update(words: Words) -> dict[str, Any]:
    return {
        "update": words.number,
        "at": iso(words.at),
        "status": words.status,
        "words": words.words,
        "by": words.by,
        "edited_at": iso(words.edited_at) if words.edited_at else None,
        "edited_by": words.edited_by or None,
        "withdrawn": words.withdrawn,
    }


def _say(line: str, style: str = "") -> None:
    out.print(Text(line, style), highlight=False, soft_wrap=True)
