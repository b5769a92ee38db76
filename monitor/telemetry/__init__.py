"""Tells a collector of traces what runs found, for people who look at traces anyway."""

from monitor.telemetry.telemetry import Telemetry

__all__ = ["Telemetry"]
