"""How a log hangs together, and the few lines of it that say what is wrong. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise, takewhile
from typing import Final

GAP: Final = "…"
CLOCK: Final = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:[ ]?(?:Z\b|UTC\b|[+-]\d\d:?\d\d\b))?"
WHEN: Final = rf"(?:\d{{4}}[-/]\d\d[-/]\d\d[T ,]{{1,2}}|[A-Z][a-z]{{2}} [ \d]\d )?{CLOCK}"
_GUTTER: Final = re.compile(
    rf"(?:\[[\w./-]{{1,200}}\] )?{WHEN} (?:[\w.-]{{1,100}} [\w./@-]{{1,100}}(?:\[\d+\])?: )?"
)
"""What the journal, syslog, Docker and Kubernetes put before every line of a program."""
_LOOKED_AT: Final = 400
_TRACEBACK: Final = "Traceback (most recent call last)"
_GOES_ON: Final = re.compile(
    r"During handling of the above exception|The above exception was the direct cause|Caused by: "
)
_TROUBLE: Final = re.compile(
    r"error|exception|traceback|critical|fatal|panic|fail|abort|refused|timed out|killed|cannot"
    r"|(?:status|code)[\"']?[=: ]{1,2}5\d\d|\" 5\d\d ",
    re.IGNORECASE,
)


def bare(line: str) -> str:
    """The beginning of it, without what was put before it by whatever carried it here: when, and
    from which program.
    """
    near = line[:_LOOKED_AT]
    found = _GUTTER.match(near)
    return near[found.end() :] if found else near


def is_indented(line: str) -> bool:
    """Whether it belongs to the line before it, as the frames of a traceback do."""
    if line[:1].isspace():
        return True
    near = line[:_LOOKED_AT]
    # One blank more than usual stands between the stamp and the word of many a program's own.
    return ("  " in near or "\t" in near) and bare(near).startswith(("  ", "\t"))


def is_traceback(line: str) -> bool:
    """Whether one begins there, as Python writes it: indented, but for its last line."""
    return _TRACEBACK in line and bare(line).startswith(_TRACEBACK)


def goes_on(line: str) -> bool:
    """Whether it says that another traceback belongs to the one before."""
    return _GOES_ON.match(bare(line)) is not None


def is_trouble(line: str) -> bool:
    return _TROUBLE.search(line[:_LOOKED_AT]) is not None


def excerpt(lines: Sequence[str], room: int) -> list[str]:
    """At most *room* of *lines*: those of the newest block that says that something is wrong, or
    else the last ones, with as much around them as there is room for. Then those of older blocks.
    """
    if len(lines) > room:
        lines = [line for line in lines if not _is_underline(line)]
    if len(lines) <= room:
        return list(lines)
    ends = frozenset(_ends(lines))
    end = _newest(lines, ends)
    first, last = _run(lines, end)
    kept = _kept(_by_weight(lines, ends, end, range(first, last + 1), room), room)
    said = list(_drawn(lines, kept))
    older = lines[: max(first - 1, 0)]
    if len(said) + 1 < room and any(is_trouble(line) for line in older if not is_gap(line)):
        return [*said, GAP, *excerpt(older, room - len(said) - 1)]
    return said


def is_gap(line: str) -> bool:
    return line == GAP or (line.startswith(f"{GAP} ") and line.endswith(f" more {GAP}"))


def _is_underline(line: str) -> bool:
    """It marks a part of the line above."""
    return not bare(line).strip(" ^~") and "^" in line


def _newest(lines: Sequence[str], ends: AbstractSet[int]) -> int:
    """The line that says what is wrong, where the newest block says it last."""
    for place in reversed(range(len(lines))):
        line = lines[place]
        if place in ends or (is_trouble(line) and not is_indented(line) and not is_gap(line)):
            return place
    return len(lines) - 1


def _ends(lines: Sequence[str]) -> Iterator[int]:
    """The last lines of tracebacks, with others of the same name that stand in for them below."""
    inside, name = False, ""
    for place, line in enumerate(lines):
        if is_traceback(line):
            inside, name = True, ""
        elif is_gap(line):
            inside, name = False, ""
        elif not is_indented(line):
            said = bare(line).partition(":")[0]
            inside, name = False, said if inside or said == name else ""
            if name:
                yield place


def _run(lines: Sequence[str], place: int) -> tuple[int, int]:
    """From where to where nothing is left out around it."""
    first = last = place
    while first > 0 and not is_gap(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and not is_gap(lines[last + 1]):
        last += 1
    return first, last


def _by_weight(
    lines: Sequence[str], ends: AbstractSet[int], end: int, run: range, room: int
) -> list[int]:
    """Its end, its beginning, what stands between, and what stands around: the nearest first."""
    begin = end
    while begin > run.start and _belongs(lines, begin, ends):
        begin -= 1
    below = list(takewhile(lambda place: is_indented(lines[place]), range(end + 1, run.stop)))
    within = range(end, begin - 1, -1)
    heads = [each for each in within if not is_indented(lines[each]) and is_trouble(lines[each])]
    near = range(max(run.start, end - room), min(run.stop, end + room + 1))
    around = sorted(near, key=lambda place: (abs(place - end), place))
    return list(dict.fromkeys([end, begin, *heads, *within, *below, *around]))


def _belongs(lines: Sequence[str], place: int, ends: AbstractSet[int]) -> bool:
    """Whether it belongs to the line before it."""
    line, before = lines[place], lines[place - 1]
    if is_indented(line) or goes_on(line) or goes_on(before) or place in ends:
        return True
    return is_traceback(line) and is_trouble(before) and not is_indented(before)


def _kept(by_weight: Iterable[int], room: int) -> list[int]:
    kept: list[int] = []
    for place in by_weight:
        wider = sorted([*kept, place])
        gaps = sum(after - before > 1 for before, after in pairwise(wider))
        if len(wider) + gaps <= room:
            kept = wider
    return kept


def _drawn(lines: Sequence[str], kept: Sequence[int]) -> Iterator[str]:
    for before, place in zip([kept[0], *kept], kept, strict=False):
        if place - before > 1:
            yield GAP
        yield lines[place]
