"""What coverage is for programs."""

from __future__ import annotations

from typing import Any

from monitor.coverage.found import Coverage, Finding, Watched


def document(coverage: Coverage) -> dict[str, Any]:
    return {
        "score": coverage.score,
        "components": [_component(each) for each in coverage.components],
        "findings": [_finding(each) for each in coverage.findings],
    }


def _component(watched: Watched) -> dict[str, Any]:
    return {
        "id": watched.id,
        "name": watched.name,
        "score": watched.score,
        "watched_by": watched.depth.value,
        "probes": [
            {"id": each.probe.id, "watches_as": each.depth.value} for each in watched.watches
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "hole": finding.hole.value,
        "is_hole": finding.is_hole,
        "component": finding.component or None,
        "probe": finding.probe or None,
        "says": finding.says,
        "remedy": finding.remedy,
        "toml": finding.toml,
    }
