"""Which lines could show a fault, the best first. Whether they do is tried afterwards. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Final

from monitor.blindspots.answers import Answer
from monitor.blindspots.lines import Line
from probes.expect.selector import Selector
from probes.injection import Fault
from probes.settings import write_duration

_MOST: Final = 12
_WITHIN: Final = tuple(
    timedelta(milliseconds=each)
    for each in (
        *(500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500),
        *(10_000, 15_000, 20_000, 30_000, 45_000, 60_000),
    )
)
"""Each less than 5/3 of the one before: where three times as long is, five times is beyond."""
_ENVIRONMENTS: Final = ("production", "staging", "practice", "test", "development")
Propose = Callable[[Answer, Fault], Iterator[Line]]


def candidates(answer: Answer, fault: Fault) -> Iterator[Line]:
    """For that fault, then whatever of the answer itself is gone under it; a dozen at most."""
    found = (*_OWN.get(fault.name, _nothing)(answer, fault), *_lost(answer, fault))
    yield from islice((line for line in dict.fromkeys(found) if line.writable), _MOST)


SENTENCES: Final[Mapping[str, str]] = {
    "slow": "No expect.within shows it: one that leaves room for ordinary days is not reached.",
    "stale": "One answer alone does not show its age: a journey that writes something and reads it"
    " again does.",
    "cookies-dropped": "Whoever needs the cookie notices: a journey that signs in.",
    "writes-500": "Only a journey that sends something notices.",
    "empty-lists": "Its lists look as if they may be empty on a good day. For one that may not:"
    ' expect.json."$.path.of.it[*]".count_min = 1.',
    "empty-tables": "Let it look for a record that must be there: expect_text or expect_locator of"
    " a login, a step of a journey, expect.contains of an HTTP probe.",
    "assets-missing": "A probe of the script or style sheet itself notices.",
}
"""What is said where no line helps."""
NO_LINE: Final = "No line that was tried shows it; a journey through what people do there may."


def _nothing(_: Answer, __: Fault) -> Iterator[Line]:
    yield from ()


def _slow(answer: Answer, _: Fault) -> Iterator[Line]:
    """Three times as long as the slowest that is known, or nothing: a tighter one would not last
    any longer than the machine is idle.
    """
    for within in [each for each in _WITHIN if each >= 3 * answer.slowest][:1]:
        yield Line(("expect", "within"), write_duration(within))


def _certificate(_: Answer, __: Fault) -> Iterator[Line]:
    yield Line(("expect", "certificate_valid_for"), "14d")


def _environment(answer: Answer, _: Fault) -> Iterator[Line]:
    for name in dict.fromkeys((answer.environment, *_ENVIRONMENTS)):
        if name:
            yield Line(("expect", "environment"), name)


def _lists(answer: Answer, _: Fault) -> Iterator[Line]:
    for path, count in answer.lists():
        yield Line(("expect", "json", path, "count_min"), max(1, count // 2))


def _field(answer: Answer, fault: Fault) -> Iterator[Line]:
    """The one field; all of them are for `shape`."""
    if not fault.at or answer.document is None:
        return
    try:
        values = list(Selector(fault.at).select(answer.document))
    except (ValueError, RecursionError):  # a name with signs in it that no JSONPath can hold
        yield SHAPE
        return
    if kind := answer.type_at(values):
        yield Line(("expect", "json", fault.at, "type"), kind)
    yield Line(("expect", "json", fault.at, "count_min"), max(1, len(values) // 2))
    yield SHAPE


def _cookies(answer: Answer, _: Fault) -> Iterator[Line]:
    for name in answer.cookies():
        yield Line(("expect", "header", "Set-Cookie", "contains"), name)


def _status(answer: Answer, _: Fault) -> Iterator[Line]:
    yield Line(("expect", "status"), answer.given.status)


SHAPE: Final = Line(("expect", "shape"), "learn")
_OWN: Final[Mapping[str, Propose]] = {
    "slow": _slow,
    "certificate-ending": _certificate,
    "wrong-environment": _environment,
    "empty-lists": _lists,
    "field-renamed": _field,
    "field-removed": _field,
    "cookies-dropped": _cookies,
    "status-500": _status,
    "writes-500": _status,
    "link-lost": _status,
    "upload-refused": _status,
}


def _lost(answer: Answer, fault: Fault) -> Iterator[Line]:
    """A sentence of the page that is gone, or what a JSON document is."""
    broken = answer.broken(fault)
    if broken is None:
        return
    if answer.document is not None:
        kind = answer.type_at([answer.document])
        yield Line(("expect", "json", "$", "type"), kind)
        yield SHAPE
        return
    text = broken.body.decode("utf-8", "replace")
    for each in answer.texts():
        if each not in text:
            yield Line(("expect", "contains"), each)
