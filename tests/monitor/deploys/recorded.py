"""Bodies as the sources send them, shortened, and the headers that come with them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

BODIES: Final = Path(__file__).parent / "bodies"
HEADERS: Final[dict[str, dict[str, str]]] = {
    "github-deployment-status": {"x-github-event": "deployment_status"},
    "github-release": {"x-github-event": "release"},
    "github-workflow-run": {"x-github-event": "workflow_run"},
    "github-ping": {"x-github-event": "ping"},
    "gitlab-deployment": {"x-gitlab-event": "Deployment Hook"},
    "gitlab-pipeline": {"x-gitlab-event": "Pipeline Hook"},
    "gitlab-release": {"x-gitlab-event": "Release Hook"},
    "jenkins-notification": {},
    "argocd-application": {},
}


def content(name: str) -> bytes:
    return (BODIES / f"{name}.json").read_bytes()


def body(name: str, **changes: object) -> Any:
    """With other values at places that are written with `__`; None takes them away."""
    found = copy.deepcopy(json.loads(content(name)))
    for place, value in changes.items():
        *path, last = place.split("__")
        part = found
        for each in path:
            part = part[each]
        if value is None:
            del part[last]
        else:
            part[last] = value
    return found
