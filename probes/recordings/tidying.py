"""From what was done, key by key, to what is worth repeating; without what is secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PureWindowsPath
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from probes.recordings.acts import Act, NotUnderstood
from probes.recordings.withholding import secrets_in

_MOST: Final = 100
_EXPECTING: Final = ("expect_text", "expect_visible", "expect_value", "expect_checked")


@dataclass(frozen=True, slots=True)
class Recording:
    """`secrets` are the texts that were typed and must not be written down, by a name for each."""

    url: str
    acts: tuple[Act, ...]
    secrets: Mapping[str, str] = field(repr=False)
    notes: tuple[str, ...] = ()


def tidy(
    acts: Sequence[Act], url: str, omitted: Sequence[NotUnderstood], *, leaves_out: bool = False
) -> Recording:
    """Raises NotUnderstood where nothing is left, or tabs are used in a way that steps cannot,
    unless it *leaves_out* that. What was *omitted* is said in the notes.
    """
    visited = [act.value for act in acts if act.kind in ("goto", "open")]
    address = url or next((each for each in visited if _is_web(each)), "")
    if not address:
        raise NotUnderstood(1, "no page was opened; begin with one, or give its address")
    if not acts:
        raise NotUnderstood(1, "nothing was done")
    begun = [*_followed([*_opened(acts)])]
    astray = [each for each in begun if isinstance(each, NotUnderstood)]
    if astray and not leaves_out:
        raise astray[0]
    followed = [each for each in begun if isinstance(each, Act)]
    kept = [_pared(act) for act in _without_noise(followed)]
    if not kept:
        raise NotUnderstood(1, "nothing of it can be repeated")
    if len(kept) > _MOST:
        raise NotUnderstood(kept[_MOST].line, f"more than {_MOST} steps; leave some out")
    plain = _without_password(address)
    secrets = secrets_in(kept, plain)
    had_login = any(each != _without_password(each) for each in (address, *visited))
    notes = [f"Left out: {each}" for each in (*omitted, *astray)]
    notes += _notes(kept, secrets, had_login)
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


def _followed(acts: Sequence[Act]) -> Iterator[Act | NotUnderstood]:
    """Says when a tab is left for the one before; what is closed at the end needs no step."""
    tabs: list[str] = []
    left: dict[str, int] = {}
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
                yield NotUnderstood(act.line, _astray(left.get(act.page)))
                continue
            left[tabs[-1]] = act.line
            yield Act(line=act.line, kind="close", page=tabs.pop())
        yield act
        if act.opens:
            tabs.append(act.opens)


def _astray(left: int | None) -> str:
    if left is None:
        return "is in a tab that no click has opened; leave it out"
    return (
        f"goes back to a tab that was left at line {left}; steps know one way only: finish in a"
        " tab, close it, and go on in the one before"
    )


def _pared(act: Act) -> Act:
    """Without the password of an address, and the folders of files."""
    if act.kind == "goto":
        return replace(act, values=tuple(map(_without_password, act.values)))
    if act.kind == "upload":
        # one that splits at the signs of every system
        return replace(act, values=tuple(PureWindowsPath(each).name for each in act.values))
    return act


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
