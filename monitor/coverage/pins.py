"""What of a target is not pinned down: its certificate, its identity, the shape of its answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from monitor.config.model import Config
from monitor.coverage.found import Finding, Hole, Known
from monitor.coverage.lines import Line, line
from monitor.coverage.remedies import free_name
from monitor.coverage.watching import Watch
from probes.expect import Expect

_SAYS_ENVIRONMENT: Final = re.compile(r"(^|[-_.$'\"])env(ironment)?\b", re.IGNORECASE)
_LEFT: Final = "14d"
_MOST_LISTS: Final = 3


def pins_certificate(watch: Watch) -> bool:
    return watch.expect is not None and watch.expect.certificate_valid_for is not None


def pins_identity(watch: Watch) -> bool:
    """Whether it would notice another environment."""
    expect = watch.expect
    if getattr(watch.probe.settings, "expect_environment", ""):  # of journeys
        return True
    if expect is None:
        return False
    named = [*expect.header, *map(str, expect.json_)]
    return expect.environment is not None or any(map(_SAYS_ENVIRONMENT.search, named))


def pins_contract(watch: Watch) -> bool:
    """Not while it is still to be learned: then nothing is expected."""
    expect = watch.expect
    learned = expect is not None and expect.shape is not None and not expect.learns
    return expect is not None and bool(learned or expect.json_schema or expect.json_)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Who asks each host, and what of it is pinned down by any of them."""

    asking: Mapping[str, Sequence[Watch]]
    secure: frozenset[str]
    certain: frozenset[str]
    """Those whose certificate is watched."""
    named: frozenset[str]
    """Those whose environment is pinned down."""


def hosts_of(watches: Iterable[Watch]) -> Hosts:
    asking: dict[str, list[Watch]] = {}
    for each in watches:
        if each.host:
            asking.setdefault(each.host, []).append(each)
    pinned = partial(_hosts_where, asking)
    return Hosts(
        asking,
        secure=pinned(lambda watch: watch.secure),
        certain=pinned(pins_certificate),
        named=pinned(pins_identity),
    )


def _hosts_where(
    asking: Mapping[str, Sequence[Watch]], holds: Callable[[Watch], bool]
) -> frozenset[str]:
    return frozenset(host for host, there in asking.items() if any(map(holds, there)))


def of_hosts(config: Config, hosts: Hosts, known: Known) -> Iterator[Finding]:
    for host, there in hosts.asking.items():
        if host in hosts.secure - hosts.certain:
            yield _certificate(config, host, there)
        if host not in hosts.named:
            yield _identity(config, host, there, known)


def _certificate(config: Config, host: str, there: Sequence[Watch]) -> Finding:
    asked = next((each for each in there if each.secure and each.expect is not None), None)
    wish = ("expect.certificate_valid_for", _LEFT)
    return Finding(
        Hole.CERTIFICATE,
        f"Nobody notices when the certificate of {host} is about to end.",
        "Two weeks are enough to get another one.",
        (line(f"probe.{asked.probe.id}", *wish),) if asked else _of_its_own(config, there, *wish),
        probe=(asked or there[0]).probe.id,
    )


def _identity(config: Config, host: str, there: Sequence[Watch], known: Known) -> Finding:
    asked = [each for each in there if each.expect is not None]
    saying = next((each for each in asked if known.environments.get(each.probe.id)), None)
    named = known.environments.get(saying.probe.id, "") if saying else ""
    wish = ("expect.environment", named or config.environment)
    says = f"Nobody would notice if another environment answered at {host}."
    remedy = (
        f"It says that it is {named}: expect that."
        if named
        else "Let it say which it is, in a header X-Environment, and expect that."
    )
    best = saying or next(iter(asked), None)
    lines = (line(f"probe.{best.probe.id}", *wish),) if best else _of_its_own(config, there, *wish)
    return Finding(Hole.IDENTITY, says, remedy, lines, probe=(best or there[0]).probe.id)


def _of_its_own(config: Config, there: Sequence[Watch], key: str, value: str) -> tuple[Line, ...]:
    """A probe for it, where only journeys go."""
    origin = next((each.origin for each in there if each.secure), there[0].origin)
    probe = free_name(f"{there[0].probe.id}-address", config.probes)
    table = f"probe.{probe}"
    return (
        line(table, "kind", "http"),
        line(table, "url", f"{origin}/"),
        line(table, key, value),
    )


def of_answers(watches: tuple[Watch, ...], known: Known) -> Iterator[Finding]:
    for each in watches:
        if each.expect is None:
            continue
        if each.expect.learns:
            yield _not_learned(each)
        elif is_document(each, known) and not pins_contract(each):
            yield _contract(each)
        yield from _uncounted(each, each.expect, known)


def is_document(watch: Watch, known: Known) -> bool:
    return watch.reads_data or watch.probe.id in known.documents


def _contract(watch: Watch) -> Finding:
    probe = watch.probe.id
    return Finding(
        Hole.CONTRACT,
        f"{probe} asks for data and expects nothing of it: a field may be renamed or gone.",
        "Learn which fields there are.",
        (line(f"probe.{probe}", "expect.shape", "learn"),),
        probe=probe,
    )


def _not_learned(watch: Watch) -> Finding:
    probe = watch.probe.id
    return Finding(
        Hole.NOT_LEARNED,
        f"The shape that {probe} expects is not learned yet, so nothing is expected.",
        f"It takes three good runs in a row, or now: trueup learn {probe}",
        probe=probe,
    )


def _uncounted(watch: Watch, expect: Expect, known: Known) -> Iterator[Finding]:
    probe = watch.probe.id
    counted = [str(path) for path, each in expect.json_.items() if each.count_min or each.baseline]
    allowed = [str(path) for path, each in expect.json_.items() if each.count_min == 0]
    least = [str(path) for path, each in expect.json_.items() if each.count_min is None]
    lists = [*allowed, *known.lists.get(probe, ())]
    for path in list(dict.fromkeys(lists))[:_MOST_LISTS]:
        if any(_is_within(each, path) for each in [*counted, *least]):
            continue
        yield Finding(
            Hole.UNCOUNTED,
            f"{probe} does not count {path}: an empty list goes unseen.",
            "Say how many there are at least; baseline learns how many there usually are.",
            (Line(("probe", probe), ("expect", "json", path, "count_min"), "1"),),
            probe=probe,
        )


def _is_within(counted: str, path: str) -> bool:
    """Whether counting *counted* fails when there is nothing at *path*."""
    return counted == path or counted.startswith(f"{path.removesuffix('[*]')}[")
