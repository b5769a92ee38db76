"""The registry of kinds: one line each."""

from typing import Any

from probes.kind import Kind
from probes.kinds import http, journey

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (http.KIND, journey.KIND)}
