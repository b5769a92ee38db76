"""Tells people when the budget of an objective burns too fast, by the multi-window numbers.

It is an incident like any other, of a pseudo-probe of the objective, and told by whom its component
tells. What people were paged for anyway is not told again: outages they heard of are left out of
the rates, and beside one that goes on it is only noted.
"""

from monitor.burning.looking import Burning, attend

__all__ = ["Burning", "attend"]
