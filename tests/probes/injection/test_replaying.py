"""One ordinary run, and what it would have been with a fault in it: against servers that are
really broken that way.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from probes import KINDS, Outcome, Reason, Result
from probes.injection import BY_NAME, Fault, mutants
from probes.injection.replaying import NotRecorded, Recorder, Replayer
from probes.wire import Wire
from tests.support.targets import Certificates, Target, answering, hold, ok, read_request, target
from tests.support.tools import borrowed_tools, settings_of

FILES = json.dumps({"account": {"name": "Ada"}, "items": [{"name": "a.txt"}, {"name": "b"}]})
GOOD = ok(FILES.encode(), "Content-Type: application/json", "X-Environment: production")
EXPECT = {"json": {"$.items[*].name": {"count_min": 2}}, "within": "800ms"}


def page(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    return ok(body, "Content-Type: text/html", *headers, status=status)


class Replays:
    """One ordinary run, which is replayed as often as one likes."""

    def __init__(self, url: str, **keys: Any) -> None:
        self._settings = settings_of(KINDS["http"], {"timeout": "2s", "url": url} | keys)
        self.recorder: Recorder
        self.touched = 0
        self.added = timedelta()

    async def record(self) -> Result:
        async with borrowed_tools() as tools:
            assert isinstance(tools.transport, Wire)
            self.recorder = Recorder(tools.transport)
            lent = replace(tools, transport=self.recorder)
            result: Result = await KINDS["http"].run(self._settings, lent)
            return result

    async def under(self, fault: str | Fault) -> Result:
        known = BY_NAME[fault] if isinstance(fault, str) else fault
        replayer = Replayer(self.recorder.recorded, known)
        async with borrowed_tools() as tools:
            lent = replace(tools, transport=replayer, monotonic=replayer.monotonic)
            result: Result = await KINDS["http"].run(self._settings, lent)
        self.touched, self.added = replayer.touched, replayer.added
        return result


async def recorded(url: str, **keys: Any) -> Replays:
    replays = Replays(url, **keys)
    result = await replays.record()
    assert result.outcome is Outcome.PASS, result.summary
    return replays


async def of_good(**keys: Any) -> Replays:
    with answering(GOOD) as there:
        return await recorded(there.url, **({"expect": EXPECT} | keys))


def really(script: Any) -> Any:
    return answering(script) if isinstance(script, bytes) else target(script)


def slowly(connection: socket.socket) -> None:
    read_request(connection)
    time.sleep(0.9)
    connection.sendall(GOOD)


def never(connection: socket.socket) -> None:
    read_request(connection)
    hold(connection)


BROKEN = {
    "status-500": page(b"<h1>Internal Server Error</h1>", "500 Internal Server Error"),
    "timeout": never,
    "empty-body": ok(b"", "Content-Type: application/json"),
    "another-page": page(b"<h1>Welcome to nginx</h1>"),
    "sign-in-page": page(b"<form><input type=password></form>"),
    "truncated": ok(FILES[: len(FILES) // 2].encode(), "Content-Type: application/json"),
    "empty-lists": ok(b'{"account": {"name": "Ada"}, "items": []}'),
    "field-renamed": ok(FILES.replace("items", "entries").encode()),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_foretold_is_what_happens(name: str) -> None:
    replays = await of_good(timeout="500ms", expect=EXPECT | {"within": "400ms"})
    foretold = await replays.under(name)
    with really(BROKEN[name]) as there:
        happened = await Replays(
            there.url, timeout="500ms", expect=EXPECT | {"within": "400ms"}
        ).record()

    assert (foretold.outcome, foretold.reason) == (happened.outcome, happened.reason)
    assert foretold.outcome is Outcome.FAIL
    assert replays.touched == 1


async def test_a_refused_connection_is_foretold_word_for_word() -> None:
    with answering(GOOD) as there:
        replays = await recorded(there.url)
    foretold, happened = await replays.under("refused"), await Replays(there.url).record()
    assert foretold.reason is happened.reason is Reason.CONNECT_REFUSED
    assert (foretold.summary, foretold.facts.address) == (happened.summary, happened.facts.address)


async def test_slowness_is_foretold_without_waiting_for_it() -> None:
    def leisurely(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(0.18)
        connection.sendall(GOOD)

    with target(leisurely) as there:
        replays = await recorded(there.url, expect=EXPECT)
        began = time.monotonic()
        foretold = await replays.under("slow")
        assert time.monotonic() - began < 0.5
    with target(slowly) as there:
        happened = await Replays(there.url, expect=EXPECT).record()
    assert foretold.outcome is happened.outcome is Outcome.SLOW
    assert foretold.reason is happened.reason is Reason.TOO_SLOW
    assert foretold.took >= timedelta(seconds=0.9)


async def test_five_times_as_slow_can_be_too_late() -> None:
    def late(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(0.12)
        connection.sendall(GOOD)

    with target(late) as there:
        replays = await recorded(there.url, timeout="500ms")
    found = await replays.under("slow")
    assert (found.outcome, found.reason) == (Outcome.FAIL, Reason.ANSWER_TIMEOUT)
    assert found.took == timedelta(seconds=0.5)
    assert "did not answer within 500ms" in found.summary


async def test_a_time_out_is_foretold_at_once_and_as_long_as_it_would_be() -> None:
    replays = await of_good(timeout="20s")
    began = time.monotonic()
    found = await replays.under("timeout")
    assert time.monotonic() - began < 5
    assert found.reason is Reason.ANSWER_TIMEOUT
    assert found.took == timedelta(seconds=20)
    assert list(found.phases) == ["connect", "wait"]


async def test_a_fault_that_does_not_meet_the_run_leaves_it_as_it_was() -> None:
    replays = await of_good()
    for name in ("writes-500", "empty-tables", "assets-missing", "link-lost", "cookies-dropped"):
        assert (await replays.under(name)).outcome is Outcome.PASS
        assert replays.touched == 0


async def test_what_nothing_is_expected_of_goes_unseen_though_it_was_touched() -> None:
    replays = await of_good()
    for name in ("wrong-environment", "stale"):
        assert (await replays.under(name)).outcome is Outcome.PASS
        assert replays.touched == 1


async def test_packed_answers_are_broken_and_handed_out_unpacked() -> None:
    packed = ok(gzip.compress(FILES.encode()), "Content-Encoding: gzip")
    with answering(packed) as there:
        replays = await recorded(there.url, expect=EXPECT)
    assert (await replays.under("empty-lists")).reason is Reason.JSON_COUNT
    assert (await replays.under("slow")).outcome is Outcome.PASS


async def test_each_field_is_broken_by_itself() -> None:
    replays = await of_good()
    given = replays.recorder.recorded[-1].given
    assert given is not None
    found = {
        each.at: (await replays.under(each)).outcome
        for each in mutants(BY_NAME["field-removed"], given)
    }
    assert found == {
        "$.account": Outcome.PASS,
        "$.items": Outcome.FAIL,
        "$.account.name": Outcome.PASS,
        "$.items[*].name": Outcome.FAIL,
    }


@pytest.fixture
def led_on() -> Any:
    def script(connection: socket.socket) -> None:
        if b"GET / " in read_request(connection):
            connection.sendall(ok(b"", "Location: /en/", status="302 Found"))
        else:
            time.sleep(0.1)
            connection.sendall(page(b"<h1>Hello</h1>"))

    with target(script) as there:
        yield there


async def test_every_request_on_the_way_is_met_and_takes_its_time(led_on: Target) -> None:
    replays = await recorded(led_on.url, expect={"contains": "Hello"})
    slow = await replays.under("slow")
    assert (slow.facts.redirects, replays.touched) == (1, 2)
    assert slow.took >= timedelta(seconds=0.5)
    assert timedelta(seconds=0.4) <= replays.added < slow.took
    lost = await replays.under("link-lost")
    assert (lost.reason, lost.facts.status) == (Reason.STATUS, 404)


async def test_where_an_ordinary_run_never_was_nobody_knows_what_is() -> None:
    def script(connection: socket.socket) -> None:
        answer = page(b"<h1>Hello</h1>", "200 OK", "Set-Cookie: a=b")
        connection.sendall(answer if read_request(connection) else b"")

    with target(script) as there, answering(GOOD) as other:
        replays = await recorded(there.url)
        elsewhere = await recorded(other.url)
    replays.recorder.recorded[:] = elsewhere.recorder.recorded
    with pytest.raises(NotRecorded, match="where the ordinary run was not"):
        await replays.under("slow")


async def test_a_certificate_ends_by_the_fault_alone(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    tls = {"ca": str(certificates.file)}
    wish = {"certificate_valid_for": "14d"}
    with answering(GOOD, certificates.good("127.0.0.1")) as there:
        replays = await recorded(there.url, tls=tls, expect=wish)
    foretold = await replays.under("certificate-ending")
    soon = certificates.good("127.0.0.1", left=timedelta(days=1))
    with answering(GOOD, soon) as there:
        happened = await Replays(there.url, tls=tls, expect=wish).record()
    assert foretold.outcome is happened.outcome is Outcome.SLOW
    assert foretold.reason is happened.reason is Reason.CERTIFICATE_EXPIRES_SOON


async def test_nothing_secret_is_written_out_with_what_was_recorded() -> None:
    replays = await of_good(headers={"X-Token": "hush-hush"})
    assert "hush" not in f"{replays.recorder!r}{replays.recorder.recorded!r}"
