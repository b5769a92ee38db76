"""A month as one page to print: it needs no other file, and looks as the status page does."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from monitor.reports import monthly_text as words
from monitor.reports.markdown import brief
from monitor.reports.monthly import Line, Report
from status_page import Look
from status_page.index import bars
from status_page.index.days import SHOWN
from status_page.looks import inline, style

_NAME: Final = "report.html"
_KEPT: Final = {"yes": "Kept", "no": "Not kept", "not known": "Not known"}
_TONES: Final = {"yes": "up", "no": "down", "not known": "gap"}


def page(found: Report, look: Look) -> str:
    """A whole document, in the light colours of *look*; nothing in it is fetched."""
    return _template().render(
        report=found,
        month=words.month_of(found),
        subtitle=words.subtitle(found),
        opening=_plain(words.opening(found)),
        groups=_groups(found),
        objectives=[_objective(each) for each in found.standings],
        stories=found.stories,
        soon=words.soon(found) if found.counted.incidents else [],
        services=words.by_service(found),
        foot=words.FOOT,
        words=words,
        style=Markup(inline(style(look))),  # noqa: S704 - our own, and what an operator configured
        brief=brief,
    )


def _plain(markdown: str) -> str:
    return markdown.replace("\\", "")


def _groups(found: Report) -> list[tuple[str, list[dict[str, Any]]]]:
    """Headings with their components, in the order of the page."""
    broken = {each.objective.component for each in found.standings if not words.is_kept(each)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in found.lines:
        groups.setdefault(line.group, []).append(_row(line, broken=line.id in broken))
    return list(groups.items())


def _row(line: Line, *, broken: bool) -> dict[str, Any]:
    drawn = bars.marks(line.bars)
    facts = [
        ("down", words.down(line)),
        ("incidents", str(line.incidents) if line.incidents else ""),
        ("planned", words.planned(line)),
        ("unknown", words.unknown(line)),
        ("month before", words.percent_before(line)),
    ]
    half, most = words.speeds(line.speed)
    was_half, was_most = words.speeds(line.speed_before)
    return {
        "name": line.name,
        "percent": words.percent(line),
        "tone": "down" if broken else _tone(line),
        "paths": Markup(bars.paths(drawn)),  # noqa: S704 - drawn of letters of our own
        "from": SHOWN - len(drawn),
        "days": len(drawn),
        "facts": [(name, value) for name, value in facts if value],
        "speed": (half, most, was_half, was_most) if half or was_half else None,
    }


def _tone(line: Line) -> str:
    if line.share is None:
        return "gap"
    return "up" if line.share == 1 else "ink"


def _objective(standing: Any) -> dict[str, Any]:
    allowed, spent = standing.allowed, standing.spent
    used = min(spent / allowed, 1.0) if allowed else float(bool(spent))
    return {
        "name": standing.name,
        "written": standing.objective.written,
        "within": words.within(standing),
        "broken": not words.is_kept(standing),
        "kept": _KEPT[words.kept(standing)],
        "tone": _TONES[words.kept(standing)],
        "known": words.known(standing),
        "allowed": brief(allowed),
        "spent": brief(spent) if spent else "nothing",
        "left": words.left(standing),
        "used": round(used * 100, 1),
    }


@cache
def _template() -> Template:
    text = resources.files(__package__).joinpath("templates", _NAME).read_text("utf-8")
    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return made.from_string(text)
