"""What was seen and fetched, quoted in a post-mortem, and where there is more. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.reasons import told_once
from monitor.reports.account import Account, Seen
from monitor.reports.markdown import code, text
from monitor.store.captures import Kept
from monitor.store.excerpt import excerpt

QUOTED_LINES: Final = 40
QUOTED_MOST: Final = 6_000


def section(found: Account) -> list[str]:
    """Nothing where there is no evidence."""
    many = len(found.seen) > 1
    lines: list[str] = []
    for seen in found.seen:
        lines += _of(seen, many=many)
    return lines[1:] if lines and not lines[0] else lines


def _of(seen: Seen, *, many: bool) -> Iterator[str]:
    known = seen.known
    if known.own:
        return
    whose = f" of {text(known.probe)}" if many else ""
    step = f", at the step “{text(known.failed_step)}”" if known.failed_step else ""
    why = ": ".join(part for part in told_once(known.reason, known.summary) if part)
    said = text(why) or "it failed"
    yield ""
    yield f"The run{whose} that decided saw{step}: {said}."
    notice = seen.notice
    if notice is not None and notice.excerpt:
        yield from ("", "What was answered:", "", *code(_cut(notice.excerpt)))
    if notice is not None and notice.trace:
        yield from ("", f"The trace of the target: <{notice.trace}>")
    if seen.kept:
        runs = f"{len(seen.kept)} run{'' if len(seen.kept) == 1 else 's'}"
        yield from ("", f"More is kept of {runs}: `trueup evidence {known.number}` shows it.")
    for capture in seen.captures:
        yield from _fetched(capture, known.number)


def _fetched(capture: Kept, number: int) -> Iterator[str]:
    fetched = capture.fetched
    if not fetched.lines:
        return
    dropped = (
        f", and {fetched.dropped:,} more for which there was no room" if fetched.dropped else ""
    )
    lines = f"{fetched.lines:,} line{'' if fetched.lines == 1 else 's'}"
    title = f"{text(capture.name)}, fetched when it opened ({lines}{dropped})"
    if not fetched.text:
        yield from ("", f"{title}: it is not kept any more.")
        return
    quoted = _telling(fetched.text)
    yield from ("", f"{title}:", "", *code(quoted))
    if quoted != fetched.text:
        yield from ("", f"The rest of it: `trueup evidence {number}`.")


def _cut(words: str) -> str:
    lines = words[:QUOTED_MOST].splitlines()
    kept = "\n".join(lines[:QUOTED_LINES])
    return words if len(lines) <= QUOTED_LINES and len(words) <= QUOTED_MOST else kept


def _telling(words: str) -> str:
    """All of a log, or those lines that say what is wrong."""
    lines = excerpt(words.split("\n"), QUOTED_LINES)
    while len(lines) > 1 and sum(map(len, lines)) + len(lines) > QUOTED_MOST:
        lines = excerpt(lines, len(lines) - 1)
    return "\n".join(lines)
