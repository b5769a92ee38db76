"""Names: what is asked, and of whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from probes import Reason
from probes.wire.names_machine import Machine
from probes.wire.resolve import Ip, Lookup
from tests.support.nameserver import (
    SERVFAIL,
    Question,
    address,
    alias,
    nameserver,
    nobody,
    says,
    silent,
    zone,
)
from tests.support.resolving import (
    BOTH,
    ON_BOTH_LOOPS,
    WEB,
    WEB_IS,
    Time,
    asking,
    in_hosts_file,
    on,
    resolving,
    told,
    trouble,
)
from tests.support.waiting import until_async


@ON_BOTH_LOOPS
@pytest.mark.parametrize(
    ("ip", "addresses"), [("any", BOTH), ("4", {"192.0.2.7"}), ("6", {"2001:db8::7"})]
)
def test_a_name_has_the_addresses_that_its_server_says(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], ip: Ip, addresses: set[str]
) -> None:
    async def main() -> None:
        async with resolving() as names:
            assert set(await names(asking(there, ip=ip))) == addresses

    with nameserver(zone({WEB: WEB_IS})) as there:
        on(loop_factory, main())


async def test_an_alias_is_followed_and_one_that_leads_in_a_circle_is_no_address() -> None:
    known = {
        "www.example.org": [alias("cdn.example.org")],
        "cdn.example.org": [alias(WEB)],
        WEB: WEB_IS,
        "round.example.org": [alias("about.example.org")],
        "about.example.org": [alias("round.example.org")],
    }
    with nameserver(zone(known)) as there:
        async with resolving() as names:
            assert set(await names(asking(there, "www.example.org"))) == BOTH
            error = await trouble(names, asking(there, "round.example.org"))
    assert (error.reason, str(error)) == (
        Reason.NAME_NOT_FOUND,
        "round.example.org has no address",
    )


@ON_BOTH_LOOPS
def test_an_answer_too_large_for_a_datagram_is_fetched_over_a_connection(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    fifty = {f"192.0.2.{n}" for n in range(50)}

    def script(question: Question) -> bytes:
        if question.over_tcp:
            return says(question, [address(each) for each in fifty])
        return says(question, truncated=True)

    async def main() -> None:
        async with resolving() as names:
            assert set(await names(asking(there, ip="4"))) == fifty

    with nameserver(script) as there:
        on(loop_factory, main())


@pytest.mark.parametrize(
    ("server", "understood"),
    [
        ("127.0.0.9", "127.0.0.9:53"),
        ("127.0.0.9:5353", "127.0.0.9:5353"),
        ("[::1]:5353", "[::1]:5353"),
        ("::1", "[::1]:53"),
    ],
)
async def test_a_server_is_told_with_its_port_or_without_it(server: str, understood: str) -> None:
    async with resolving() as names:
        asked = asyncio.create_task(names(Lookup(WEB, server=server)))
        await asyncio.sleep(0)
        assert names._channels[server]._servers == [understood]
        asked.cancel()
        await asyncio.wait([asked])


async def test_a_server_that_is_none_is_our_trouble() -> None:
    async with resolving() as names:
        with pytest.raises(OSError, match="cannot be asked"):
            await names(Lookup(WEB, server="ns.example.org"))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "app.localhost", "localhost."])
async def test_this_machine_is_not_asked_for_elsewhere(host: str) -> None:
    with nameserver(zone({})) as there:
        async with resolving() as names:
            assert await names(asking(there, host, "4")) == ["127.0.0.1"]
            assert await names(asking(there, host, "6")) == ["::1"]
    assert not there.asked


@pytest.mark.parametrize(
    "host",
    ["", ".", "a..b", f"{'a' * 64}.example.org", "a\0b", "a b", "ü.example.org", "a." * 127 + "aa"],
)
async def test_what_cannot_be_a_name_is_not_asked_for(host: str) -> None:
    with nameserver(zone({})) as there:
        async with resolving() as names:
            assert (await trouble(names, asking(there, host))).reason is Reason.NAME_NOT_FOUND
    assert not there.asked


async def test_the_next_server_is_asked_when_the_first_fails_and_first_from_then_on() -> None:
    def broken(question: Question) -> bytes:
        return says(question, code=SERVFAIL)

    with nameserver(broken) as bad, nameserver(zone({WEB: WEB_IS})) as good:
        async with resolving(told(bad.server, good.server)) as names:
            assert set(await names(Lookup(WEB))) == BOTH
            bad.asked.clear()
            await trouble(names, Lookup("gone.example.org"))
    assert not bad.asked


async def test_the_next_server_is_asked_when_the_first_is_silent() -> None:
    with nameserver(silent) as mute, nameserver(zone({WEB: WEB_IS})) as good:
        async with resolving(told(mute.server, good.server, timeout=0.3)) as names:
            assert set(await names(Lookup(WEB))) == BOTH


async def test_the_next_server_is_asked_when_the_first_is_dead() -> None:
    with nobody() as dead, nameserver(zone({WEB: WEB_IS})) as good:
        async with resolving(told(dead, good.server)) as names:
            assert set(await names(Lookup(WEB))) == BOTH


async def test_a_lost_question_is_asked_again() -> None:
    lost: list[Question] = []

    def script(question: Question) -> bytes | None:
        lost.append(question)
        return None if len(lost) == 1 else says(question, WEB_IS[:1])

    with nameserver(script) as there:
        async with resolving(told(there.server, timeout=0.3)) as names:
            assert await names(Lookup(WEB, "4")) == ["192.0.2.7"]
    assert there.times(WEB) == 2


async def test_short_names_are_completed_and_a_dot_at_the_end_forbids_it() -> None:
    with nameserver(zone({"db.corp.example.org": WEB_IS})) as there:
        machine = told(there.server, domains=["corp.example.org"], ndots=3)
        async with resolving(machine) as names:
            assert set(await names(Lookup("db"))) == BOTH
            assert there.names == ["db.corp.example.org"]
            there.asked.clear()
            assert str(await trouble(names, Lookup("db."))) == "there is no db."
            assert there.names == ["db"]
            there.asked.clear()
            await trouble(names, Lookup("gone.example.org"))
            assert there.names == ["gone.example.org.corp.example.org", "gone.example.org"]


async def test_a_server_of_its_own_is_asked_for_exactly_the_name() -> None:
    with nameserver(zone({"db.corp.example.org": WEB_IS})) as there:
        async with resolving(told(there.server, domains=["corp.example.org"])) as names:
            for host in ("db", "db.", in_hosts_file()):
                there.asked.clear()
                await trouble(names, asking(there, host))
                assert there.names == [host.rstrip(".")]


async def test_a_changed_configuration_is_used_a_few_seconds_later(tmp_path: Path) -> None:
    now, file = Time(), tmp_path / "resolv.conf"
    file.write_text("# the office\n")
    with nameserver(zone({WEB: WEB_IS})) as old, nameserver(zone({WEB: WEB_IS[:1]})) as new:
        instead = {"servers": [old.server]}
        async with resolving(Machine((file,), instead), now) as names:
            assert set(await names(Lookup(WEB))) == BOTH
            instead["servers"] = [new.server]
            file.write_text("# the other office\n")
            now.now += 6
            assert await names(Lookup(WEB)) == ["192.0.2.7"]


async def test_whoever_asks_after_a_change_does_not_wait_with_those_from_before(
    tmp_path: Path,
) -> None:
    now, file = Time(), tmp_path / "resolv.conf"
    file.write_text("# the office\n")
    with nameserver(silent) as old, nameserver(zone({WEB: WEB_IS})) as new:
        instead = {"servers": [old.server]}
        async with resolving(Machine((file,), instead), now) as names:
            stuck = asyncio.create_task(names(Lookup(WEB)))
            await until_async(lambda: old.asked, "the question")
            instead["servers"] = [new.server]
            file.write_text("# the other office\n")
            now.now += 6
            assert set(await names(Lookup(WEB))) == BOTH
            stuck.cancel()
            await asyncio.wait([stuck])


async def test_what_the_machine_says_of_its_resolvers_must_be_readable(tmp_path: Path) -> None:
    async with resolving(Machine((tmp_path,))) as names:
        with pytest.raises(IsADirectoryError):
            await names(Lookup(WEB))


async def test_a_hosts_file_is_believed() -> None:
    async with resolving() as names:
        assert (await names(Lookup(in_hosts_file(), "4")))[0].startswith("127.")


async def test_the_machines_own_way_can_be_asked_for() -> None:
    async with resolving() as names:
        assert set(await names(Lookup("localhost", server="system"))) <= {"127.0.0.1", "::1"}
        assert await names(Lookup("127.0.0.1", "4", "system")) == ["127.0.0.1"]
        assert (await trouble(names, Lookup("::1", "4", "system"))).reason in {
            Reason.NAME_NOT_FOUND,
            Reason.RESOLVER_FAILED,
        }
