"""What was typed and must not be written down: finding it, and telling where else it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from probes.journeys.steps_targets import parse
from probes.journeys.steps_values import looks_secret
from probes.recordings.acts import Act

_FIELDS: Final = ("fill", "expect_value")
_TELLING: Final = 8  # characters


def secrets_in(acts: Sequence[Act], address: str) -> dict[str, str]:
    """By a name for each; *address* is where the journey begins."""
    found: dict[str, str] = {}
    for key, value in _asked_with(address):
        _keep(found, key, value)
    for act in acts:
        if act.kind in _FIELDS and act.value and looks_secret(act.target, act.value):
            _keep(found, _word(act.target), act.value)
        elif act.kind == "goto":
            for key, value in _asked_with(act.value):
                _keep(found, key, value)
    return found


def pieces(text: str, secrets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """One after the other: what may be read with no name, or nothing with the name of a secret.

    A short one counts only as a word of its own: within another it is there by chance.
    """
    names = {value: name for name, value in secrets.items()}
    ways = "|".join(map(_standing, sorted(names, key=len, reverse=True)))
    ended = 0
    for found in re.finditer(ways, text) if ways and text not in names else ():
        if text[ended : found.start()]:
            yield text[ended : found.start()], ""
        yield "", names[found[0]]
        ended = found.end()
    if text[ended:]:
        yield ("", names[text]) if text in names else (text[ended:], "")


def _standing(secret: str) -> str:
    plain = re.escape(secret)
    return plain if len(secret) >= _TELLING else rf"(?<!\w){plain}(?!\w)"


def _asked_with(address: str) -> Iterator[tuple[str, str]]:
    """What is secret behind `?` and `#`, as it stands there."""
    parts = urlsplit(address)
    for pair in (*parts.query.split("&"), *parts.fragment.split("&")):
        key, _, value = pair.partition("=")
        if value and looks_secret(unquote_plus(key), unquote_plus(value)):
            yield unquote_plus(key), value


def _keep(found: dict[str, str], name: str, value: str) -> None:
    if value in found.values():
        return
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30] or "secret"
    free = plain
    for number in range(2, 100):
        if free not in found:
            break
        free = f"{plain}_{number}"
    found[free] = value


def _word(target: str) -> str:
    """What the field is called, for the name of the secret."""
    value = parse(target)[-1].value
    text = value if isinstance(value, str) else value.pattern
    inner = re.search(r"=[\"']?([\w-]+)[\"']?\]", text)
    return inner[1] if inner else text
