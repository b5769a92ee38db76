"""`trueup say`: words for the public page, under an incident or about one that no probe saw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from monitor.acts.orders import Announce, Correct, Order, Retell, Say, Unsay
from monitor.cli import giving, times
from monitor.cli.ground import DEFAULT_CONFIG, AsJson, ConfigPath, fail, read
from monitor.clock import SystemClock
from status_page import Stage

NAME = "say"
EXAMPLES = (
    '[dim]trueup say 12 identified "A certificate ran out; we are replacing it." ·'
    " trueup say last monitoring - < words.txt ·"
    ' trueup say last --title "Slow uploads" --impact minor ·'
    ' trueup say 12 --correct 3 "What it really was." · trueup say 12 --withdraw 3 ·'
    ' trueup say new resolved "A cable was cut." --component uploads --began 02:10 --ended 06:40'
    "[/]"
)
NEW = "new"


class Bad(StrEnum):
    """How bad it is; `auto` goes by what was seen."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    AUTO = "auto"


def command(  # noqa: PLR0913 - one parameter an option
    incident: Annotated[
        str,
        typer.Argument(help="Its number, n and a number, its key, last; or new: none of these."),
    ],
    status: Annotated[str, typer.Argument(help=f"How far you are: {', '.join(Stage)}.")] = "",
    words: Annotated[
        str, typer.Argument(help="What to say, as Markdown; - reads it from standard input.")
    ] = "",
    *,
    title: Annotated[
        str | None, typer.Option("--title", help="Instead of the component's sentence.")
    ] = None,
    audience: Annotated[
        str | None, typer.Option("--audience", help='Whom it concerns: "everyone who uploads".')
    ] = None,
    impact: Annotated[Bad | None, typer.Option("--impact", help="How bad it is.")] = None,
    components: Annotated[
        list[str] | None,
        typer.Option("--component", help="What it concerns, instead of what its probe is behind."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="It concerns everything; of one that no probe saw.")
    ] = False,
    said: Annotated[
        str, typer.Option("--at", help='When that was: "14:03", or "2026-12-01T02:00". In UTC.')
    ] = "",
    began: Annotated[str, typer.Option("--began", help="Of one that no probe saw.")] = "",
    ended: Annotated[str, typer.Option("--ended", help="Of one that no probe saw.")] = "",
    correct: Annotated[
        int | None, typer.Option("--correct", min=1, help="Replace this update.")
    ] = None,
    withdraw: Annotated[
        int | None, typer.Option("--withdraw", min=1, help="Take this update off the page.")
    ] = None,
    hidden: Annotated[
        bool | None, typer.Option("--hide/--show", help="The whole incident.")
    ] = None,
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Publish an update under an incident, at once. It changes nothing else: an incident is over
    when its probe is good again, whatever is said. One that no probe saw begins with new, and is
    over when you say resolved. trueup said shows what was said, with its numbers.

    Exit status 0 when it is published, 1 when it cannot be, 2 when the
    question makes no sense, 3 when it is not known.
    """
    read_config, at = read(config), SystemClock().now()
    telling = {
        "title": title,
        "audience": audience,
        "impact": "" if impact is Bad.AUTO else impact,
        "components": None if components is None else tuple(filter(None, components)),
        "began_at": _moment(began, "--began", at),
        "ended_at": _moment(ended, "--ended", at),
        "hidden": hidden,
        "by": giving.who(by),
    }
    stage, text = _speech(status, words, alone=correct is not None)
    speech = {"status": stage, "words": text, "at": _moment(said, "--at", at)}
    if everything and incident != NEW:
        fail("--all is for one that is new; name components with --component")
    if withdraw is not None:
        _demand_nothing_else({**telling, **speech, "correct": correct})
        make = _make(Unsay, incident, number=withdraw, by=telling["by"])
    elif correct is not None:
        make = _make(Correct, incident, number=correct, **telling, **speech)
    elif text is None:
        make = _without_words(incident, stage, said, telling)
    elif incident == NEW:
        make = _of(Announce, **telling, **speech, everything=everything)
    else:
        make = _make(Say, incident, **telling, **speech)
    giving.give(read_config, make, as_json=as_json)


def _without_words(
    incident: str, stage: Stage | None, said: str, telling: dict[str, Any]
) -> Callable[[], Order]:
    if stage is not None or said or incident == NEW:
        fail('say what is to be read: trueup say INCIDENT STATUS "words"')
    return _make(Retell, incident, **telling)


def _speech(status: str, words: str, *, alone: bool) -> tuple[Stage | None, str | None]:
    """Where an update is corrected, the words may stand without a status."""
    if alone and not words and status not in {"", *Stage}:
        status, words = "", status
    if status and status not in set(Stage):
        fail(f"{status!r} is no status; they are {', '.join(Stage)}")
    return Stage(status) if status else None, giving.text(words) if words else None


def _moment(written: str, option: str, at: datetime) -> datetime | None:
    return times.past(written, option, at) if written else None


def _make(order: Callable[..., Order], incident: str, **values: Any) -> Callable[[], Order]:
    if incident == NEW:
        fail("new is none that was told of; name the one that you mean")
    return _of(order, incident=times.incident(incident, by_hand=True), **values)


def _of(order: Callable[..., Order], **values: Any) -> Callable[[], Order]:
    return lambda: order(**values)


def _demand_nothing_else(given: dict[str, Any]) -> None:
    if any(value is not None for name, value in given.items() if name != "by"):
        fail("--withdraw takes an update off the page; leave out everything else")
