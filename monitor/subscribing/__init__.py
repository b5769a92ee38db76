"""Visitors of a page who want to hear of incidents: who they are, what they are told, and how."""

from monitor.subscribing.subscribing import Subscribing

__all__ = ["Subscribing"]
