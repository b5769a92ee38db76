"""Names: many at once hold up nobody, and whoever leaves leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pycares
import pytest

from probes.wire import WireError
from probes.wire.resolve import Lookup
from tests.support.nameserver import (
    Question,
    address,
    nameserver,
    says,
    silent,
    zone,
)
from tests.support.resolving import (
    ON_BOTH_LOOPS,
    PATIENCE,
    WEB_IS,
    asking,
    on,
    open_files,
    resolving,
    told,
)
from tests.support.waiting import until_async


async def test_one_question_serves_many_and_one_who_leaves_takes_nobody_along() -> None:
    may_answer = threading.Event()

    def script(question: Question) -> bytes:
        may_answer.wait(PATIENCE)
        return says(question, [address("192.0.2.7", 0)])

    with nameserver(script) as there:
        async with resolving() as names:
            asked = [asyncio.create_task(names(asking(there, ip="4"))) for _ in range(10)]
            await until_async(lambda: there.asked, "the question")
            asked[0].cancel()
            await asyncio.wait(asked[:1])
            may_answer.set()
            assert await asyncio.gather(*asked[1:]) == [["192.0.2.7"]] * 9
    assert len(there.asked) == 1


async def test_everybody_who_waited_for_a_failure_has_an_error_of_their_own() -> None:
    with nameserver(zone({})) as there:
        async with resolving() as names:
            asked = [names(asking(there)) for _ in range(2)]
            one, other = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(one, WireError)
    assert one is not other


@ON_BOTH_LOOPS
def test_a_thousand_names_that_nobody_answers_hold_up_no_other(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    def half(question: Question) -> bytes | None:
        return None if question.name.startswith("slow") else says(question, WEB_IS[:1])

    async def main() -> None:
        async with resolving() as names:
            await names(asking(there, "first.example.org"))
            threads, files = threading.active_count(), open_files()
            slow = [
                asyncio.create_task(names(asking(where, f"slow{n}.example.org", "4")))
                for n in range(500)
                for where in (there, mute)
            ]
            await until_async(lambda: len(mute.asked) >= 500, "the questions")
            for n in range(10):
                await names(asking(there, f"quick{n}.example.org", "4"))
            assert not any(each.done() for each in slow), "none of them was waited for"
            assert threading.active_count() == threads
            assert open_files() < files + 10
            for each in slow:
                each.cancel()
            await asyncio.wait(slow)
            assert open_files() <= files

    with nameserver(half) as there, nameserver(silent) as mute:
        on(loop_factory, main())


async def test_what_nobody_waits_for_any_more_does_not_pile_up() -> None:
    """Somebody always waits, so that not everything can be let go of at once."""
    with nameserver(silent) as there:
        async with resolving(told(there.server)) as names:
            last: asyncio.Task[list[str]] | None = None
            for n in range(600):
                task = asyncio.create_task(names(Lookup(f"n{n}.example.org", "4")))
                await asyncio.sleep(0)
                if last is not None:
                    last.cancel()
                    await asyncio.wait([last])
                last = task
            assert len(pycares._handle_to_channel) < 300
            assert last
            last.cancel()
            await asyncio.wait([last])


async def test_whoever_waits_when_all_is_closed_is_told_that_it_is_ours() -> None:
    with nameserver(silent) as there:
        async with resolving() as names:
            asked = asyncio.create_task(names(asking(there)))
            await until_async(lambda: there.asked, "the question")
            await names.aclose()
            with pytest.raises(OSError, match="cancel"):
                await asked
