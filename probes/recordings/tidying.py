"""From what was done, key by key, to what is worth repeating; without what is secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from probes.journeys.steps_targets import parse
from probes.journeys.steps_values import looks_secret
from probes.recordings.acts import Act, NotUnderstood

_MOST: Final = 100
_EXPECTING: Final = ("expect_text", "expect_visible", "expect_value", "expect_checked")


@dataclass(frozen=True, slots=True)
class Recording:
    """`secrets` are the texts that were typed and must not be written down, by a name for each."""

    url: str
    acts: tuple[Act, ...]
    secrets: Mapping[str, str] = field(repr=False)
    notes: tuple[str, ...] = ()


def tidy(acts: Sequence[Act], url: str, omitted: Sequence[NotUnderstood]) -> Recording:
    """Raises NotUnderstood where nothing is left, or tabs are used in a way that steps cannot.

    What was *omitted* is said in the notes.
    """
    visited = [act.value for act in acts if act.kind in ("goto", "open")]
    address = url or next((each for each in visited if _is_web(each)), "")
    if not address:
        raise NotUnderstood(1, "no page was opened; begin with one, or give its address")
    if not acts:
        raise NotUnderstood(1, "nothing was done")
    begun = [*_followed([*_opened(acts)])]
    kept = [*_without_noise(begun)]
    if len(kept) > _MOST:
        raise NotUnderstood(kept[_MOST].line, f"more than {_MOST} steps; leave some out")
    secrets = _secrets(kept)
    plain = _without_password(address)
    notes = [f"Left out: {each}" for each in omitted]
    notes += _notes(kept, secrets, address != plain)
    return Recording(plain, tuple(kept), secrets, tuple(notes))


def _is_web(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https")


def _opened(acts: Sequence[Act]) -> Iterator[Act]:
    """Opening a page with an address is going there; that of an empty one is nothing."""
    for act in acts:
        if act.kind != "open":
            yield act
        elif _is_web(act.value):
            yield replace(act, kind="goto")


def _followed(acts: Sequence[Act]) -> Iterator[Act]:
    """Says when a tab is left for the one before; what is closed at the end needs no step."""
    tabs: list[str] = []
    last = max((at for at, act in enumerate(acts) if act.kind != "close"), default=-1)
    for act in acts[: last + 1]:
        tabs = tabs or [act.page]
        if act.kind == "close":
            if act.page == tabs[-1] and len(tabs) > 1:
                tabs.pop()
                yield act
            continue
        if act.page != tabs[-1]:
            if len(tabs) < 2 or act.page != tabs[-2]:
                raise NotUnderstood(act.line, "is in a tab that no click has opened; leave it out")
            yield Act(line=act.line, kind="close", page=tabs.pop())
        yield act
        if act.opens:
            tabs.append(act.opens)


def _without_noise(acts: Sequence[Act]) -> Iterator[Act]:
    """Leaves out the click into a field that is then filled, and what is filled in twice."""
    for at, act in enumerate(acts):
        following = acts[at + 1] if at + 1 < len(acts) else None
        same = following is not None and following.target == act.target and act.target
        if same and following and following.kind == "fill" and act.kind in ("click", "fill"):
            continue
        if act.kind == "press" and act.value == "CapsLock":
            continue
        yield act


def _secrets(acts: Sequence[Act]) -> dict[str, str]:
    found: dict[str, str] = {}
    for act in acts:
        if act.kind == "fill" and act.value and looks_secret(act.target, act.value):
            _keep(found, _word(act.target), act.value)
        elif act.kind == "goto":
            for key, value in parse_qsl(urlsplit(act.value).query):
                if value and looks_secret(key, value):
                    _keep(found, key, value)
    return found


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


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _notes(acts: Sequence[Act], secrets: Mapping[str, str], had_login: bool) -> Iterator[str]:
    if secrets:
        yield "What looked like a password was not written down: put it where ${env:…} finds it."
    if had_login:
        yield "The address held a user name or password: write them as http_credentials."
    if any(act.asks for act in acts):
        yield "A question of the browser is answered with no; confirm = true answers it with yes."
    if any(act.kind == "upload" for act in acts):
        yield "Files to upload are looked for beside the configuration."
    if not any(act.kind in _EXPECTING for act in acts[-3:]):
        yield (
            "A recording knows what was done, not what should come of it: end with something"
            " that has to be seen, as expect_text."
        )
    yield "Look it through for what others must not read."
