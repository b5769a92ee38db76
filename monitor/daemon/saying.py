"""What the daemon says in its log of what happens to it."""

from __future__ import annotations

from datetime import timedelta

from monitor.config import Config
from monitor.log import get_logger, is_detailed
from monitor.runner import Run
from probes import Outcome

log = get_logger()


def tell(run: Run) -> None:
    """Of what is as it should be, only to who asks for every detail: thousands of such lines hide
    the one that matters.
    """
    result = run.result
    passed = result.outcome is Outcome.PASS
    if passed and not is_detailed():
        return
    said: dict[str, object] = {"took_ms": round(result.took / timedelta(milliseconds=1))}
    if result.reason:
        said["reason"] = result.reason.value
    if result.summary:
        said["summary"] = result.summary
    say = log.debug if passed else log.info
    say("run", probe=run.probe.id, outcome=result.outcome.value, **said)


def address(config: Config) -> str | None:
    return f"http://{config.listen[0]}:{config.listen[1]}/" if config.listen else None


def needs_restart(old: Config, new: Config) -> list[str]:
    names = ("state", "location", "listen", "browser")
    return [name for name in names if getattr(old, name) != getattr(new, name)]
