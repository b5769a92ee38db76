"""A recording as a probe with steps, in TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from probes.recordings.acts import Act
from probes.recordings.tidying import Recording

Value: TypeAlias = "str | int | bool | list[str]"
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f']*")
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


def as_steps(recording: Recording) -> str:
    """Raises nothing; every value that is secret is a reference to the environment."""
    lines = [*(f"# {note}" for note in recording.notes), f"[probe.{id_of(recording.url)}]"]
    lines += ['kind = "journey"', f"url = {_text(recording.url, {})}", "steps = ["]
    acts = list(recording.acts)
    if acts and acts[0].kind == "goto" and acts[0].value == recording.url:
        acts = acts[1:] or acts  # it begins there anyway
    lines += [f"  {{ {_pairs(act, recording)} }}," for act in acts]
    return "\n".join([*lines, "]", ""])


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
    plain = text.replace("${", "$${")
    for name, secret in secrets.items():
        plain = plain.replace(secret.replace("${", "$${"), f"${{env:{environment_name(name)}}}")
    if ('"' in plain or "\\" in plain) and _PLAIN.fullmatch(plain):
        return f"'{plain}'"
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
