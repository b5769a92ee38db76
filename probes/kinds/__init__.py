"""The registry of kinds: one line each."""

from typing import Any

from probes.kind import Kind

KINDS: dict[str, Kind[Any]] = {}
