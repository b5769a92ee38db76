"""A request says which trace it belongs to: to the host that is watched, and to nobody else."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

from probes import KINDS, Outcome, Result
from probes.tools import Attempt
from tests.probes.test_http import head_of, moved
from tests.support.http2 import Spoken, http2, offering
from tests.support.proxies import Proxy
from tests.support.targets import Certificates, answering, ok, read_request, target
from tests.support.tools import borrowed_tools, settings_of

ATTEMPT = Attempt(trace_id="4bf92f3577b34da6a3ce929d0e0e4736", span_id="00f067aa0ba902b7")
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def ask(url: str, times: int = 1, attempt: Attempt = ATTEMPT, **keys: Any) -> Result:
    settings = settings_of(KINDS["http"], {"timeout": "5s", "url": url} | keys)
    async with borrowed_tools() as tools:
        for _ in range(times):
            result = await KINDS["http"].run(settings, replace(tools, attempt=attempt))
    assert isinstance(result, Result)
    return result


def parents(asked: list[bytes]) -> list[str]:
    return [head_of(each).get("traceparent", "") for each in asked]


async def test_the_target_is_told_and_so_is_the_result() -> None:
    with answering(ok()) as there:
        good = await ask(there.url)
        bad = await ask(there.url, expect={"contains": "Welcome"}, method="POST", body="hello")
    assert (good.outcome, bad.outcome) == (Outcome.PASS, Outcome.FAIL)
    assert parents(there.asked) == [PARENT] * 2
    assert there.asked[1].endswith(b"\r\n\r\nhello")
    assert {good.trace_id, bad.trace_id} == {ATTEMPT.trace_id}


async def test_nobody_is_told_where_that_was_switched_off_or_there_is_nothing_to_tell() -> None:
    with answering(ok()) as there:
        off = await ask(there.url, trace_context=False)
        nothing = await ask(there.url, attempt=Attempt())
    assert parents(there.asked) == ["", ""]
    assert (off.trace_id, nothing.trace_id) == ("", "")


async def test_what_was_written_by_hand_is_sent_as_it_is() -> None:
    with answering(ok()) as there:
        result = await ask(there.url, headers={"TraceParent": "00-mine"})
    assert parents(there.asked) == ["00-mine"]
    assert there.asked[0].lower().count(b"traceparent") == 1
    assert result.trace_id == ""


async def test_a_redirect_to_another_host_is_followed_without_it() -> None:
    with answering(lambda _: ok(b"other")) as other:
        ways = {
            b"GET / ": moved("/on"),
            b"GET /o": moved(f"http://localhost:{other.port}/"),
        }
        with answering(lambda request: ways[request[:6]]) as there:
            result = await ask(there.url)
    assert result.facts.redirects == 2
    assert parents(there.asked) == [PARENT] * 2
    assert parents(other.asked) == [""]
    assert result.trace_id == ATTEMPT.trace_id


async def test_another_port_of_the_same_host_belongs_to_it() -> None:
    with (
        answering(ok()) as other,
        answering(lambda _: moved(other.url)) as there,
    ):
        await ask(there.url)
    assert parents([*there.asked, *other.asked]) == [PARENT] * 2


async def test_over_a_kept_connection_each_request_says_it() -> None:
    asked: list[bytes] = []

    def patient(connection: socket.socket) -> None:
        while True:
            asked.append(read_request(connection))
            connection.sendall(ok())

    with target(patient) as there:
        await ask(there.url, times=3, reuse_connection=True)
        assert there.taken == 1
    assert parents(asked) == [PARENT] * 3


async def test_over_http2_too(tmp_path: Path) -> None:
    certificates, seen = Certificates(tmp_path), dict[str, str]()

    def answer(spoken: Spoken) -> None:
        seen.update(spoken.headers)
        spoken.answer(b"hello")

    with target(http2(answer), offering(certificates.good())) as there:
        result = await ask(there.url, http2=True, tls={"ca": str(certificates.file)})
    assert (seen["traceparent"], result.trace_id) == (PARENT, ATTEMPT.trace_id)


async def test_a_tunnel_is_asked_for_without_it(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    with answering(ok(), certificates.good("shop.example.org")) as there:
        proxy = Proxy(there.port)
        with target(proxy.http) as at:
            result = await ask(
                "https://shop.example.org/",
                proxy=f"http://127.0.0.1:{at.port}",
                tls={"ca": str(certificates.file)},
            )
    assert result.outcome is Outcome.PASS, result.summary
    assert (parents(proxy.asked), parents(there.asked)) == ([""], [PARENT])


async def test_who_was_never_reached_knows_of_no_trace() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    result = await ask(f"http://127.0.0.1:{port}/")
    assert (result.outcome, result.trace_id) == (Outcome.FAIL, "")
