"""Telling people: the dispatcher and what it is made of."""

from monitor.dispatch import Dispatch
from monitor.dispatch.attempt import Attempts

__all__ = ["Attempts", "Dispatch"]
