"""What a step points at: words as a person says them, or a locator; read and refused here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from probes.journeys.steps_values import known_places

ENGINES: Final = (
    *("role", "label", "text", "placeholder", "testid", "title", "alt"),
    *("css", "xpath", "frame", "has_text", "nth"),
)
NARROWING: Final = ("has_text", "nth")
_NAMED: Final = ("label", "text", "placeholder", "title", "alt", "has_text")
_SEPARATOR: Final = re.compile(r"\s+>>\s+")
_ENGINE: Final = re.compile(r"([A-Za-z][A-Za-z_-]*)=(.*)", re.DOTALL)
_QUOTED: Final = re.compile(r"""(["'])(.+)\1""", re.DOTALL)
_PATTERN: Final = re.compile(r"/(.+)/([ims]{0,3})", re.DOTALL)
_ROLE: Final = re.compile(r"[a-z]+")
_ATTRIBUTE: Final = re.compile(
    r"""\s*\[\s*([A-Za-z_-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|/.+?/[ims]{0,3}|[\w-]+)\s*)?\]"""
)
_STATES: Final = ("checked", "disabled", "expanded", "pressed", "selected", "include_hidden")
_SELECTOR: Final = re.compile(r"[#.][\w-]+|/{1,2}[\w*@].*|.*\[[\w-]+([*^$|~]?=.*)?\].*|.+ > .+")
ROLES: Final = (
    "alert", "alertdialog", "application", "article", "banner", "blockquote", "button", "caption",
    "cell", "checkbox", "code", "columnheader", "combobox", "complementary", "contentinfo",
    "definition", "deletion", "dialog", "directory", "document", "emphasis", "feed", "figure",
    "form", "generic", "grid", "gridcell", "group", "heading", "img", "insertion", "link", "list",
    "listbox", "listitem", "log", "main", "mark", "marquee", "math", "menu", "menubar", "menuitem",
    "menuitemcheckbox", "menuitemradio", "meter", "navigation", "none", "note", "option",
    "paragraph", "presentation", "progressbar", "radio", "radiogroup", "region", "row", "rowgroup",
    "rowheader", "scrollbar", "search", "searchbox", "separator", "slider", "spinbutton", "status",
    "strong", "subscript", "superscript", "switch", "tab", "table", "tablist", "tabpanel", "term",
    "textbox", "time", "timer", "toolbar", "tooltip", "tree", "treegrid", "treeitem",
)  # fmt: skip
_PAIRS: Final = {")": "(", "]": "["}
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_LONGEST: Final = 1000
_REMEDY: Final = "write the words on it, or as \"role=button[name='Pay']\""


@dataclass(frozen=True, slots=True)
class Part:
    """One narrowing of where to look. No `engine`: words as they stand on the page.

    `value` of a role is its name. What is not `exact` may also be a part of a longer text.
    """

    engine: str
    value: str | re.Pattern[str]
    exact: bool = False
    role: str = ""
    states: dict[str, bool | int] = field(default_factory=dict)


@lru_cache(maxsize=1024)
def parse(target: str) -> tuple[Part, ...]:
    """Raises ValueError, with a remedy, for what cannot be a target."""
    if not target.strip() or len(target) > _LONGEST:
        raise ValueError(f"is empty, or longer than {_LONGEST} characters; {_REMEDY}")
    parts = tuple(_part(each) for each in _SEPARATOR.split(target.strip()))
    if parts[0].engine in NARROWING or parts[-1].engine == "frame":
        said = f"{target!r} says where to look, but not for what; "
        raise ValueError(f'{said}add it, as "role=listitem >> has_text=Socks"')
    return parts


def _part(text: str) -> Part:
    found = _ENGINE.fullmatch(text)
    if found is None:
        return _words(text)
    engine, rest = found[1], found[2].strip()
    if engine not in ENGINES:
        near = get_close_matches(engine, ENGINES, n=1)
        remedy = f"did you mean {near[0]}=?" if near else f"there are {'=, '.join(ENGINES)}="
        raise ValueError(f"{engine}= is no locator; {remedy} (words that hold = go in 'quotes')")
    if not rest:
        raise ValueError(f"{engine}= is followed by nothing; {_REMEDY}")
    if engine == "role":
        return _role(rest)
    if engine == "nth" and not re.fullmatch(r"-?[0-9]{1,4}", rest):
        raise ValueError(f"nth={rest} is not a number; nth=0 is the first, nth=-1 the last")
    if engine in _NAMED:
        return Part(engine, *_named(rest))
    if engine in ("css", "frame", "xpath"):
        _demand_xpath(rest) if engine == "xpath" else _demand_balance(rest)
    return Part(engine, rest, exact=True)


def _words(text: str) -> Part:
    value, exact = _named(text)
    if not exact and isinstance(value, str) and _SELECTOR.fullmatch(text):
        kind = "xpath" if text.startswith("/") else "css"
        raise ValueError(f'{text!r} looks like a selector; write it as "{kind}={text}"')
    return Part("", value, exact)


def _named(text: str) -> tuple[str | re.Pattern[str], bool]:
    """In quotes it is meant exactly; between slashes it is a pattern."""
    if found := _QUOTED.fullmatch(text):
        return _plain(found[0]), True
    if (found := _PATTERN.fullmatch(text)) and text.rfind("/") > 1:
        return _pattern(found[1], found[2]), True
    return text, False


def _pattern(body: str, letters: str) -> re.Pattern[str]:
    flags = re.NOFLAG
    for letter in letters:
        flags |= _FLAGS[letter]
    try:
        return re.compile(body, flags)
    except re.error as error:
        raise ValueError(f"/{body}/ is not a pattern: {error}; correct it") from None


def _role(text: str) -> Part:
    role = _ROLE.match(text)
    at, exact = role.end() if role else 0, False
    value: str | re.Pattern[str] = ""
    states: dict[str, bool | int] = {}
    while at < len(text) and role:
        found = _ATTRIBUTE.match(text, at)
        if found is None:
            break
        key, given, at = found[1].replace("-", "_"), found[2], found.end()
        if key == "name" and given:
            value, quoted = _named(given)
            value = value if quoted else given
        elif key == "exact":
            exact = given != "false"
        else:
            states[key] = _state(key, given)
    if not role or text[at:].strip():
        remedy = "write it as \"role=button[name='Sign in']\""
        raise ValueError(f"role={text} is not a role with its name; {remedy}")
    if role[0] not in ROLES:
        near = get_close_matches(role[0], ROLES, n=1)
        remedy = f"did you mean role={near[0]}?" if near else f'write "css=[role={role[0]}]"'
        raise ValueError(f"role={role[0]} is no role that a browser knows; {remedy}")
    return Part("role", value, exact or isinstance(value, re.Pattern), role[0], states)


def _state(key: str, given: str | None) -> bool | int:
    if key == "level" and given and given.isdigit():
        return int(given)
    if key in _STATES and given in (None, "true", "false"):
        return given != "false"
    known = ", ".join(("name", "exact", "level", *_STATES))
    raise ValueError(f"[{key}] is nothing that a role has; there are {known}")


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _demand_balance(selector: str) -> None:
    """A browser alone knows whether a selector is one; this finds what was cut off."""
    plain = selector.replace("{unique}", "x")
    bare = re.sub(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.""", "x", plain)
    cut = re.search(r"[\"'{}]", bare) or re.search(r"(^|,)\s*(,|$)|[>+~,]\s*$", bare)
    if cut or not _is_closed(bare):
        raise ValueError(f"css={selector} is not a selector; something is open or missing in it")


def _demand_xpath(path: str) -> None:
    bare = re.sub(r""""[^"]*"|'[^']*'""", "x", path.replace("{unique}", "x"))
    cut = re.search(r"[\"'{}]", bare) or re.search(r"(::|[/|@=,])\s*$|\[\s*\]|///", bare)
    if cut or not _is_closed(bare):
        raise ValueError(f"xpath={path} is not a path; something is open or missing in it")


def _is_closed(bare: str) -> bool:
    """Whether every bracket is closed by its own."""
    opened: list[str] = []
    for mark in bare:
        if mark in "([":
            opened.append(mark)
        elif mark in ")]" and (not opened or opened.pop() != _PAIRS[mark]):
            return False
    return not opened


def is_target(text: str) -> str:
    """The text itself. Raises ValueError for what cannot be a target."""
    parse(known_places(text))
    return text


Target = Annotated[
    str,
    AfterValidator(is_target),
    Field(examples=["role=button[name='Sign in']", "Sign in"]),
]


def spoken(target: str) -> str:
    """As a person would say it: `button “Sign in” in listitem`."""
    return " in ".join(filter(None, (_said(part) for part in reversed(parse(target)))))


def _said(part: Part) -> str:
    value = part.value if isinstance(part.value, str) else f"/{part.value.pattern}/"
    match part.engine:
        case "role":
            return f"{part.role} “{value}”" if value else part.role
        case "" | "label" | "text" | "placeholder" | "title" | "alt":
            return f"“{value}”"
        case "has_text":
            return f"what says “{value}”"
        case "nth":
            return f"number {value}"
        case _:
            return f"{part.engine}={value}"
