"""Anchors that could not vouch for the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from monitor.config.entries import Entry
from monitor.config.model import Probe
from monitor.config.problems import Report
from monitor.config.sentences import Fault
from monitor.whereabouts import Where, host_of, where

_GATEWAY: Final = "gateway"


def judge_anchors(
    anchors: Sequence[str], probes: Iterable[Probe], trueup: Entry, report: Report
) -> None:
    """Reports those on this machine where something else is asked, and warns of too few."""
    elsewhere = next((probe.id for probe in probes if _is_elsewhere(probe)), None)
    places = [_host(anchor) for anchor in anchors]
    for index, host in enumerate(places):
        if elsewhere and host != _GATEWAY and where(host) is Where.HERE:
            text = (
                f"is on this very machine and says nothing about the way to what {elsewhere} asks; "
                "name a place elsewhere"
            )
            trueup.report(report, [Fault(("anchors", index), text)])
        elif host in places[:index]:
            text = "stands here already; name a place in another network, or leave it out"
            trueup.warn(report, Fault(("anchors", index), text))
    if anchors and len({*places} - {_GATEWAY}) < 2:
        text = (
            "one place that falls silent would look like a network of ours that is gone; "
            "name two at least, besides the gateway"
        )
        trueup.warn(report, Fault(("anchors",), text))


def _is_elsewhere(probe: Probe) -> bool:
    host = host_of(probe.settings)
    return bool(host) and where(host) is not Where.HERE


def _host(anchor: str) -> str:
    return anchor if anchor == _GATEWAY else anchor.rpartition(":")[0].strip("[]").lower()
