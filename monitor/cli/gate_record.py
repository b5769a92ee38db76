"""What `gate --deploy` does before it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from monitor.acts.orders import CannotAct, RecordDeploy, complaint
from monitor.cli import giving
from monitor.cli.ground import fail
from monitor.config import Config
from monitor.server.control import Unanswered
from monitor.store import StoreTrouble


def record(
    config: Config,
    service: str,
    version: str,
    say: Callable[[str], None],
    warn: Callable[[str], None],
) -> Mapping[str, Any] | None:
    """What is not recorded is no reason to let a bad release pass: the gate goes on without."""
    try:
        order = RecordDeploy(service=service, version=version, by=giving.who(""))
        done = giving.carried_out(config, order)
    except ValidationError as bad:
        fail(f"--deploy: {complaint(bad)}")
    except (CannotAct, StoreTrouble, Unanswered) as trouble:
        warn(f"the deploy is not recorded: {trouble}")
        return None
    say(done.said)
    return done.facts
