"""The page of figures, as the command line reads it off the daemon's own socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx

from monitor.server.control import NoDaemon, Unanswered, reaching
from monitor.server.scraping import PATH

_PLAIN = {"accept": "text/plain", "accept-encoding": "identity"}


def figures(state: Path) -> Iterator[str]:
    """Of the daemon at work in *state*, in Prometheus' text format, piece by piece.

    Raises NoDaemon, and Unanswered, which may come after some pieces when the daemon ends.
    """
    with reaching(state) as client:
        try:
            with client.stream("GET", PATH, headers=_PLAIN) as answer:
                _refuse(answer.status_code)
                yield from answer.iter_text()
        except httpx.ConnectError:
            raise NoDaemon from None
        except httpx.HTTPError as trouble:
            raise Unanswered(
                f"the daemon did not answer to the end ({type(trouble).__name__})"
            ) from None


def _refuse(status: int) -> None:
    if status == 503:
        raise Unanswered("others are reading the figures just now; ask again in a second")
    if status != 200:
        raise Unanswered(f"the daemon answered {status}; is it of another version?")
