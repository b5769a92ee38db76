"""What a fault makes of a request and of its answer. Pure: both engines ask here."""

from __future__ import annotations

from collections.abc import Sequence

from probes.injection.documents import one_for_each_field
from probes.injection.exchange import Asked, Broken, Given
from probes.injection.fault import Fault
from probes.injection.strikes import ONE_FOR_EACH_FIELD, STRIKES


class Injection:
    """Of one fault into one run. `touched` counts the requests that were given another answer than
    the target's own.
    """

    def __init__(self, fault: Fault) -> None:
        """Raises KeyError for a fault that is not in the catalogue."""
        self.fault = fault
        self.touched = 0
        self._strike = STRIKES[fault.name](fault)

    def before(self, asked: Asked) -> Given | Broken | None:
        """What is answered instead of asking the target; None lets the request through."""
        instead = self._strike.before(asked)
        self.touched += instead is not None
        return instead

    def after(self, asked: Asked, given: Given) -> Given:
        """What becomes of the target's answer; the same object where it is left alone."""
        altered = self._strike.after(asked, given)
        if altered == given:
            return given
        self.touched += 1
        return altered


def mutants(fault: Fault, given: Given) -> Sequence[Fault]:
    """The same fault once for each place of an answer where it can strike; itself where it strikes
    everywhere at once, and nothing where there is nothing to break.
    """
    return one_for_each_field(fault, given) if fault.name in ONE_FOR_EACH_FIELD else (fault,)
