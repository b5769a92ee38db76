"""A month as Markdown, and the words that other forms of it share. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from monitor.objectives import Standing
from monitor.reports.markdown import brief, table, text
from monitor.reports.monthly import Line, Report, Story
from monitor.reports.pace import Speed
from monitor.reports.statistics import Took

_MINUTE: Final = timedelta(minutes=1)
_MS: Final = timedelta(milliseconds=1)
_SECOND: Final = timedelta(seconds=1)
_NONE: Final = timedelta()
_NEARLY: Final = 0.999
"""A restart now and then is not worth a word."""


def month_of(found: Report) -> str:
    return f"{found.first:%B %Y}"


def subtitle(found: Report) -> str:
    """What it covers."""
    if found.over:
        return "The whole month, in UTC."
    return f"So far: up to {found.at.day} {found.at:%B %Y, %H:%M} UTC."


def markdown(found: Report) -> str:
    """The whole report, with a line break at its end."""
    where = f" ({text(found.environment)})" if found.environment != "production" else ""
    lines = [
        f"# {text(found.title)}: {month_of(found)}{where}",
        "",
        subtitle(found),
        "",
        opening(found),
    ]
    for title, body in (
        ("Components", _components(found)),
        ("What was promised", _objectives(found)),
        ("Incidents", _stories(found)),
        ("How soon", _soon(found)),
        ("How fast", _fast(found)),
        ("Deploys", _deploys(found)),
    ):
        if body:
            lines += ["", f"## {title}", "", *body]
    lines += ["", FOOT]
    return "\n".join(lines) + "\n"


KEY: Final = (
    "Each bar is a day in UTC: red by how much of it was down, with a dot on top where it was slow"
    " at times, with a blue foot for announced work, dashed where nobody watched."
)
FOOT: Final = (
    "Availability counts only the time that was watched: what is unknown, and announced work, are"
    " neither up nor down."
)


def opening(found: Report) -> str:
    """The month in a few sentences."""
    count, said = found.counted.incidents, [*_began(found)]
    if after := found.counted.after_deploy:
        said.append(
            "It began shortly after a deploy."
            if count == 1
            else f"{after} of {count} began shortly after a deploy."
        )
    return " ".join([*said, *_promised(found)])


def is_watched(found: Report) -> bool:
    """Whether anything is known of the month; without components nobody can say."""
    return not found.lines or any(
        each.uptime is not None and each.uptime.known for each in found.lines
    )


def _began(found: Report) -> Iterator[str]:
    count, down = found.counted.incidents, found.counted.down
    seen = is_watched(found)
    if not seen:
        yield "Nothing was watched, so nothing is known of it."
    if count:
        also = f", and something was down for {brief(down)} in all" if down else ""
        yield f"{_count(count, 'incident')} began{also}."
    elif down:
        yield f"No incident began; one from before was down for {brief(down)}."
    elif seen:
        whole = all(each.uptime and each.uptime.unknown < _MINUTE for each in found.lines)
        yield f"No incident began{'' if whole else ' in the time that was watched'}."


def _promised(found: Report) -> Iterator[str]:
    broken = [each for each in found.standings if not is_kept(each)]
    if broken:
        names = ", ".join(f"{text(e.name)} ({text(e.objective.written)})" for e in broken)
        yield f"What was promised is not kept: {names}."
        return
    if not found.standings or not is_watched(found):
        return
    if not any(each.known for each in found.standings):
        yield "Whether what was promised is kept is not known."
        return
    part = [f"{text(e.name)}: {known(e)}" for e in found.standings if not is_whole(e)]
    far = f", as far as is known ({'; '.join(part)})" if part else ""
    yield f"What was promised is kept{far}."


def _components(found: Report) -> list[str]:
    rows = [
        (text(each.name), percent(each), percent_before(each), down(each),
         str(each.incidents or ""), planned(each), unknown(each))
        for each in found.lines
    ]  # fmt: skip
    head = ("Component", "Up", "Before", "Down", "Incidents", "Planned", "Unknown")
    return table(head, rows) if rows else []


def percent(line: Line) -> str:
    if line.share is None:
        return "not watched"
    return f"{line.share * 100:.{0 if line.share == 1 else line.digits}f} %"


def percent_before(line: Line) -> str:
    if line.share_before is None:
        return ""
    return f"{line.share_before * 100:.{0 if line.share_before == 1 else max(line.digits, 2)}f} %"


def down(line: Line) -> str:
    return brief(line.uptime.down) if line.uptime and line.uptime.down else ""


def planned(line: Line) -> str:
    return brief(line.uptime.planned) if line.uptime and line.uptime.planned else ""


def unknown(line: Line) -> str:
    known = line.uptime
    return brief(known.unknown) if known and known.unknown >= _MINUTE else ""


def _objectives(found: Report) -> list[str]:
    rows = [
        (text(each.name), f"{text(each.objective.written)}, {within(each)}", spent(each),
         left(each), kept(each), known(each))
        for each in found.standings
    ]  # fmt: skip
    head = ("Component", "Promised", "Down", "Left", "Kept", "Known")
    return table(head, rows) if rows else []


def spent(standing: Standing) -> str:
    """`23 minutes of 15 minutes`."""
    much = brief(standing.spent) if standing.spent else "nothing"
    return f"{much} of {brief(standing.allowed)}"


def within(standing: Standing) -> str:
    """From which day to which, in the zone of the objective."""
    zone = standing.objective.zone
    since = standing.window.since_at.astimezone(zone)
    until = (standing.window.until_at - timedelta(microseconds=1)).astimezone(zone)
    return f"{since:%Y-%m-%d} to {until:%Y-%m-%d}"


def left(standing: Standing) -> str:
    amount = brief(standing.left)
    return amount if standing.left >= _NONE else f"−{amount}"


def is_kept(standing: Standing) -> bool:
    return standing.left >= _NONE


def kept(standing: Standing) -> str:
    """No claim beyond what is known."""
    if not is_kept(standing):
        return "no"
    return "yes" if standing.known else "not known"


def is_whole(standing: Standing) -> bool:
    """Whether all that is over of the window was watched."""
    return standing.known >= standing.budget.passed * _NEARLY


def known(standing: Standing) -> str:
    """How much of the window is known, as far as it is over: `3 minutes of 365 days`."""
    if is_whole(standing):
        return "all of it"
    much = brief(standing.known) if standing.known else "nothing"
    passed = round(standing.budget.passed / _SECOND) * _SECOND  # the last instant is missing
    return f"{much} of {brief(passed)}"


def _stories(found: Report) -> list[str]:
    rows = [
        (story.name, f"{story.began_at:%Y-%m-%d %H:%M:%S}", lasted(story), text(story.headline),
         ", ".join(map(text, story.components)),
         f"{story.user_minutes:,}" if story.user_minutes is not None else "")
        for story in found.stories
    ]  # fmt: skip
    head = ("#", "Began, UTC", "Lasted", "What people read", "Concerned", "User-minutes")
    return table(head, rows) if rows else ["None."]


def lasted(story: Story) -> str:
    return brief(story.ended_at - story.began_at) if story.ended_at else "still open"


def _soon(found: Report) -> list[str]:
    if not found.counted.incidents:
        return []
    return table(("Until it was", "Median", "Longest", "Median, month before"), soon(found))


def soon(found: Report) -> list[tuple[str, str, str, str]]:
    """Since the first failing run; nothing is said of what is not known."""
    now, before = found.counted, found.counted_before
    named = (
        ("noticed, at least", now.detect, before.detect),
        ("noticed, at most", now.detect_most, before.detect_most),
        ("told", now.tell, before.tell),
        ("acknowledged", now.acknowledge, before.acknowledge),
        ("over", now.recover, before.recover),
    )
    return [(name, _median(of), _worst(of), _median(was)) for name, of, was in named]


def _median(of: Took | None) -> str:
    return brief(of.median) if of else ""


def _worst(of: Took | None) -> str:
    return brief(of.worst) if of else ""


def _fast(found: Report) -> list[str]:
    rows = [
        (text(each.name), *speeds(each.speed), *speeds(each.speed_before))
        for each in found.lines
        if each.speed or each.speed_before
    ]
    head = ("Component", "Half within", "95 % within", "Half, month before", "95 %, month before")
    return table(head, rows) if rows else []


def speeds(of: Speed | None) -> tuple[str, str]:
    return (took(of.p50), took(of.p95)) if of else ("", "")


def took(length: timedelta) -> str:
    ms = length / _MS
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def _deploys(found: Report) -> list[str]:
    if not found.deploys:
        return []
    rows = [(text(service), str(count)) for service, count in by_service(found)]
    return table(("Service", "Deploys"), rows)


def by_service(found: Report) -> list[tuple[str, int]]:
    """The most often deployed first."""
    return Counter(each.service for each in found.deploys).most_common()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
