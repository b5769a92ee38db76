"""Finding what a step points at: what is exactly so called before what only contains the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from probes.browser import api
from probes.journeys.steps_targets import Part, parse

if TYPE_CHECKING:
    from playwright.async_api import FrameLocator, Locator, Page

    Scope: TypeAlias = Page | FrameLocator | Locator
    Words: TypeAlias = str | re.Pattern[str]
Pick: TypeAlias = "Callable[[Scope], Locator]"
Picks: TypeAlias = "Callable[[Words, bool], tuple[Pick, ...]]"

FIELDS: Final = (
    "input:not([type=hidden], [type=submit], [type=button], [type=image], [type=reset],"
    " [type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable],"
    " [role=textbox], [role=combobox], [role=searchbox], [role=spinbutton]"
)
FILES: Final = "input[type=file]"
BOXES: Final = "input[type=checkbox], input[type=radio]"
LISTS: Final = "select"
_GROUPS: Final = (
    "li, tr, dd, article, section, fieldset, form, dialog, details, [role=row], [role=listitem],"
    " [role=group], [role=dialog], [role=region], [role=article]"
)
_PRESSED: Final = ("menuitem", "tab", "checkbox", "radio", "option", "switch", "treeitem")


@dataclass(frozen=True, slots=True)
class Sort:
    """What a verb needs; `css` is what could be meant when the page is described."""

    one: str
    many: str
    css: str
    picks: Picks
    hidden: bool = False
    """Whether it may be invisible, as file fields often are behind a nicer button."""


def ways(page: Page, target: str, sort: Sort, place: str = "") -> list[Locator]:
    """Where *target* could be, best first; *place* is what it has to be in."""
    return [_placed(page, pick, place) for pick in _picks(target, sort)]


def saying(page: Page, text: str, place: str = "") -> Locator:
    """What says *text*, whatever the case of its letters; *place* itself may."""
    within = _within(page, place, text)
    inside = within.get_by_text(text)
    if not isinstance(within, api.Locator):
        return inside
    return within.filter(has_text=text, has_not=page.get_by_text(text)).or_(inside)


def _within(page: Page, place: str, text: str) -> Scope:
    if not place:
        return page
    if len(parts := parse(place)) == 1 and not parts[0].engine:
        groups = page.locator(_GROUPS).filter(has_text=parts[0].value).filter(has_text=text)
        return groups.filter(has_not=groups)
    return _walked(page, parts)


def _placed(page: Page, pick: Pick, place: str) -> Locator:
    if not place:
        return pick(page)
    if len(parts := parse(place)) == 1 and not parts[0].engine:
        return _in_group(page, parts[0], pick)
    return pick(_walked(page, parts))


def _in_group(page: Page, words: Part, pick: Pick) -> Locator:
    """In the smallest group that says *words* and has what is looked for."""
    groups = page.locator(_GROUPS).filter(has_text=words.value, has=pick(page))
    return pick(groups.filter(has_not=groups))


def _picks(target: str, sort: Sort) -> Iterator[Pick]:
    parts = list(parse(target))
    trailing: list[Part] = []
    while parts[-1].engine in ("has_text", "nth"):
        trailing.insert(0, parts.pop())
    for last in _last(parts[-1], sort):
        yield _chain(tuple(parts[:-1]), last, tuple(trailing))


def _chain(leading: tuple[Part, ...], last: Pick, trailing: tuple[Part, ...]) -> Pick:
    def pick(scope: Scope) -> Locator:
        found = last(_walked(scope, leading))
        for part in trailing:
            found = _narrowed(found, part)
        return found

    return pick


def _walked(scope: Scope, parts: tuple[Part, ...]) -> Scope:
    for part in parts:
        if part.engine == "frame":
            scope = scope.frame_locator(str(part.value))
        elif part.engine in ("has_text", "nth"):
            scope = _narrowed(scope, part)
        else:
            scope = _one(part, exact=part.exact)(scope)
    return scope


def _narrowed(scope: Scope, part: Part) -> Locator:
    assert isinstance(scope, api.Locator)  # noqa: S101 - a target does not begin so
    if part.engine == "nth":
        return scope.nth(int(str(part.value)))
    return scope.filter(has_text=part.value)


def _last(part: Part, sort: Sort) -> tuple[Pick, ...]:
    if not part.engine:
        lax = () if part.exact else sort.picks(part.value, False)
        return (*sort.picks(part.value, True), *lax)
    if part.exact or (part.engine == "role" and not part.value):
        return (_one(part, exact=True),)
    return (_one(part, exact=True), _one(part, exact=False))


def _one(part: Part, *, exact: bool) -> Pick:
    value = part.value
    match part.engine:
        case "role":
            named = {"name": value, "exact": exact} if value else {}
            given = named | part.states
            return lambda scope: scope.get_by_role(part.role, **given)  # type: ignore[arg-type] # any word may be a role
        case "label":
            return lambda scope: scope.get_by_label(value, exact=exact)
        case "text" | "":
            return lambda scope: scope.get_by_text(value, exact=exact)
        case "placeholder":
            return lambda scope: scope.get_by_placeholder(value, exact=exact)
        case "testid":
            return lambda scope: scope.get_by_test_id(value)
        case "title":
            return lambda scope: scope.get_by_title(value, exact=exact)
        case "alt":
            return lambda scope: scope.get_by_alt_text(value, exact=exact)
        case engine:
            return lambda scope: scope.locator(f"{engine}={value}")


def _roles(*roles: str, words: Words, exact: bool) -> Pick:
    def pick(scope: Scope) -> Locator:
        first, *more = (scope.get_by_role(each, name=words, exact=exact) for each in roles)  # type: ignore[arg-type] # all of them are roles
        for each in more:
            first = first.or_(each)
        return first

    return pick


def _labelled(words: Words, exact: bool, among: str) -> Pick:
    return lambda scope: scope.get_by_label(words, exact=exact).and_(_page(scope).locator(among))


def _page(scope: Scope) -> Page:
    if isinstance(scope, api.Page):
        return scope
    return scope.page if isinstance(scope, api.Locator) else scope.owner.page


def _to_press(words: Words, exact: bool) -> tuple[Pick, ...]:
    return (
        _roles("button", words=words, exact=exact),
        _roles("link", words=words, exact=exact),
        _roles(*_PRESSED, words=words, exact=exact),
        lambda scope: scope.get_by_text(words, exact=exact),
        lambda scope: scope.get_by_title(words, exact=exact),
        lambda scope: scope.get_by_label(words, exact=exact),
        lambda scope: scope.get_by_alt_text(words, exact=exact),
    )


def _to_write(words: Words, exact: bool) -> tuple[Pick, ...]:
    return (
        _labelled(words, exact, FIELDS),
        lambda scope: scope.get_by_placeholder(words, exact=exact),
        lambda scope: scope.get_by_title(words, exact=exact).and_(_page(scope).locator(FIELDS)),
    )


def _to_tick(words: Words, exact: bool) -> tuple[Pick, ...]:
    return (
        _roles("checkbox", "radio", "switch", "menuitemcheckbox", words=words, exact=exact),
        _labelled(words, exact, BOXES),
        # the box itself is often hidden behind a drawn one
        lambda scope: scope.get_by_text(words, exact=exact).and_(
            _page(scope).locator("label, label *")
        ),
    )


def _to_choose_from(words: Words, exact: bool) -> tuple[Pick, ...]:
    return (_labelled(words, exact, LISTS), _labelled(words, exact, FIELDS))


def _to_hand_over(words: Words, exact: bool) -> tuple[Pick, ...]:
    return (_labelled(words, exact, FILES), *_to_press(words, exact))


def _to_see(words: Words, exact: bool) -> tuple[Pick, ...]:
    return (
        lambda scope: scope.get_by_text(words, exact=exact),
        _roles("button", "link", "heading", "img", words=words, exact=exact),
        lambda scope: scope.get_by_label(words, exact=exact),
        lambda scope: scope.get_by_placeholder(words, exact=exact),
    )


_PRESSABLE: Final = (
    "button, a[href], input[type=submit], input[type=button], summary, [role=button],"
    " [role=link], [role=tab], [role=menuitem]"
)
PRESS: Final = Sort("a button or link", "buttons and links", _PRESSABLE, _to_press)
WRITE: Final = Sort("a field", "fields", FIELDS, _to_write)
TICK: Final = Sort("a box to tick", "boxes", f"{BOXES}, [role=checkbox], [role=switch]", _to_tick)
CHOOSE: Final = Sort("a list to choose from", "lists", LISTS, _to_choose_from)
HAND_OVER: Final = Sort("a field for a file", "fields for files", FILES, _to_hand_over, hidden=True)
SEE: Final = Sort("", "headings", "h1, h2, h3", _to_see)
