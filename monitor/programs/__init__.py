"""Programs of somebody's own: no shell, few surroundings, a group of their own, a hard end."""

from monitor.programs.running import PATIENCE, Running, surroundings
from monitor.programs.tail import Tail, ended, reason
from monitor.programs.talk import LAST_WORDS, UNREAD_MAX

__all__ = [
    "LAST_WORDS",
    "PATIENCE",
    "UNREAD_MAX",
    "Running",
    "Tail",
    "ended",
    "reason",
    "surroundings",
]
