"""Names: whose trouble it is when there is no address."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from probes import Reason
from probes.wire import WireError
from probes.wire.resolve import Lookup
from tests.support.nameserver import (
    REFUSED,
    SERVFAIL,
    Question,
    Record,
    Script,
    nameserver,
    nobody,
    says,
    silent,
    zone,
)
from tests.support.resolving import BOTH, WEB, WEB_IS, asking, open_files, resolving, told, trouble


def garbage(_: Question) -> bytes:
    return b"\xff" * 40


def stranger(question: Question) -> bytes:
    return says(question, WEB_IS, number=question.id ^ 1)


def half_an_address(question: Question) -> bytes:
    return says(question, [Record(question.kind, b"\x7f")])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (lambda question: says(question, code=SERVFAIL), "failed"),
        (lambda question: says(question, code=REFUSED), "refused to answer"),
        (lambda question: says(question, code=4), "does not know such questions"),
        (half_an_address, "answered what makes no sense"),
    ],
)
async def test_a_resolver_that_does_not_do_its_work_is_named(script: Script, words: str) -> None:
    with nameserver(script) as there:
        async with resolving() as names:
            error = await trouble(names, asking(there))
    said = f"{WEB} could not be looked up: the resolver {there.server} {words}"
    assert (error.reason, str(error)) == (Reason.RESOLVER_FAILED, said)


async def test_nobody_at_the_resolvers_address_is_the_resolvers_failure() -> None:
    with nobody() as server:
        async with resolving(told(server)) as names:
            for lookup in (Lookup(WEB), Lookup(WEB, server=server)):
                error = await trouble(names, lookup)
                assert error.reason is Reason.RESOLVER_FAILED
                assert str(error).endswith("cannot be reached")


async def test_a_resolver_that_never_answers_has_failed() -> None:
    with nameserver(silent) as there:
        async with resolving(told(there.server, timeout=0.3, tries=1)) as names:
            error = await trouble(names, Lookup(WEB))
    assert error.reason is Reason.RESOLVER_FAILED
    assert str(error) == f"{WEB} could not be looked up: the machine's resolver did not answer"


@pytest.mark.parametrize("script", [stranger, garbage])
async def test_an_answer_to_another_question_is_none(script: Script) -> None:
    with nameserver(script) as there:
        async with resolving() as names:
            asked = asyncio.create_task(names(asking(there)))
            await asyncio.wait([asked], timeout=0.5)
            assert not asked.done() or isinstance(asked.exception(), WireError)
            asked.cancel()
            await asyncio.wait([asked])


@contextmanager
def no_more_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files() - 1, hard))
    held: list[socket.socket] = []
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(socket.socket())
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for each in held:
            each.close()


async def test_when_this_machine_runs_out_of_sockets_no_name_is_blamed() -> None:
    with nameserver(zone({WEB: WEB_IS})) as there:
        async with resolving(told(there.server)) as names:
            for lookup in (asking(there), Lookup(WEB)):
                with no_more_files(), pytest.raises(OSError, match="Too many open files"):
                    await names(lookup)
                assert set(await names(lookup)) == BOTH
