"""Telling people: the dispatcher and what it is made of."""

from monitor.dispatch.attempt import Attempts
from monitor.dispatch.dispatch import Dispatch

__all__ = ["Attempts", "Dispatch"]
