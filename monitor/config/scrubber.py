"""Keeps what the configuration holds in confidence out of text that leaves us."""

from __future__ import annotations

from probes.scrub import SHORTEST, STARS, Scrubber

__all__ = ["SHORTEST", "STARS", "Scrubber"]
