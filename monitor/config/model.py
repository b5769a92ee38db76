"""What the configuration says, as frozen values. Nothing here changes while the daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import incidents
from monitor.config.problems import Problem
from probes import Kind, Settings

if TYPE_CHECKING:
    from monitor.channels import ChannelKind, ChannelSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One configured question: what to ask, how often, and what to make of the answers."""

    id: str
    name: str
    """For people; the id where none was given."""
    kind: Kind[Any]
    settings: Settings = field(repr=False)
    every: timedelta
    confirm: tuple[timedelta, ...]
    """Waits before each further try inside a failing run."""
    policy: incidents.Policy
    channels: tuple[str, ...] = ()
    playbook: str = ""
    """Address of what to do, with `{probe}` filled in; empty for none."""
    tags: frozenset[str] = frozenset()
    renamed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Something users do, as the public page lists it, and the probes that watch it."""

    id: str
    name: str
    group: str = ""
    probes: tuple[str, ...]
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A configured place to tell."""

    id: str
    kind: ChannelKind[Any]
    settings: ChannelSettings = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    title: str = "Status"
    url: str = ""
    """Where people find the page, for notices; empty when it is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of what was configured."""

    environment: str
    state: Path
    """Absolute."""
    location: str
    listen: tuple[str, int] | None
    probes: Mapping[str, Probe]
    """In the order of the file, as are the other mappings."""
    components: Mapping[str, Component]
    channels: Mapping[str, Channel]
    page: PageSettings
    browser: str
    """Path of the browser to use; empty to look for one."""
    files: tuple[Path, ...]
    """All that it was read from, absolute; the first is the one that includes the others."""
    includes: tuple[str, ...] = ()
    """Patterns whose matches belong to it, made absolute; see `listed`."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What `${env:}` and `${file:}` held, and what settings declare secret, to be kept out of
    everything that is written.
    """
    warnings: tuple[Problem, ...] = ()
    """What works but was surely not meant."""

    def __repr__(self) -> str:
        """Counts only: names and addresses may hold what a reference held."""
        return (
            f"Config({len(self.probes)} probes, {len(self.components)} components, "
            f"{len(self.channels)} channels, {len(self.files)} files)"
        )
