"""HTTP/2, asked of servers that speak it, and of those that do not."""

from __future__ import annotations

import asyncio
import errno
import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

from probes import Reason
from probes.wire.report import Place, Terms, WireError, report_of
from probes.wire.resolve import Lookup
from tests.support.borrowed import (
    NAME,
    ON_BOTH_LOOPS,
    LoopFactory,
    ask,
    borrow,
    speaking,
    trouble,
)
from tests.support.http2 import OK, Spoken, http2, offering
from tests.support.targets import Certificates, Target, answering, hold, ok, reset, target


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@ON_BOTH_LOOPS
def test_an_answer_over_http2_is_complete_and_timed(
    loop_factory: LoopFactory, certificates: Certificates
) -> None:
    heard: list[Spoken] = []

    def act(spoken: Spoken) -> None:
        heard.append(spoken)
        spoken.answer(b"welcome " * 10_000)

    async def asked(there: Target) -> httpx.Response:
        return await ask(there, certificates, body=b"two apples" * 20_000)

    with (
        speaking(act, certificates) as there,
        asyncio.Runner(loop_factory=loop_factory) as runner,
    ):
        response = runner.run(asked(there))

    report = report_of(response)
    assert response.read() == b"welcome " * 10_000
    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain")
    assert list(report.phases) == ["resolve", "connect", "tls", "send", "wait", "receive"]
    assert (report.http_version, report.status) == ("2", 200)
    assert report.address == f"127.0.0.1:{there.port}"
    assert 80_000 < report.received < 82_000
    assert report.tls
    assert (report.tls.version, len(report.tls.shown)) == ("TLSv1.3", 1)
    assert report.tls.certificate_left
    assert report.tls.certificate_left > timedelta(days=80)
    assert heard[0].headers[":path"] == "/basket?of=1"
    assert heard[0].headers[":authority"] == f"{NAME}:{there.port}"
    assert heard[0].body == b"two apples" * 20_000
    assert there.taken == 1


async def test_time_is_blamed_on_the_phase_that_took_it(certificates: Certificates) -> None:
    def act(spoken: Spoken) -> None:
        hold(spoken.connection)

    def begins(spoken: Spoken) -> None:
        spoken.h2.send_headers(1, OK)
        spoken.flush()
        hold(spoken.connection)

    for does, reason, last in (
        (act, Reason.ANSWER_TIMEOUT, "wait"),
        (begins, Reason.RECEIVE_TIMEOUT, "receive"),
    ):
        with speaking(does, certificates) as there:
            error = await trouble(there, certificates, seconds=0.3)
        assert error.reason is reason
        assert list(error.report.phases)[-1] == last
        assert error.report.phases[last] > timedelta(milliseconds=100)
        assert error.report.tls
    with target(hold) as there:
        there.scheme = "https"
        error = await trouble(there, certificates, seconds=0.2)
    assert error.reason is Reason.TLS_TIMEOUT


async def test_who_speaks_only_the_older_protocol_is_told_so(certificates: Certificates) -> None:
    said = "the server speaks HTTP/1.1 only, not HTTP/2"
    for protocols in (["http/1.1"], ["http/1.1", "h3"]):
        with answering(ok(), offering(certificates.good(NAME), *protocols)) as there:
            error = await trouble(there, certificates)
        assert (error.reason, str(error)) == (Reason.TLS_PROTOCOL, said)
        assert error.report.tls
        assert there.asked == []
    with answering(ok(), certificates.good(NAME)) as there:
        error = await trouble(there, certificates)
    assert (error.reason, str(error)) == (Reason.TLS_PROTOCOL, said)
    for context in (None, offering(certificates.good(NAME))):
        with target(answers_and_holds, context) as there:
            error = await trouble(there, certificates)
        assert (error.reason, str(error)) == (Reason.MALFORMED_ANSWER, said)


