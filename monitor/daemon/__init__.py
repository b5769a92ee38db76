"""The daemon: the only place that builds. Everything is handed what it needs, and registers its own
undoing.
"""

from monitor.daemon.daemon import Daemon

__all__ = ["Daemon"]
