"""Notices that a target is not what it was, and that nobody announced it.

What runs tell of it beside their verdict is learned. A change is written down at once, told once
after a while unless a deploy explains it or an incident says it anyway, and known from then on.
"""

from monitor.fingerprints.looking import Fingerprints

__all__ = ["Fingerprints"]
