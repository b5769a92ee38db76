"""Holding an answer against what was expected. Pure: told what was seen, and how long it took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import httpx

from probes.expect.document import parse
from probes.expect.settings import Expect, HeaderExpectation
from probes.expect.words import millis, quote
from probes.result import Reason
from probes.settings import write_duration

_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_TEXTUAL: Final = re.compile(
    r"utf|ascii|us-ascii|iso-?8859|latin|windows-125|cp125|shift_jis|euc-|gb|big5|koi8",
    re.IGNORECASE,
)


_ABOUT_TEXT: Final = {Reason.TEXT_MISSING, Reason.PATTERN, Reason.NOT_JSON}


@dataclass(frozen=True, slots=True)
class Failing:
    """One thing that was expected otherwise. `slow` ones degrade and do not fail."""

    reason: Reason
    said: str
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer. `content` is decoded, `took` counts until its last byte."""

    status: int
    headers: httpx.Headers
    content: bytes
    took: timedelta
    certificate_left: timedelta | None = None
    charset: str = ""
    """Of `content`; what its header says when empty."""

    @property
    def text(self) -> str:
        """What cannot be read is replaced."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        charset = named[1] if named and _TEXTUAL.match(named[1]) else "utf-8"
        charset = self.charset or charset
        try:
            return self.content.decode(charset, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")


def judge(expect: Expect, seen: Seen) -> list[Failing]:
    """Everything that is wrong, the most important first. The answer is quoted once."""
    found = [
        *_status(expect, seen),
        *_headers(expect, seen),
        *_texts(expect, seen),
        *_json(expect, seen),
        *_slow(expect, seen),
    ]
    for index, failing in enumerate(found):
        if failing.reason in _ABOUT_TEXT:
            begins = f"begins {quote(seen.text)}" if seen.content else "is empty"
            found[index] = replace(failing, said=f"{failing.said}; the answer {begins}")
            break
    return found


def _status(expect: Expect, seen: Seen) -> Iterator[Failing]:
    if not expect.status_is_met(seen.status):
        wanted = " or ".join(expect.status)
        yield Failing(Reason.STATUS, f"status {seen.status}, expected {wanted}")


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
    if not expect.reads_json:
        return
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
