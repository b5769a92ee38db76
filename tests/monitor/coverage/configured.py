"""Configurations as people write them, and lines pasted into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor.config import Config, load
from monitor.coverage import Coverage, Finding, Hole, Known, coverage

SITE = "https://archive.example.org"
PAGER = """
[defaults]
channels = ["pager"]
playbook = "https://wiki.example.org/{probe}"
[channel.pager]
kind = "webhook"
url = "https://example.org/pager"
"""


def http(probe: str, path: str = "/", more: str = "") -> str:
    return f'[probe.{probe}]\nkind = "http"\nurl = "{SITE}{path}"\n{more}\n'


def journey(probe: str, more: str) -> str:
    return f'[probe.{probe}]\nkind = "journey"\nurl = "{SITE}/"\n{more}\n'


def component(id_: str, *probes: str, more: str = "") -> str:
    listed = ", ".join(f'"{probe}"' for probe in probes)
    return f'[component.{id_}]\nname = "{id_.title()}"\nprobes = [{listed}]\n{more}\n'


def configured(folder: Path, text: str) -> Config:
    path = folder / "probes.toml"
    path.write_text(text)
    return load(path)


def covered(folder: Path, text: str, **known: Any) -> Coverage:
    """With somebody who is told, and knows what to do."""
    return coverage(configured(folder, text + PAGER), Known(**known))


def of(found: Coverage, hole: Hole) -> list[Finding]:
    return [each for each in found.findings if each.hole is hole]


def pasted(text: str, finding: Finding) -> str:
    """As a person would: below the head of its table, where that stands; at the end elsewhere."""
    lines = text.splitlines()
    for each in finding.lines:
        if each.head not in lines:
            lines += [each.head]
        at = lines.index(each.head) + 1
        key = str(each).partition(" = ")[0]
        while at < len(lines) and lines[at] and not lines[at].startswith("["):
            if lines[at].startswith(f"{key} ="):
                del lines[at]
            else:
                at += 1
        lines.insert(at, str(each))
    return "\n".join(lines) + "\n"
