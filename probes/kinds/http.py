"""Asks a web address once, follows where it leads, and compares the answer with expectations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from probes.excerpt import excerpt
from probes.expect import Expect, Failing, Hidden, Seen, Shape, judge, millis, one_line
from probes.expect.learning import taught
from probes.http_settings import BODY_LIMIT, HttpSettings, complete, secrets_of
from probes.kind import Kind
from probes.result import Outcome, Reason, Result
from probes.tools import FIRST, Tools
from probes.traits import UNTOLD, Trait
from probes.wire import Answered, Question, Trail, WireError, inflate
from probes.wire.trail import trouble_in_words

_IN_A_ROW: Final = 50
"""Questions that are written at one go: about two milliseconds."""
_BIG: Final = 64 * 1024
"""Bytes of JSON above which judging is done beside the event loop, so that nobody waits for it."""
_SUMMARY: Final = 500
_FAMILIES: Final = ("IPv4", "IPv6")
_BETTER_FIRST: Final = (Outcome.PASS, Outcome.SLOW, Outcome.FAIL)


async def run(settings: HttpSettings, tools: Tools) -> Result:
    """One try. Raises OSError when this machine, not the target, is in trouble."""
    if settings.ip == "both":
        return await _over_both(settings, tools)
    return await _ask(settings, settings.questions[0], tools)


async def _over_both(settings: HttpSettings, tools: Tools) -> Result:
    """At the same time; the worse outcome counts, and of two alike the slower one."""
    asking = [asyncio.create_task(_ask(settings, each, tools)) for each in settings.questions]
    try:
        found = await asyncio.gather(*asking)
    finally:
        for each in asking:
            each.cancel()
        await asyncio.wait(asking)
    named = sorted(zip(found, _FAMILIES, strict=True), key=_badness)
    said = "; ".join(f"over {name}: {result.summary}" for result, name in reversed(named))
    return replace(named[-1][0], summary=_short(said))


def _badness(named: tuple[Result, str]) -> tuple[int, timedelta]:
    return _BETTER_FIRST.index(named[0].outcome), named[0].took


async def _ask(settings: HttpSettings, question: Question, tools: Tools) -> Result:
    attempt = tools.attempt if settings.traced else FIRST
    trail = Trail(tools.transport, settings.timeout, tools.monotonic, attempt)
    expect = settings.expect
    try:
        answered = await trail.follow(question, settings.hops, expect.status_is_met)
        seen = _see(answered, trail)
    except WireError as error:
        said = trouble_in_words(error, settings.timeout, trail)
        return _failed(trail, [Failing(error.reason, said)], Hidden(secrets_of(settings)))
    if expect.reads_json and len(seen.content) > _BIG:
        failings = await _judge_beside(expect, seen, settings.timeout - seen.took)
    else:
        failings = judge(expect, seen)
    facts = trail.facts(len(seen.content), _traits(settings, seen, trail, tools))
    if failings:
        result = replace(_fallen_short(settings, trail, seen, failings), facts=facts)
    else:
        result = Result(
            outcome=Outcome.PASS,
            took=seen.took,
            summary=f"status {seen.status} in {millis(seen.took)}",
            phases=trail.phases,
            facts=facts,
            trace_id=trail.trace_id,
        )
    if (expect.learns or expect.counted) and not _is_bad(result):
        return await _taught(settings, seen, result)
    return result


def _traits(settings: HttpSettings, seen: Seen, trail: Trail, tools: Tools) -> Mapping[Trait, str]:
    """Only of an answer that was wanted: what stands before a service that is down tells nothing
    of it.
    """
    if not settings.expect.status_is_met(seen.status):
        return UNTOLD
    last = trail.last
    leaf = last.tls.shown[0] if last.tls and last.tls.shown else b""
    address = "" if settings.proxy else last.address
    return settings.fingerprint.read(
        seen.fields, seen.content, leaf, address, lambda: secrets_of(settings), tools.monotonic()
    )


async def _taught(settings: HttpSettings, seen: Seen, result: Result) -> Result:
    """With what a good answer teaches. A large one is looked through beside the event loop, as long
    as there is time.
    """
    try:
        if len(seen.content) <= _BIG:
            shape, counts = taught(settings.expect, seen)
        else:
            async with asyncio.timeout((settings.timeout - seen.took).total_seconds()):
                shape, counts = await settings.lessons.give(partial(taught, settings.expect, seen))
    except (TimeoutError, ValueError, RecursionError):
        return result
    if shape and _tells(shape, Hidden(secrets_of(settings))):
        shape = None
    return replace(result, facts=replace(result.facts, shape=shape, counts=counts))


def _tells(shape: Shape, hidden: Hidden) -> bool:
    """Whether one of its keys is a secret: it is to be written to a file."""
    return any(hidden.text(path) != path for path in shape.fields)


def _see(answered: Answered, trail: Trail) -> Seen:
    coding = answered.joined(b"content-encoding")
    content = inflate(answered.body, coding, BODY_LIMIT) if coding else answered.body
    return Seen(answered.status, answered.headers, content, trail.took, trail.certificate_left)


async def _judge_beside(expect: Expect, seen: Seen, left: timedelta) -> list[Failing]:
    try:
        async with asyncio.timeout(left.total_seconds()):
            return await asyncio.to_thread(judge, expect, seen)
    except TimeoutError:
        return [Failing(Reason.TIMEOUT, "the JSON of the answer took too long to look through")]


def _fallen_short(
    settings: HttpSettings, trail: Trail, seen: Seen, failings: list[Failing]
) -> Result:
    hidden = Hidden(secrets_of(settings))
    result = _failed(trail, hidden.failings(settings.expect, seen, failings), hidden)
    return replace(result, excerpt=_excerpt(seen, hidden)) if _is_bad(result) else result


def _failed(trail: Trail, failings: list[Failing], hidden: Hidden) -> Result:
    said = hidden.text(one_line("; ".join(each.said for each in failings)))
    return Result(
        outcome=Outcome.SLOW if all(each.slow for each in failings) else Outcome.FAIL,
        reason=failings[0].reason,
        summary=_short(said),
        took=trail.took,
        phases=trail.phases,
        facts=trail.facts(),
        trace_id=trail.trace_id,
    )


def _short(said: str) -> str:
    return said if len(said) <= _SUMMARY else f"{said[: _SUMMARY - 1]}…"


def _is_bad(result: Result) -> bool:
    return result.outcome is Outcome.FAIL


def _excerpt(seen: Seen, hidden: Hidden) -> str:
    """Hidden twice: what markup tore apart is whole again in the words of a page."""
    return hidden.text(excerpt(hidden.text(seen.text)))


async def prepare(every: Sequence[HttpSettings], tools: Tools) -> None:
    """Writes the questions, and loads what it takes to ask them."""
    questions: list[Question] = []
    for number, settings in enumerate(every):
        if number % _IN_A_ROW == 0:
            await asyncio.sleep(0)
        questions += settings.questions
    await tools.transport.prepare(questions)


KIND: Final = Kind("http", HttpSettings, run, complete=complete, prepare=prepare)
