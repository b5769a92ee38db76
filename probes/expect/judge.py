"""Holding an answer against what was expected. Pure: told what was seen, and how long it took."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Final

import httpx

from probes.expect.document import parse
from probes.expect.environment import EnvironmentExpectation
from probes.expect.settings import Expect, HeaderExpectation
from probes.expect.words import millis, quote
from probes.result import Reason
from probes.settings import write_duration

_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_TEXTUAL: Final = re.compile(
    r"utf|ascii|us-ascii|iso-?8859|latin|windows-125|cp125|shift_jis|euc-|gb|big5|koi8",
    re.IGNORECASE,
)
_TYPE: Final = b"content-type"
_ABOUT_TEXT: Final = {Reason.TEXT_MISSING, Reason.PATTERN, Reason.NOT_JSON}


@dataclass(frozen=True, slots=True)
class Failing:
    """One thing that was expected otherwise. `slow` ones degrade and do not fail."""

    reason: Reason
    said: str
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer. `fields` are its headers as they came, `content` is decoded, `took` counts until
    the last byte.
    """

    status: int
    fields: Sequence[tuple[bytes, bytes]]
    content: bytes
    took: timedelta
    certificate_left: timedelta | None = None
    charset: str = ""
    """Of `content`; what its header says when empty."""

    @property
    def headers(self) -> httpx.Headers:
        """Found by their names in any case."""
        return httpx.Headers(list(self.fields))

    @property
    def text(self) -> str:
        """What cannot be read is replaced."""
        try:
            return self.content.decode(self.charset or _charset(self.fields), "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")


def _charset(fields: Sequence[tuple[bytes, bytes]]) -> str:
    for name, value in fields:
        if len(name) == len(_TYPE) and name.lower() == _TYPE:
            return _charset_named(value) if b"=" in value else "utf-8"
    return "utf-8"


@lru_cache(maxsize=256)
def _charset_named(value: bytes) -> str:
    named = _CHARSET.search(value.decode("latin-1"))
    return named[1] if named and _TEXTUAL.match(named[1]) else "utf-8"


def judge(expect: Expect, seen: Seen) -> list[Failing]:
    """Everything that is wrong, the most important first. The answer is quoted once."""
    found = [] if expect.status_is_met(seen.status) else [_status(expect, seen)]
    if expect.environment is not None:
        found += _environment(expect.environment, seen, silent=bool(found))
    if expect.header:
        found += _headers(expect, seen)
    found += _texts(expect, seen)
    if expect.reads_json:
        found += _json(expect, seen)
    if expect.within is not None or seen.certificate_left is not None:
        found += _slow(expect, seen)
    for index, failing in enumerate(found):
        if failing.reason in _ABOUT_TEXT:
            begins = f"begins {quote(seen.text)}" if seen.content else "is empty"
            found[index] = replace(failing, said=f"{failing.said}; the answer {begins}")
            break
    return found


def _status(expect: Expect, seen: Seen) -> Failing:
    wanted = " or ".join(expect.status)
    return Failing(Reason.STATUS, f"status {seen.status}, expected {wanted}")


def _environment(
    expected: EnvironmentExpectation, seen: Seen, *, silent: bool
) -> Iterator[Failing]:
    """With *silent*, an answer that failed otherwise need not say it."""
    said = expected.fault(seen.fields, seen.text)
    if said:
        yield Failing(Reason.WRONG_ENVIRONMENT, said)
    elif said is not None and not silent:
        said = f"the answer does not say which environment it is of, expected {expected.is_}"
        yield Failing(Reason.WRONG_ENVIRONMENT, said)


def _headers(expect: Expect, seen: Seen) -> Iterator[Failing]:
    for name, expected in expect.header.items():
        found = seen.headers.get(name)
        if found is None:
            yield Failing(Reason.HEADER, f"no header {name}, expected {_wish(expected)}")
        elif not _header_is_met(expected, found):
            said = f"header {name} is {quote(found)}, expected {_wish(expected)}"
            yield Failing(Reason.HEADER, said)


def _header_is_met(expected: HeaderExpectation, found: str) -> bool:
    return (
        (expected.equals is None or found == expected.equals)
        and (expected.contains is None or expected.contains in found)
        and (expected.pattern is None or expected.pattern.found_in(found))
    )


def _wish(expected: HeaderExpectation) -> str:
    said = []
    if expected.equals is not None:
        said.append(quote(expected.equals))
    if expected.contains is not None:
        said.append(f"something that contains {quote(expected.contains)}")
    if expected.pattern is not None:
        said.append(f"a match of {quote(str(expected.pattern))}")
    return " and ".join(said)


def _texts(expect: Expect, seen: Seen) -> Iterator[Failing]:
    wanted = expect.contains + expect.contains_all
    if not (wanted or expect.lacks or expect.pattern):
        return
    text = seen.text
    missing = [quote(part) for part in wanted if part not in text]
    if missing:
        yield Failing(Reason.TEXT_MISSING, f"{' and '.join(missing)} missing")
    present = [quote(part) for part in expect.lacks if part in text]
    if present:
        yield Failing(Reason.TEXT_PRESENT, f"{' and '.join(present)} found, expected not to be")
    if expect.pattern and not expect.pattern.found_in(text):
        yield Failing(Reason.PATTERN, f"nothing matches {quote(str(expect.pattern))}")


def _json(expect: Expect, seen: Seen) -> Iterator[Failing]:
    try:
        document = parse(seen.content)
    except ValueError:
        yield Failing(Reason.NOT_JSON, "not JSON")
        return
    for selector, expected in expect.json_.items():
        fault = expected.fault(selector, document)
        if fault:
            yield Failing(*fault)
    if expect.json_schema and (said := expect.json_schema.first_fault(document)):
        yield Failing(Reason.JSON_SCHEMA, f"the schema does not hold: {said}")
    pinned = expect.shape and expect.shape.shape
    if pinned and (faults := pinned.faults(document)):
        yield Failing(Reason.JSON_SHAPE, f"JSON: {'; '.join(faults)}")


def _slow(expect: Expect, seen: Seen) -> Iterator[Failing]:
    left, wanted = seen.certificate_left, expect.certificate_valid_for
    if wanted is not None and left is not None and left < wanted:
        said = f"the certificate is valid for {_days(left)} more, expected {write_duration(wanted)}"
        yield Failing(Reason.CERTIFICATE_EXPIRES_SOON, said, slow=True)
    if expect.within is not None and seen.took > expect.within:
        said = f"took {millis(seen.took)}, expected {write_duration(expect.within)}"
        yield Failing(Reason.TOO_SLOW, said, slow=True)


def _days(left: timedelta) -> str:
    return f"{left.days} days" if left.days != 1 else "1 day"
