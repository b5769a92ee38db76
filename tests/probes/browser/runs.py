"""The short way from a journey to its result."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageChops

from probes.browser import Browsers, Errand, Journey
from probes.result import Outcome, Reason, Result

SECRET = "swordfish & co/ü"
PNG = b"\x89PNG"
UNSEEN = 3  # of 255; a browser rounds the edge of a button in two ways


async def travel(browsers: Browsers, journey: Journey, url: str = "", within: float = 20) -> Result:
    return await browsers.run(
        Errand(
            journey=journey,
            url=url,
            params={"who": "canary"},
            secrets={"word": SECRET},
            timeout=timedelta(seconds=within),
        )
    )


def steps(result: Result) -> list[tuple[str, Outcome]]:
    return [(step.name, step.outcome) for step in result.steps]


def failed(result: Result, reason: Reason) -> bool:
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason), result
    assert result.artefacts[0].name == "screenshot.png"
    assert result.artefacts[0].content.startswith(PNG)
    return True


def alike(one: bytes, other: bytes) -> bool:
    """Whether nobody could tell the two pictures apart."""
    first, second = [Image.open(BytesIO(each)).convert("L") for each in (one, other)]
    if first.size != second.size:
        return False
    shades = ImageChops.difference(first, second).histogram()
    return sum(shades[UNSEEN:]) == 0
