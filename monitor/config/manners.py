"""What many probes have in common is made once and shared: ten thousand of them rarely differ in
more than their address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from monitor.config import routes
from monitor.config.defaults import Merged
from monitor.config.policy import PolicyTable
from monitor.config.tables import ProbeTable
from monitor.policy import Policy
from monitor.routing import Hours, Routing


@dataclass(frozen=True, slots=True)
class Manner:
    """How a probe is treated, apart from what it asks."""

    table: PolicyTable
    policy: Policy
    routing: Routing
    tags: frozenset[str]
    accepts: frozenset[str]
    """Faults that may go unseen."""

    def routing_of(self, id_: str, *, inherited: bool) -> Routing:
        """What all others need is written once, in the defaults, and needs nothing itself."""
        if inherited and id_ in self.routing.needs:
            return replace(self.routing, needs=())
        return self.routing


@dataclass(frozen=True, slots=True)
class Manners:
    """Every manner that was asked for, by what was written of it."""

    _known: dict[tuple[str, tuple[str, ...], str], Manner] = field(default_factory=dict)

    def of(
        self,
        kind: str,
        table: ProbeTable,
        written: Mapping[str, Any],
        merged: Merged,
        hours: Mapping[str, Hours],
    ) -> Manner:
        """*written* is what *table* was read from, *merged* what the defaults give to it."""
        own = {key: written[key] for key in written if key in PolicyTable.model_fields}
        place = (kind, table.tags, json.dumps(own))
        if place not in self._known:
            self._known[place] = _manner(table, merged, hours)
        return self._known[place]


def _manner(table: ProbeTable, merged: Merged, hours: Mapping[str, Hours]) -> Manner:
    own = table.model_fields_set & PolicyTable.model_fields.keys()
    given = {**merged.given, **{key: getattr(table, key) for key in own}}
    policy = PolicyTable.model_construct(**given)
    needs = tuple(dict.fromkeys(policy.needs))
    return Manner(
        table=policy,
        policy=routes.policy(policy),
        routing=routes.routing(policy, hours, needs),
        tags=frozenset(table.tags),
        accepts=frozenset(policy.blindspots_accept),
    )
