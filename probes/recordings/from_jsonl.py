"""Reads what `playwright codegen --target jsonl` writes: one action with its locator a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from probes.recordings.acts import Act, Kind, NotUnderstood, joined, named, role

_KINDS: Final[dict[str, Kind]] = {
    "openPage": "open",
    "closePage": "close",
    "navigate": "goto",
    "click": "click",
    "hover": "hover",
    "fill": "fill",
    "press": "press",
    "select": "select",
    "check": "check",
    "uncheck": "uncheck",
    "setInputFiles": "upload",
    "assertText": "expect_text",
    "assertVisible": "expect_visible",
    "assertValue": "expect_value",
}

_ENGINES: Final = {
    "text": "text",
    "label": "label",
    "placeholder": "placeholder",
    "alt": "alt",
    "title": "title",
    "has-text": "has_text",
}
_AS_THEY_ARE: Final = {
    "test-id": "testid={}",
    "default": "css={}",
    "frame-locator": "frame={}",
    "nth": "nth={}",
    "first": "nth=0",
    "last": "nth=-1",
}
_MODIFIERS: Final = ((1, "Alt"), (2, "ControlOrMeta"), (4, "ControlOrMeta"), (8, "Shift"))


def from_jsonl(text: str) -> Iterator[Act | NotUnderstood]:
    """Raises nothing: a line that is not understood is said so in its place."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            if "browserName" not in told:  # as the first line, which is about the browser
                yield _act(number, told)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            why = str(error) if isinstance(error, ValueError) else "it is not as recorders write it"
            yield NotUnderstood(number, why)


def _act(line: int, told: dict[str, Any]) -> Act:
    name = str(told.get("name"))
    signals = {each["name"]: each for each in told.get("signals", ())}
    target = joined(_parts(told["locator"])) if told.get("locator") else ""
    return Act(
        line=line,
        kind=_kind(name, told),
        page=str(told.get("pageGuid", "")),
        target=target,
        values=tuple(_values(name, told)),
        times=int(told.get("clickCount") or 1),
        opens=str(signals["popup"]["popupPageGuid"]) if "popup" in signals else "",
        downloads="download" in signals,
        asks="dialog" in signals,
    )


def _kind(name: str, told: dict[str, Any]) -> Kind:
    if name == "assertChecked":
        return "expect_checked" if told["checked"] else "expect_unchecked"
    if name not in _KINDS:
        raise ValueError(f"{name!r} is nothing that a step can do; leave the line out")
    if name == "click" and (told.get("button", "left") != "left" or told.get("modifiers")):
        raise ValueError("a step clicks with the left button and no key held; leave the line out")
    return _KINDS[name]


def _values(name: str, told: dict[str, Any]) -> Iterator[str]:
    match name:
        case "openPage" | "navigate":
            yield str(told["url"])
        case "fill" | "assertText":
            yield str(told["text"])
        case "assertValue":
            yield str(told["value"])
        case "press":
            held = [word for bit, word in _MODIFIERS if int(told.get("modifiers") or 0) & bit]
            yield "+".join([*held, str(told["key"])])
        case "select":
            yield from map(str, told["options"])
        case "setInputFiles":
            yield from map(str, told["files"])


def _parts(locator: dict[str, Any] | None) -> Iterator[str]:
    while locator is not None:
        following = locator.get("next")
        if following and following["kind"] == "frame":
            yield f"frame={locator['body']}"
            following = following.get("next")
        else:
            yield from _part(locator["kind"], locator["body"], locator.get("options") or {})
        locator = following


def _part(kind: str, body: Any, options: dict[str, Any]) -> Iterator[str]:
    if not isinstance(body, str) or isinstance(options.get("name"), dict):
        raise ValueError("a pattern is not told by the recorder; point at it by its words")
    if options.get("hasText") or options.get("hasNotText"):
        kind = "locator with a text"
    if kind == "role":
        states = [(each["name"], each["value"]) for each in options.get("attrs", ())]
        exact = bool(options.get("exact"))
        yield role(body, options.get("name", ""), exact=exact, states=states)
    elif kind in _ENGINES:
        yield named(_ENGINES[kind], body, exact=bool(options.get("exact")))
    elif kind in _AS_THEY_ARE:
        yield body if body.startswith("xpath=") else _AS_THEY_ARE[kind].format(body)
    elif kind not in ("visible", "filter-visible"):
        raise ValueError(f"a locator of the kind {kind!r} has no counterpart in a step")
