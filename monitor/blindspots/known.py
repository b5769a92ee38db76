"""What an ordinary run asked through our own transport, and what can be broken in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Final

from monitor.blindspots.answers import Answer
from probes import Result
from probes.injection import Asked, Fault, mutants
from probes.injection.replaying import Recorder
from probes.traits import Trait

_ENVIRONMENT: Final = "wrong-environment"


@dataclass(frozen=True)
class Known:
    """And what the probe made of it."""

    recorder: Recorder
    result: Result
    usually: timedelta = timedelta()
    """How long its slowest runs took, as far as the daemon knows."""

    @cached_property
    def answer(self) -> Answer | None:
        """The last one; None where there is none that can be read."""
        for each in reversed(self.recorder.recorded):
            if (given := each.given) is not None:
                asked = Asked(each.question.method, str(each.question.url))
                environment = self.result.facts.traits.get(Trait.ENVIRONMENT, "")
                usually = max(self.usually, self.result.took)
                return Answer(asked, given, environment, usually)
        return None


def aimed(fault: Fault, settings: object) -> Fault:
    """Told what the environment is called, where an HTTP probe looks in a place of its own."""
    expected = getattr(getattr(settings, "expect", None), "environment", None)
    if fault.name != _ENVIRONMENT or len(getattr(expected, "model_fields_set", ())) < 2:
        return fault
    return replace(fault, word=str(getattr(expected, "is_", "")))


def mutants_of(recorder: Recorder, fault: Fault) -> list[Fault]:
    """Of all that was answered, each once."""
    if not recorder.recorded:
        return [fault]
    given = [each.given for each in recorder.recorded]
    found = [each for one in given if one is not None for each in mutants(fault, one)]
    return list(dict.fromkeys(found))
