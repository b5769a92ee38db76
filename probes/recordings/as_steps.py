"""A recording as a probe with steps, in TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from probes.journeys.steps_values import holds_place
from probes.recordings.acts import Act, NotUnderstood
from probes.recordings.tidying import Recording
from probes.recordings.withholding import pieces

Value: TypeAlias = "str | int | bool | list[str]"
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f']*")
_NO_NAMES: Final = ("", ".", "..")
_KEYS: Final = {
    "goto": (("goto", "address"),),
    "fill": (("fill", "target"), ("with", "value")),
    "press": (("press", "value"), ("in", "target")),
    "select": (("select", "target"), ("option", "values")),
    "upload": (("upload", "target"), ("file", "value")),
    "wait": (("wait", "value"),),
    "close": (("close_tab", "true"),),
    "expect_text": (("expect_text", "value"), ("in", "target")),
    "expect_value": (("expect_value", "target"), ("is", "value")),
}
"""Where a step says what, in this order; a kind that is not here has a target alone."""


def as_steps(recording: Recording, *, leaves_out: bool = False) -> str:
    """Every value that is secret is a reference to the environment.

    Raises NotUnderstood for what only Python can do, unless it *leaves_out* that and says so.
    """
    acts = list(recording.acts)
    if acts and acts[0].kind == "goto" and acts[0].value == recording.url:
        acts = acts[1:] or acts  # it begins there anyway
    faults = [NotUnderstood(act.line, why) for act in acts if (why := _why_not(act, recording))]
    if faults and not leaves_out:
        raise faults[0]
    notes = [*(f"Left out: {each}" for each in faults), *recording.notes]
    lines = [*(f"# {note}" for note in notes), f"[probe.{id_of(recording.url)}]"]
    lines += ['kind = "journey"', f"url = {_text(recording.url, recording.secrets)}", "steps = ["]
    fitting = [act for act in acts if not _why_not(act, recording)]
    lines += [f"  {{ {_pairs(act, recording)} }}," for act in fitting]
    return "\n".join([*lines, "]", ""])


def _why_not(act: Act, recording: Recording) -> str:
    """Why an act is nothing for a step; empty when it is."""
    if act.kind == "upload" and (len(act.values) != 1 or act.value in _NO_NAMES):
        return "hands over no file, or several, and a step hands over one; leave it out"
    texts = (act.target, *act.values)
    if any(holds_place(text) for text in texts):
        return "holds {…}, which a step replaces by something of the run; write other words"
    for text in texts:
        told = [*pieces(text, recording.secrets)]
        if any(each.endswith("$") and after[1] for (each, _), after in pairwise(told)):
            return "has a $ right before something secret, which cannot be written; change one"
    return ""


def id_of(url: str) -> str:
    """An id for the probe, from the host."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:64] or "recorded"


def environment_name(name: str) -> str:
    return f"CANARY_{name.upper()}"


def _pairs(act: Act, recording: Recording) -> str:
    table = {key: value for key, value in _table(act, recording.url) if value not in ("", False)}
    if act.kind == "fill":
        table.setdefault("with", "")
    return ", ".join(f"{key} = {_value(each, recording)}" for key, each in table.items())


def _table(act: Act, url: str) -> Iterator[tuple[str, Value]]:
    chosen: Value = act.value if len(act.values) == 1 else list(act.values)
    for key, what in _KEYS.get(act.kind, ((act.kind, "target"),)):
        match what:
            case "target":
                yield ("download" if act.downloads else key), act.target
            case "address":
                yield key, _address(act.value, url)
            case "values":
                yield key, chosen
            case "true":
                yield key, True
            case _:
                yield key, act.value
    if act.kind == "click" and not act.downloads:
        yield "times", act.times if act.times > 1 else False
        yield "new_tab", bool(act.opens)


def _address(address: str, url: str) -> str:
    """From `/` where it is the same site."""
    here, there = urlsplit(url), urlsplit(address)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc.rpartition("@")[2]):
        return address
    return there._replace(scheme="", netloc="").geturl() or "/"


def _value(value: Value, recording: Recording) -> str:
    match value:
        case bool() | int():
            return str(value).lower()
        case list():
            return f"[{', '.join(_text(each, recording.secrets) for each in value)}]"
        case _:
            return _text(value, recording.secrets)


def _text(text: str, secrets: Mapping[str, str]) -> str:
    """In the quotes that need no escapes, where there are some."""
    plain = "".join(
        f"${{env:{environment_name(name)}}}" if name else said.replace("${", "$${")
        for said, name in pieces(text, secrets)
    )
    if ('"' in plain or "\\" in plain) and _PLAIN.fullmatch(plain):
        return f"'{plain}'"
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
