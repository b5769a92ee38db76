"""Addresses by patterns, in which `*` is anything.

By hand, as what `fnmatch` makes of several stars can take for ever on what a page thinks up.
"""

from __future__ import annotations


def matches(pattern: str, address: str) -> bool:
    """Whether the whole *address* is what *pattern* says; takes time in proportion to both."""
    first, *inner = pattern.split("*")
    if not inner:
        return address == pattern
    last = inner.pop()
    end = len(address) - len(last)
    at = len(first)
    if at > end or not address.startswith(first) or not address.endswith(last):
        return False
    for part in inner:
        found = address.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
