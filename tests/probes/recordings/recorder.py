"""Lines as the recorder writes them, and the steps that become of them."""

from __future__ import annotations

import json
import tomllib
from typing import Any, Final

from probes.recordings import as_steps, read

_HEAD: Final = {"browserName": "chromium", "launchOptions": {}, "contextOptions": {}}


def steps(text: str, url: str = "") -> list[dict[str, Any]]:
    (probe,) = tomllib.loads(as_steps(read(text, url)))["probe"].values()
    found: list[dict[str, Any]] = probe["steps"]
    return found


def recorded(*actions: dict[str, Any]) -> str:
    """As the recorder writes it, after opening a page."""
    opened = {"name": "navigate", "url": "https://example.org/", "signals": [], "pageGuid": "a"}
    whole = [{"signals": [], "pageGuid": "a", **action} for action in actions]
    return "\n".join(map(json.dumps, [_HEAD, opened, *whole]))


def at(kind: str, body: str, following: dict[str, Any] | None = None, **options: Any) -> Any:
    return {"kind": kind, "body": body, "options": options} | (
        {"next": following} if following else {}
    )


def click(locator: Any, **more: Any) -> dict[str, Any]:
    return (
        {"name": "click", "button": "left", "modifiers": 0, "clickCount": 1}
        | {"locator": locator}
        | more
    )


def hands_over(*names: str) -> dict[str, Any]:
    return {"name": "setInputFiles", "files": [*names], "locator": at("label", "File")}
