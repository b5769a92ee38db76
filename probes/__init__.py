"""Ask one question of one target, once. Knows no history, no schedule and no page."""

from probes.kind import Kind
from probes.kinds import KINDS
from probes.registry import Registry
from probes.result import Artefact, Outcome, Reason, Result, Step
from probes.settings import Duration, Secret, Settings, Strict, parse_duration, write_duration
from probes.tools import Tools

__all__ = [
    "KINDS",
    "Artefact",
    "Duration",
    "Kind",
    "Outcome",
    "Reason",
    "Registry",
    "Result",
    "Secret",
    "Settings",
    "Step",
    "Strict",
    "Tools",
    "parse_duration",
    "write_duration",
]
