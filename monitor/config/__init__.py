"""The owner of probes.toml: from its text to frozen values, or to everything wrong with it."""

from monitor.config.includes import listed
from monitor.config.load import load
from monitor.config.model import Channel, Component, Config, PageSettings, Probe
from monitor.config.problems import BadConfiguration, Problem
from monitor.config.schema import schema
from monitor.config.scrubber import Scrubber

__all__ = [
    "BadConfiguration",
    "Channel",
    "Component",
    "Config",
    "PageSettings",
    "Probe",
    "Problem",
    "Scrubber",
    "listed",
    "load",
    "schema",
]
