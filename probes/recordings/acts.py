"""What somebody did while it was recorded, whatever form the recording had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from probes.journeys.steps_targets import Part, parse

Kind: TypeAlias = Literal[
    "open", "close", "goto", "click", "hover", "fill", "press", "select", "check", "uncheck",
    "upload", "wait", "expect_text", "expect_visible", "expect_value", "expect_checked",
    "expect_unchecked",
]  # fmt: skip


class NotUnderstood(Exception):
    """Raised with the number of the line, from 1, and what is wrong with it."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`page` names the tab. `target` is as in a step; `values` what was typed, chosen or seen."""

    line: int
    kind: Kind
    page: str
    target: str = ""
    values: tuple[str, ...] = ()
    times: int = 1
    opens: str = ""
    """The tab that was opened by it."""
    downloads: bool = False
    asks: bool = False
    """Whether the browser then asked a question, which was answered with no."""

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


def joined(parts: Iterable[str]) -> str:
    """A target of parts. Raises ValueError when it would be read as another one."""
    target = " >> ".join(parts)
    parse(target)
    return target


def named(engine: str, value: str, *, exact: bool = False) -> str:
    """`label=E-mail`, with quotes where it is meant exactly."""
    plain = " ".join(value.split())
    if exact:
        return f"{engine}={quoted(plain)}"
    if parse(f"label={plain}") != (Part("label", plain),):
        raise ValueError(f"{value!r} cannot be written as a locator")
    return f"{engine}={plain}"


def role(
    name: str, called: str = "", *, exact: bool = False, states: Sequence[tuple[str, object]] = ()
) -> str:
    """`role=button[name='Pay']`."""
    parts = [f"role={name}"]
    if called:
        parts.append(f"[name={quoted(' '.join(called.split()))}]")
        parts += ["[exact]"] if exact else []
    for key, value in states:
        said = str(value).lower()
        parts.append(f"[{key}]" if value is True else f"[{key}={said}]")
    return "".join(parts)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\")
    if "'" not in escaped:
        return f"'{escaped}'"
    return '"' + escaped.replace('"', '\\"') + '"'
