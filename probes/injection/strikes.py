"""Which function breaks what. A new fault is a line here and one in the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from probes.injection import documents, environments, fields, lies, losses, tables
from probes.injection.fault import Fault
from probes.injection.stale import Stale
from probes.injection.strike import After, Before, Strike
from probes.injection.yesterday import Stuck


def _before(before: Before) -> Callable[[Fault], Strike]:
    return lambda _: Strike(before=before)


def _after(after: After) -> Callable[[Fault], Strike]:
    return lambda _: Strike(after=after)


def _of_a_field(breaking: fields.Breaking) -> Callable[[Fault], Strike]:
    return lambda fault: Strike(after=partial(documents.field_broken, fault, breaking))


def _stale(fault: Fault) -> Strike:
    if fault.yesterday:
        stuck = Stuck(fault.yesterday)
        return Strike(stuck.before, stuck.after)
    cache = Stale()
    return Strike(cache.before, cache.after)


def _environment(fault: Fault) -> Strike:
    return Strike(after=partial(environments.another_environment, fault.word))


STRIKES: Final[Mapping[str, Callable[[Fault], Strike]]] = {
    "refused": _before(losses.refused),
    "timeout": _before(losses.never_answered),
    "status-500": _before(losses.failing),
    "writes-500": _before(losses.failing_writes),
    "slow": _after(losses.slower),
    "empty-body": _after(lies.empty),
    "another-page": _before(lies.another_page),
    "sign-in-page": _before(lies.sign_in_page),
    "truncated": _after(lies.half),
    "stale": _stale,
    "empty-lists": _after(documents.empty_lists),
    "empty-tables": _after(tables.empty_tables),
    "field-renamed": _of_a_field(fields.renamed),
    "field-removed": _of_a_field(fields.removed),
    "wrong-environment": _environment,
    "assets-missing": _before(losses.asset_missing),
    "upload-refused": _before(losses.file_refused),
    "link-lost": _after(losses.leading_nowhere),
    "certificate-ending": _after(losses.certificate_ending),
    "cookies-dropped": _after(losses.without_cookies),
}
ONE_FOR_EACH_FIELD: Final = frozenset(("field-renamed", "field-removed"))
