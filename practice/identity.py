"""What the site says it is: in headers, in its API and at the foot of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from practice.faults import Switches

SERVICE: Final = "little-archive"
VERSION: Final = "1.4.2"


@dataclass(frozen=True, slots=True)
class Identity:
    """`runtime` is the stack as the API names it, `powered_by` as the header does."""

    environment: str
    runtime: str
    powered_by: str
    version: str = VERSION

    def headers(self) -> dict[str, str]:
        return {
            "X-Environment": self.environment,
            "X-App-Version": self.version,
            "X-Powered-By": self.powered_by,
        }


def identity(switches: Switches) -> Identity:
    release = "8.0.2" if "accidental-upgrade" in switches else "5.6.40"
    return Identity(
        environment="staging" if "wrong-environment" in switches else "production",
        runtime=f"quill {release}",
        powered_by=f"Quill/{release}",
    )
