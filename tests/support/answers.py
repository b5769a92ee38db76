"""Expectations and answers, as short as a test wants them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from probes import Reason
from probes.expect import Expect, Seen, judge


def expect(_folder: Path = Path(), **table: Any) -> Expect:
    """As a configuration says it."""
    return Expect.model_validate_json(json.dumps(table), context={"folder": _folder})


def seen(
    body: str | bytes | dict[str, Any] | list[Any] = b"",
    status: int = 200,
    took: timedelta = timedelta(milliseconds=1),
    left: timedelta | None = None,
    **headers: str,
) -> Seen:
    if isinstance(body, dict | list):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Seen(status, httpx.Headers(named).raw, content, took, left)


def verdict(answer: Seen, **table: Any) -> list[tuple[Reason, str]]:
    return [(failing.reason, failing.said) for failing in judge(expect(**table), answer)]