def answers_and_holds(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(ok(b"hello"))
    hold(connection)


async def test_an_answer_counts_before_all_of_the_question_was_taken(
    certificates: Certificates,
) -> None:
    def declines(connection: socket.socket) -> None:
        spoken = Spoken(connection, H2Connection(H2Configuration(client_side=False)))
        spoken.h2.initiate_connection()
        while not spoken.headers:
            for event in spoken.h2.receive_data(connection.recv(65536)):
                if isinstance(event, RequestReceived):
                    spoken.headers = {"status": "413"}
        spoken.answer(b"too much", [(":status", "413")])

    with target(declines, offering(certificates.good(NAME))) as there:
        response = await ask(there, certificates, body=b"x" * 1_000_000)
    assert (response.status_code, response.read()) == (413, b"too much")


async def test_a_question_that_nobody_takes_is_blamed_on_sending(
    certificates: Certificates,
) -> None:
    def ignores(connection: socket.socket) -> None:
        spoken = Spoken(connection, H2Connection(H2Configuration(client_side=False)))
        spoken.h2.initiate_connection()
        spoken.flush()
        hold(connection)

    with target(ignores, offering(certificates.good(NAME))) as there:
        error = await trouble(there, certificates, body=b"x" * 1_000_000, seconds=0.3)
    assert error.reason is Reason.SEND_TIMEOUT


async def test_without_encryption_http2_is_spoken_from_the_first_byte(
    certificates: Certificates,
) -> None:
    with target(http2(lambda spoken: spoken.answer(b"hello"))) as there:
        response = await ask(there, certificates)
    assert response.read() == b"hello"
    assert report_of(response).http_version == "2"
    assert "tls" not in report_of(response).phases


async def test_what_is_wrong_with_a_certificate_is_told_as_ever(
    certificates: Certificates,
) -> None:
    ended_at = datetime(2026, 3, 3, 2, 14, tzinfo=UTC)
    context = certificates.spanning(ended_at - timedelta(days=90), ended_at, NAME)
    with target(hold, offering(context)) as there:
        error = await trouble(there, certificates)
    assert error.reason is Reason.TLS_EXPIRED
    assert str(error) == "the certificate expired on 2026-03-03 at 02:14 UTC"
    assert error.report.tls
    assert error.report.tls.certificate_ends_at == ended_at
    with target(hold, offering(certificates.good("other.example.org"))) as there:
        error = await trouble(there, certificates)
    assert error.reason is Reason.TLS_WRONG_NAME


async def test_a_server_that_leaves_before_tls_is_agreed(certificates: Certificates) -> None:
    def leaves(connection: socket.socket) -> None:
        connection.recv(65536)

    def resets(connection: socket.socket) -> None:
        leaves(connection)
        reset(connection)

    for script in (leaves, resets):
        with target(script) as there:
            there.scheme = "https"
            error = await trouble(there, certificates)
        assert error.reason is Reason.TLS_FAILED
        assert str(error) == "the connection was closed while agreeing on TLS"
    with target(lambda connection: connection.sendall(ok())) as there:
        there.scheme = "https"
        error = await trouble(there, certificates)
    assert str(error) == "what answers there does not speak TLS"


async def test_nobody_there(certificates: Certificates) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = await trouble(Target(port, "https"), certificates)
    assert (error.reason, str(error)) == (
        Reason.CONNECT_REFUSED,
        f"127.0.0.1:{port} refused the connection",
    )
    assert error.report.address == f"127.0.0.1:{port}"


async def test_one_address_of_many_that_lives_is_enough(certificates: Certificates) -> None:
    async def several(_: Lookup) -> list[str]:
        return ["127.0.0.9", "127.0.0.8", "127.0.0.1"]

    with speaking(Spoken.answer, certificates) as there:
        terms = Terms(http2=True, ca=certificates.file)
        response = await borrow(f"https://{NAME}:{there.port}/", terms, resolve=several)
    assert report_of(response).address == f"127.0.0.1:{there.port}"
    assert report_of(response).phases["connect"] < timedelta(seconds=1)


async def test_what_this_machine_has_run_out_of_is_not_the_targets_fault(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used_up(*_: object) -> None:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(socket, "socket", used_up)
    with pytest.raises(OSError, match="too many") as raised:
        await ask(Target(9, "https"), certificates)
    assert not isinstance(raised.value, WireError)


async def test_a_place_that_stands_for_the_host_of_the_address(
    certificates: Certificates,
) -> None:
    heard: list[Spoken] = []

    def act(spoken: Spoken) -> None:
        heard.append(spoken)
        spoken.answer(b"hello")

    with speaking(act, certificates) as there:
        for place in (Place("127.0.0.1", there.port), Place(NAME, there.port)):
            terms = Terms(http2=True, ca=certificates.file, connect_to=place)
            response = await borrow(f"https://{NAME}/", terms)
            assert response.read() == b"hello"
    assert [spoken.headers[":authority"] for spoken in heard] == [NAME, NAME]


async def test_whoever_is_interrupted_leaves_no_connection_open(
    certificates: Certificates,
) -> None:
    heard = asyncio.Event()
    loop = asyncio.get_running_loop()

    def holds(spoken: Spoken) -> None:
        loop.call_soon_threadsafe(asking.cancel)
        hold(spoken.connection)
        loop.call_soon_threadsafe(heard.set)

    with speaking(holds, certificates) as there:
        asking = asyncio.create_task(ask(there, certificates))
        await asyncio.wait([asking])
        assert asking.cancelled()
        await asyncio.wait_for(heard.wait(), 10)
