"""What would watch a component better, as tables of the configuration."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from monitor.config.model import Component
from monitor.coverage.lines import Line, line

_EXAMPLE: Final = "https://example.org"
_SIGN_IN: Final = {
    "username": "canary@example.org",
    "password": "change-me",
    "expect_text": "Something that is seen only after signing in",
}


def _beginning(words: str) -> re.Pattern[str]:
    """These at the beginning of a word: a profile is no file, and in a handbook nobody books."""
    return re.compile(rf"(?<![a-z])({words})", re.IGNORECASE)


_SIGNING: Final = _beginning(
    r"sign(ing)?[- ]?in|log(ging)?[- ]?in\b|accounts?(?![a-z])|o?auth(?!or(?!i))"
)
_WRITING: Final = (
    ("upload", _beginning(r"upload|contribut|files?\b|documents?\b|attach|import(?!an)")),
    ("shorten", _beginning(r"(url[- ]?)?short(?!age|ly)|links?\b")),
    ("message", _beginning(r"messag|chat|comment|post\b|(web|e)?-?mail|send")),
)
_DOES: Final = _beginning(
    r"(pre|re)?order|pay|book|(web|e)?-?shop|cart|save|creat|edit(?!ion)|submit|registe|registra"
)
_SENDING: Final = (
    '{ fill = "Name of a field", with = "canary" }',
    '{ click = "Name of a button" }',
)
_LOOKING: Final = '{ expect_text = "A sentence that only the real page says" }'


def words_of(component: Component) -> str:
    return f"{component.id} {component.name} {component.description} {component.says}"


def is_about_signing_in(component: Component) -> bool:
    return bool(_SIGNING.search(f"{component.id} {component.name}"))


def is_about_writing(component: Component) -> bool:
    """Whether its words tell of something that people send or make."""
    words = words_of(component)
    return any(about.search(words) for _, about in _WRITING) or bool(_DOES.search(words))


def _ready_made(component: Component, origin: str, taken: Collection[str]) -> tuple[Line, ...]:
    probe = free_name(f"{component.id}-journey", taken)
    table = f"probe.{probe}"
    url = f"{origin or _EXAMPLE}/"
    return (
        line(table, "kind", "journey"),
        *(line(table, key, value) for key, value in _keys(component, url)),
        line(f"component.{component.id}", "probes", [*component.probes, probe]),
    )


def _keys(component: Component, url: str) -> list[tuple[str, str]]:
    if is_about_signing_in(component):
        return [("journey", "login"), ("url", f"{url}sign-in"), *_SIGN_IN.items()]
    words = words_of(component)
    name = next((name for name, about in _WRITING if about.search(words)), "")
    if name == "shorten":
        return [("journey", name), ("url", url), ("target", f"{url}about")]
    return [("journey", name), ("url", url)]


def _is_ready_made(component: Component) -> bool:
    """Whether one of the ready-made journeys does what it is about."""
    words = words_of(component)
    return is_about_signing_in(component) or any(about.search(words) for _, about in _WRITING)


def _steps(
    component: Component, origin: str, taken: Collection[str], *, writing: bool
) -> tuple[Line, ...]:
    """A journey to be filled in: what people click and read there."""
    probe = free_name(f"{component.id}-journey", taken)
    table = f"probe.{probe}"
    walk = _SENDING if writing or is_about_writing(component) else ()
    steps = "".join(f"    {step},\n" for step in (*walk, _LOOKING))
    return (
        line(table, "kind", "journey"),
        line(table, "url", f"{origin or _EXAMPLE}/"),
        Line(("probe", probe), ("steps",), f"[\n{steps}]"),
        line(f"component.{component.id}", "probes", [*component.probes, probe]),
    )


def watching(
    component: Component, origin: str, taken: Collection[str], *, writing: bool = False
) -> tuple[Line, ...]:
    """A probe that does what people do there, one that fills something in when it has to be
    *writing*, and the component that it then watches.
    """
    if _is_ready_made(component):
        return _ready_made(component, origin, taken)
    return _steps(component, origin, taken, writing=writing)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """*wanted*, with a number after it when somebody has that name."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
