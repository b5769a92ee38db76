"""What docs/deploys.md says to type is typed here, and what it says to send is understood."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import SystemClock
from monitor.server.deploying import BODY_MAX
from tests.monitor.deploys.recorded import body
from tests.monitor.server.hooks import BEARER, SECRET, TOKEN, Hook, a_hook
from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "deploys.md").read_text("utf-8")
CURL = [
    text
    for text in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    if "curl" in text
]


@pytest.fixture
def hook(tmp_path: Path) -> Iterator[Hook]:
    with a_hook(tmp_path) as found:
        found.clock.step(SystemClock().now() - found.clock.now())
        yield found


def typed(hook: Hook, text: str, **known: str) -> Any:
    """What curl printed."""
    known = {"TRUEUP": str(hook.client.base_url).rstrip("/"), "NO_PROXY": "*"} | known
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", text],
        env={"PATH": os.environ["PATH"]} | known,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_deploy_is_told_with_the_lines_of_the_documentation(hook: Hook) -> None:
    shown, signed = CURL
    first = typed(hook, shown, DEPLOY_TOKEN=TOKEN)
    second = typed(hook, signed, DEPLOY_SECRET=SECRET)
    assert first["said"].startswith("Recorded: api 1.4.2, by ci, at ")
    assert second["said"].startswith("Recorded: api 1.4.3 (before: 1.4.2), by ci, at ")
    assert typed(hook, signed, DEPLOY_SECRET=SECRET)["said"].startswith("Known already: ")
    assert [each.key for each in hook.kept()] == ["generic:run-319", "generic:run-318"]


def test_what_the_template_for_argo_cd_leaves_of_an_application_is_understood(hook: Hook) -> None:
    template = PAGE.partition("      body: |\n")[2].partition("trigger.")[0]
    at = f"{hook.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    app = body("argocd-application", status__operationState__startedAt=at)
    answer = hook.post(filled(template, app).encode(), "/argocd", BEARER)
    assert answer.status_code == 201, answer.text
    [deploy] = hook.kept()
    assert (deploy.service, deploy.version) == ("api", "4773b9f1f8fb")
    assert deploy.note == "registry.example.org/acme/api:1.4.2"
    assert deploy.url == "https://argocd.example.org/applications/api"
    del app["status"]["summary"]
    again = hook.post(filled(template, app).encode(), "/argocd", BEARER)
    assert again.json()["said"].startswith("Known already: ")


def filled(template: str, app: Any) -> str:
    """As the templates of Go would."""

    def value(match: re.Match[str]) -> str:
        function, path = match[1], match[2].lstrip(".").split(".")
        found: Any = {"app": app, "context": {"argocdUrl": "https://argocd.example.org"}}
        for each in path:
            found = (found or {}).get(each)
        if function:
            return json.dumps(found)
        return "<no value>" if found is None else str(found)

    return re.sub(r"{{(toJson )?(\S+?)}}", value, template)


def test_the_bounds_it_names_are_those_that_hold() -> None:
    assert f"larger than {BODY_MAX // 1024} KiB" in PAGE
