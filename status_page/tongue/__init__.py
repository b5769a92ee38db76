"""How our own words, times, spans and numbers are said in a language."""

from status_page.tongue.timed import Timed, instant
from status_page.tongue.tongue import Tongue, tongue

__all__ = ["Timed", "Tongue", "instant", "tongue"]
