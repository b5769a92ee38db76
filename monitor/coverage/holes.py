"""Where components are watched badly, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.config.model import Component, Config
from monitor.coverage.found import Finding, Hole, Watched
from monitor.coverage.lines import line
from monitor.coverage.remedies import (
    is_about_signing_in,
    is_about_writing,
    watching,
    words_of,
)
from monitor.coverage.watching import DEEP, Depth, Watch

_SHALLOW: Final = {Depth.HOME, Depth.HEALTH}
_JOURNEY: Final = "A journey does what people do there."
_LIMITED: Final = {
    Depth.JOURNEY: "a journey that only reads",
    Depth.FLOW: "addresses, in no browser",
    Depth.ANSWER: "one address",
}
_DEEPER: Final = {
    Depth.JOURNEY: "One that fills in what people fill in there, if they do,",
    Depth.FLOW: "A journey that does in a browser what people do there",
    Depth.ANSWER: "A journey that does what people do there",
}


def of_components(
    config: Config, components: tuple[Watched, ...], origin: str
) -> Iterator[Finding]:
    """*origin* of a target, for those components that have none of their own."""
    for each in components:
        own = next((watch.origin for watch in each.watches if watch.origin), origin)
        component = config.components[each.id]
        if found := _hole(config, each):
            lines = watching(component, own, config.probes)
            yield Finding(*found, _JOURNEY, lines, component=each.id)
        elif says := _could_be_deeper(component, each.depth):
            lines = watching(component, own, config.probes, writing=True)
            yield Finding(Hole.COULD_BE_DEEPER, *says, lines, component=each.id)


def _could_be_deeper(component: Component, depth: Depth) -> tuple[str, str] | None:
    """What is missing of its points, and what would bring them; None where nothing is."""
    missing = DEEP[Depth.WRITES] - points(component, depth)
    if not missing:
        return None
    says = f"{component.name} is watched by {_LIMITED[depth]}: {100 - missing} is all it can have."
    return says, f"{_DEEPER[depth]} has {missing} points more."


def points(component: Component, depth: Depth) -> int:
    """Who signs in has done all there is to do about signing in."""
    done = depth is Depth.JOURNEY and is_about_signing_in(component)
    return DEEP[Depth.WRITES if done else depth]


def _hole(config: Config, watched: Watched) -> tuple[Hole, str] | None:
    component = config.components[watched.id]
    if watched.depth is Depth.NOTHING:
        return Hole.UNWATCHED, f"{watched.name} is watched by nothing."
    if watched.depth in _SHALLOW:
        says = f"{watched.name} is watched by nothing but {_shallow(watched)}, which stays"
        return Hole.HOME_ONLY, f"{says} up while people cannot do anything."
    if any(each.writes for each in watched.watches) or is_about_signing_in(component):
        return None
    if is_about_writing(component) and _sends_something(words_of(component)):
        return Hole.NEVER_WRITES, f"What watches {watched.name} only reads: it sends nothing."
    if watched.watches and all(each.only_signs_in for each in watched.watches):
        return Hole.NEVER_WRITES, f"What watches {watched.name} only signs in."
    return None


def _shallow(watched: Watched) -> str:
    if watched.depth is Depth.HEALTH:
        return "its health"
    elsewhere = any(each.path.strip("/") for each in watched.watches)
    return "the status of an address" if elsewhere else "a home page"


def _sends_something(words: str) -> bool:
    """Reading what others sent is no writing."""
    return "cannot read" not in words.lower()


def of_probes(config: Config, watches: tuple[Watch, ...]) -> Iterator[Finding]:
    yield from _orphans(config, watches)
    yield from _untold(config, watches)
    yield from _without_playbook(watches)


def _orphans(config: Config, watches: tuple[Watch, ...]) -> Iterator[Finding]:
    behind = {probe for component in config.components.values() for probe in component.probes}
    for each in watches:
        probe = each.probe
        if probe.id in behind:
            continue
        table = f"component.{probe.id}"
        taken = config.components.get(probe.id)
        keys = () if taken else (line(table, "name", probe.name),)
        shown = [*(taken.probes if taken else ()), probe.id]
        yield Finding(
            Hole.NO_COMPONENT,
            f"{probe.id} is behind no component: when it fails, no page says what that means.",
            "Say what people cannot do then.",
            (*keys, line(table, "probes", shown)),
            probe=probe.id,
        )


def _untold(config: Config, watches: tuple[Watch, ...]) -> Iterator[Finding]:
    for each in watches:
        probe = each.probe
        if each.wakes or each.is_for_reading or (not config.channels and config.probes):
            continue
        yield Finding(
            Hole.UNTOLD,
            f"Nobody is told when {probe.id} fails.",
            "Name a channel.",
            (line(f"probe.{probe.id}", "channels", [next(iter(config.channels))]),),
            probe=probe.id,
        )
    if not config.channels and config.probes:
        yield Finding(
            Hole.UNTOLD,
            "There is no channel: nobody is told of anything.",
            "Write one; docs/channels.md knows them all.",
            (
                line("channel.pager", "kind", "webhook"),
                line("channel.pager", "url", "https://example.org/pager"),
                line("defaults", "channels", ["pager"]),
            ),
        )


def _without_playbook(watches: tuple[Watch, ...]) -> Iterator[Finding]:
    woken = [each.probe for each in watches if each.wakes]
    bare = [probe for probe in woken if not probe.playbook]
    address = "https://wiki.example.org/playbooks/{}"
    if len(bare) == len(woken) > 1:
        yield Finding(
            Hole.NO_PLAYBOOK,
            f"{len(bare)} probes page, and none says what to do then.",
            "Write down what to look at first, a page for each.",
            (line("defaults", "playbook", address.format("{probe}")),),
        )
        return
    for probe in bare:
        yield Finding(
            Hole.NO_PLAYBOOK,
            f"{probe.id} pages, and does not say what to do then.",
            "Write down what to look at first.",
            (line(f"probe.{probe.id}", "playbook", address.format(probe.id)),),
            probe=probe.id,
        )


def of_channels(config: Config, watches: tuple[Watch, ...]) -> Iterator[Finding]:
    told = {channel for each in watches for channel in each.probe.routing.everybody}
    told.update(config.operators, config.fingerprint.channels)
    told.update(config.daily_test.channels if config.daily_test else ())
    told.update(each.fallback for each in config.channels.values() if each.id in told)
    for channel in config.channels:
        if channel in told or channel == config.mail:
            continue
        yield Finding(
            Hole.UNUSED_CHANNEL,
            f"The channel {channel} is never told of anything.",
            "Let it hear of trueup's own trouble at least, or leave it out.",
            (line("trueup", "operators", [*config.operators, channel]),),
        )
