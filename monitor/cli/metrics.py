"""`trueup metrics`: what Prometheus reads, for whoever has the state folder."""

from __future__ import annotations

from monitor.cli.ground import DEFAULT_CONFIG, NOT_KNOWN, ConfigPath, fail, read, write
from monitor.server.control import NoDaemon, Unanswered
from monitor.server.reading import figures

NAME = "metrics"
EXAMPLES = "[dim]trueup metrics · trueup metrics > new.prom && mv new.prom trueup.prom[/]"


def command(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Print the daemon's figures in Prometheus' text format.

    Exit status:
    0 when all of them were printed;
    3 when no daemon is at work, or it did not answer to the end.
    """
    try:
        for piece in figures(read(config).state):
            write(piece)
    except NoDaemon:
        fail("the daemon is not running; start it with: trueup run", NOT_KNOWN)
    except Unanswered as trouble:
        fail(str(trouble), NOT_KNOWN)
