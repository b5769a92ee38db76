"""Names: how long an answer is believed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from probes.wire.names_answer import Answer
from probes.wire.names_channel import Channel
from probes.wire.names_machine import Machine
from probes.wire.resolve import Lookup
from tests.support.nameserver import (
    Record,
    address,
    alias,
    nameserver,
    says,
    zone,
)
from tests.support.resolving import (
    BOTH,
    WEB,
    WEB_IS,
    Time,
    asking,
    in_hosts_file,
    resolving,
    trouble,
)


@pytest.mark.parametrize(("ttl", "kept"), [(1, 1), (300, 300), (90_000, 3600), (0, 0)])
async def test_an_address_is_believed_for_as_long_as_its_record_allows(ttl: int, kept: int) -> None:
    now = Time()
    with nameserver(zone({WEB: [address("192.0.2.7", ttl)]})) as there:
        async with resolving(monotonic=now) as names:
            await names(asking(there))
            now.now += max(kept - 0.5, 0)
            assert await names(asking(there)) == ["192.0.2.7"]
            assert there.times(WEB) == (1 if kept else 2)
            now.now += 1
            await names(asking(there))
    assert there.times(WEB) == (2 if kept else 3)


async def test_the_shortest_life_in_a_chain_counts() -> None:
    now = Time()
    known = {"www.example.org": [alias(WEB, 5)], WEB: WEB_IS}
    with nameserver(zone(known)) as there:
        async with resolving(monotonic=now) as names:
            for later, times in ((0, 1), (4, 1), (2, 2)):
                now.now += later
                await names(asking(there, "www.example.org"))
                assert there.times("www.example.org") == times


async def test_that_a_name_is_missing_is_never_believed_for_longer_than_it_is_said() -> None:
    known: dict[str, list[Record]] = {}
    with nameserver(zone(known)) as there:  # its negative answers could be kept for an hour
        async with resolving() as names:
            assert str(await trouble(names, asking(there))) == f"there is no {WEB}"
            known[WEB] = []
            assert str(await trouble(names, asking(there))) == f"{WEB} has no address"
            known[WEB] = [address("192.0.2.7", 0)]
            assert await names(asking(there)) == ["192.0.2.7"]
            error = await trouble(names, asking(there, ip="6"))
            assert str(error) == f"{WEB} has no IPv6 address"
            known[WEB] = [address("192.0.2.7", 0), address("2001:db8::7", 0)]
            assert set(await names(asking(there))) == BOTH


async def test_of_many_names_those_asked_for_last_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("probes.wire.names._KEPT_MOST", 2)
    with nameserver(lambda question: says(question, [address("192.0.2.7")])) as there:
        async with resolving() as names:
            for host in ("one", "two", "one", "three", "one", "two"):
                await names(asking(there, host, "4"))
    assert [question.name for question in there.asked] == ["one", "two", "three", "two"]


async def test_servers_that_were_asked_long_ago_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.wire.names._SERVERS_MOST", 1)
    with nameserver(zone({WEB: WEB_IS})) as one, nameserver(zone({WEB: WEB_IS})) as other:
        async with resolving() as names:
            stuck = asyncio.gather(names(asking(one)), names(asking(other)))
            assert [set(found) for found in await stuck] == [BOTH, BOTH]
            assert len(names._channels) == 1


async def test_what_stands_in_a_file_of_this_machine_is_believed_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked, ask = Time(), list[str](), Channel.ask

    def counted(self: Channel, lookup: Lookup) -> asyncio.Future[Answer]:
        asked.append(lookup.host)
        return ask(self, lookup)

    monkeypatch.setattr(Channel, "ask", counted)
    files = [tmp_path / name for name in ("resolv.conf", "hosts", "nsswitch.conf")]
    files[1].write_text(f"127.0.0.1 {in_hosts_file()} # and more\n")
    async with resolving(Machine(tuple(files)), now) as names:
        for host in ("localhost", in_hosts_file()):
            for later, times in ((0, 1), (4.9, 1), (0.2, 2)):
                now.now += later
                assert await names(Lookup(host))
                assert asked.count(host) == times
        files[1].write_text("")
        now.now += 5
        for _ in range(2):
            await names(Lookup(in_hosts_file()))
    assert asked.count(in_hosts_file()) == 4
