"""What each configured action waits for, and what keeps it from ever acting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.actions import filling, guard
from monitor.cli.ground import brief, history, say_json, write
from monitor.clock import SystemClock, iso
from monitor.config.changes import Action, ActionMode
from monitor.routing import Severity
from monitor.store import action_facts
from monitor.store.action_facts import Act, Deployed

if TYPE_CHECKING:
    from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

    from monitor.config import Config


def show(config: Config, name: str, *, as_json: bool) -> None:
    """One of them, or all."""
    at = SystemClock().now()
    wanted = [a for a in config.changes.actions.values() if name in ("", a.id)]
    with history(config) as db:
        told = [_told(db, config, action, at) for action in wanted]
    if as_json:
        say_json(told)
    elif not told:
        write("No action is configured.\n")
    else:
        write("\n".join(_paragraph(each) for each in told))


def _told(db: Database, config: Config, action: Action, at: datetime) -> dict[str, Any]:
    service = config.changes.services[action.service]
    deploys = action_facts.deployed(db, (service.id, *service.also), config.environment)
    done = action_facts.acts_of(db, action.service, action.id)
    acts = [a for a in done if a.name == action.id and a.mode == action.mode]
    return {
        "action": action.id,
        "mode": action.mode.value,
        "service": action.service,
        "probes": list(service.probes),
        "waits": list(_waits(config, action)),
        "in_the_way": list(_in_the_way(config, action, deploys, at)),
        "newest_deploy": {"version": deploys[0].version, "at": iso(deploys[0].at)}
        if deploys
        else None,
        "last_act": iso(acts[0].started_at) if acts else None,
        "cools_down_until": _cool(action, acts, at),
    }


def _waits(config: Config, action: Action) -> Iterator[str]:
    probes = ", ".join(_eligible(config, action)) or "no probe at all"
    yield f"a critical incident of {probes} that people are told of"
    yield f"{guard.FAILURES} failing runs of it in a row, the newest one among them"
    yield f"its first failing run at most {brief(action.within)} after a deploy of {action.service}"
    yield "no other version deployed since, and the deploy no roll-back itself"
    yield f"nothing done for this deploy yet, nor for another one in {brief(action.cool_down)}"
    yield "no announced work, no silence, nobody who acknowledged it"
    if "previous" in filling.used(action):
        yield "a version before that is known"
    if action.mode is ActionMode.DRY_RUN:
        yield 'mode = "live": until then it only says what it would have done'


def _eligible(config: Config, action: Action) -> list[str]:
    probes = config.changes.services[action.service].probes
    return [probe for probe in probes if not _why_never(config, probe)]


def _why_never(config: Config, probe: str) -> str:
    known = config.probes.get(probe)
    if known is None:
        return "is not configured"
    if not any(probe in each.probes for each in config.components.values()):
        return "belongs to no component"
    if known.routing.severity is not Severity.CRITICAL:
        return "is never critical"
    if not known.routing.channels.get(Severity.CRITICAL) and not known.routing.during:
        return "tells nobody when it is critical"
    return ""


def _in_the_way(
    config: Config, action: Action, deploys: list[Deployed], at: datetime
) -> Iterator[str]:
    for probe in config.changes.services[action.service].probes:
        if why := _why_never(config, probe):
            yield f"{probe} {why}"
    if not deploys:
        yield f"no deploy of {action.service} was recorded yet"
    elif at - deploys[0].at > action.within:
        yield f"the newest deploy, {deploys[0].version}, is {brief(at - deploys[0].at)} old"


def _cool(action: Action, acts: list[Act], at: datetime) -> str | None:
    ends = [act.started_at + action.cool_down for act in acts]
    return iso(max(ends)) if ends and max(ends) > at else None


def _paragraph(told: dict[str, Any]) -> str:
    lines = [f"{told['action']} ({told['mode']}) of {told['service']} waits for"]
    lines += [f"  - {each}" for each in told["waits"]]
    if told["in_the_way"]:
        lines.append("  now in the way:")
        lines += [f"  - {each}" for each in told["in_the_way"]]
    if told["cools_down_until"]:
        lines.append(f"  cools down until {told['cools_down_until']}")
    return "\n".join(lines) + "\n"
