"""A month as Markdown, and the words that other forms of it share. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

from monitor.objectives import Standing
from monitor.reports.markdown import brief, table, text
from monitor.reports.monthly import Line, Report, Story
from monitor.reports.pace import Speed
from monitor.reports.statistics import Took

_MINUTE: Final = timedelta(minutes=1)
_MS: Final = timedelta(milliseconds=1)
_NONE: Final = timedelta()


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
    count, down = found.counted.incidents, found.counted.down
    said = [f"{_count(count, 'incident')} began" if count else "No incident began"]
    said[0] += f", and something was down for {brief(down)} in all." if down else "."
    if after := found.counted.after_deploy:
        said.append(
            "It began shortly after a deploy."
            if count == 1
            else f"{after} of {count} began shortly after a deploy."
        )
    broken = [each for each in found.standings if not is_kept(each)]
    if broken:
        names = ", ".join(f"{text(e.name)} ({text(e.objective.written)})" for e in broken)
        said.append(f"What was promised is not kept: {names}.")
    elif found.standings:
        said.append("What was promised is kept.")
    return " ".join(said)


def _components(found: Report) -> list[str]:
    rows = [
        (text(each.name), percent(each), percent_before(each), down(each),
         str(each.incidents or ""), planned(each), unknown(each))
        for each in found.lines
    ]  # fmt: skip
    head = ("Component", "Availability", "Month before", "Down", "Incidents", "Planned", "Unknown")
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
        (text(each.name), text(each.objective.written), within(each), brief(each.allowed),
         brief(each.spent) if each.spent else "nothing", left(each), kept(each))
        for each in found.standings
    ]  # fmt: skip
    head = ("Component", "Promised", "Window", "May be down", "Was down", "Left", "Kept")
    return table(head, rows) if rows else []


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
    return "yes" if is_kept(standing) else "no"


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
