"""What was learned and is no longer true. Inside the writer's transaction."""

from __future__ import annotations

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.acts.orders import CannotAct, Done, ForgetBaseline, No
from monitor.acts.planning import Known
from monitor.config.nearest import remedy
from monitor.store import baselines


def forget_baseline(db: Database, order: ForgetBaseline, config: Known) -> Done:
    """What is usual is learned from the next runs on."""
    if order.probe not in config.probes:
        raise CannotAct(
            No.UNKNOWN_NAME,
            f"there is no probe {order.probe!r}; {remedy(order.probe, config.probes, 'probes')}",
        )
    hours = baselines.forget(db, order.probe)
    known = f"{hours} hours of it are forgotten" if hours else "Nothing of it was known"
    said = f"The baseline of {order.probe} begins anew. {known}."
    return Done(said, {"probe": order.probe, "hours": hours, "changed": hours > 0})
