"""Where a page takes a file: a field, a button that asks for one, or a place to drop it on."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from probes.browser import Failure, api
from probes.journeys.finding import Scope, first_visible, locate
from probes.journeys.instead import instead
from probes.journeys.sight import Sight
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import FileChooser, FilePayload, Locator, Page

_FIELDS: Final = "input[type=file]"
# Which of several fields is the likeliest, and whether it is offered to a person at all: the field
# itself may be hidden, but not what it lies in.
_BEST_FIELD: Final = r"""(fields, [name, type]) => {
  const shown = e => !!e && e.checkVisibility({checkOpacity: false, checkVisibilityCSS: true});
  const takes = field => !field.accept || field.accept.toLowerCase().split(",").some(one => {
    const kind = one.trim();
    return kind === "*" || kind === "*/*" || kind === type || name.toLowerCase().endsWith(kind)
      || (kind.endsWith("/*") && type.startsWith(kind.slice(0, -1)));
  });
  const about = field => [field.name, field.id, field.className, field.title, field.ariaLabel,
    ...[...(field.labels || [])].map(label => label.innerText)].join(" ");
  const worth = field => (takes(field) ? 0 : -16) + (field.webkitdirectory ? -8 : 0)
    + (shown(field) ? 4 : 0) + (field.closest("main, [role=main], form") ? 2 : 0)
    + (/avatar|photo|picture|logo|cover|profile|import|restore/i.test(about(field)) ? -4 : 0)
    + (/upload|file|document|attach/i.test(about(field)) ? 1 : 0);
  const all = fields.map((field, at) => ({at, worth: worth(field), offered: shown(field)
      || shown(field.parentElement) || [...(field.labels || [])].some(shown), field}))
    .filter(one => !one.field.matches(":disabled"));
  const best = among => among.sort((a, b) => b.worth - a.worth)[0];
  const found = best(all.filter(one => one.offered)) || best(all);
  return found ? [found.at, found.offered] : null;
}"""
_CHOOSE: Final = re.compile(
    r"\bupload|\bbrowse\b|(choose|select|add|attach|pick)( \w+)? (file|document|attachment|media)"
    r"|hochladen|datei (aus)?w.hlen|durchsuchen|téléverser|choisir un fichier|parcourir"
    r"|subir|seleccionar archivo|carica",
    re.IGNORECASE,
)
# Such a place is marked as one, or is the page itself; a real one says so when something is
# dragged over it.
_PLACES: Final = (
    "[class*=drop i]:not([class*=dropdown i]), [id*=drop i]:not([id*=dropdown i]), [ondrop],"
    " [class*=drag i], [class*=upload i], [aria-label*=drop i], [data-dropzone],"
    " main, [role=main], body"
)
_SAYS_SO: Final = re.compile(
    r"\b(drag|drop)\b.{0,40}\b(files?|here|upload)\b|ziehen|glisse|arrastr", re.IGNORECASE
)
_TAKES_DROPS: Final = r"""(places, name) => {
  const whole = e => e.matches("main, [role=main], body");
  const order = places.map((place, at) => ({place, at})).slice(0, 200)
    .filter(({place}) => place.checkVisibility())
    .sort((a, b) => whole(a.place) - whole(b.place) || a.at - b.at);
  for (const {place, at} of order.slice(0, 40)) {
    const dragged = new DataTransfer();
    dragged.items.add(new File(["-"], name));
    const say = type => {
      const box = place.getBoundingClientRect();
      const event = new DragEvent(type, {bubbles: true, cancelable: true, composed: true,
        dataTransfer: dragged, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2});
      place.dispatchEvent(event);
      return event.defaultPrevented;
    };
    say("dragenter");
    const taken = say("dragover");
    say("dragleave");
    if (taken) return at;
  }
  return -1;
}"""
FOR_A_FIELD: Final = timedelta(seconds=1.5)  # before anything else is considered
_TO_ASK: Final = timedelta(seconds=3)  # for a button to ask for a file
_MISSING: Final = (
    "looked for a field for a file, a button that asks for one, and a place to drop it on"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that takes a file; `beside` is where the button that sends it is looked for."""

    beside: Locator
    give: Callable[[FilePayload], Awaitable[None]]
    asks: bool = False
    """Whether it is a button that asks for a file, and so is not the one that sends it."""


async def place_for(sight: Sight, payload: FilePayload, locator: str = "") -> Place:
    """Where to put a file such as *payload*. Raises Failure when there is nothing of the kind."""
    began = sight.visit.left()

    async def ask() -> Place | None:
        if locator:
            return await _named(sight, locator)
        patient = began - sight.visit.left() < FOR_A_FIELD
        return await _field(sight.page, payload, offered=True) or (
            None if patient else await _anything_else(sight, payload)
        )

    if (place := await sight.soon(ask)) is not None:
        return place
    seen = await instead(sight.page)
    if locator:
        raise sight.failure(Reason.ELEMENT_MISSING, f"looked for {locator} to give a file; {seen}")
    said = f'{_MISSING}; {seen}. If there is one, name it with file_field = "css=…"'
    raise sight.failure(Reason.ELEMENT_MISSING, said)


async def _anything_else(sight: Sight, payload: FilePayload) -> Place | None:
    return (
        await _button(sight)
        or await _field(sight.page, payload, offered=False)
        or await _zone(sight.page, payload)
    )


async def _named(sight: Sight, locator: str) -> Place | None:
    """A field that may be hidden; else something that is pressed, or takes what is dropped."""
    named = locate(sight.page, locator)
    kinds = await named.evaluate_all("all => all.map(e => e.matches('input[type=file]'))")
    if any(kinds):
        return _by_field(named.nth(kinds.index(True)))
    shown = await first_visible(named)
    if shown is None:
        return None
    is_button = "e => e.map(e => !!e.closest('button, a, [role=button], [role=menuitem], input'))"
    if any(await shown.evaluate_all(is_button)):
        return _by_button(sight, shown)
    return _by_dropping(shown)


async def _field(page: Page, payload: FilePayload, *, offered: bool) -> Place | None:
    fields = page.locator(_FIELDS)
    best = await fields.evaluate_all(_BEST_FIELD, [payload["name"], payload["mimeType"]])
    if best is None or (offered and not best[1]):
        return None
    return _by_field(fields.nth(best[0]))


async def _button(sight: Sight) -> Place | None:
    button = await first_visible(_asking(sight.page))
    return None if button is None else _by_button(sight, button)


async def _zone(page: Page, payload: FilePayload) -> Place | None:
    places = page.locator(_PLACES).or_(page.get_by_text(_SAYS_SO))
    at = await places.evaluate_all(_TAKES_DROPS, payload["name"])
    return None if at < 0 else _by_dropping(places.nth(at))


def _by_field(field: Locator) -> Place:
    async def give(payload: FilePayload) -> None:
        await field.set_input_files(payload)

    return Place(field, give)


def _by_dropping(zone: Locator) -> Place:
    async def give(payload: FilePayload) -> None:
        await zone.drop({"files": payload})

    return Place(zone, give)


def _by_button(sight: Sight, button: Locator) -> Place:
    async def give(payload: FilePayload) -> None:
        asked: list[FileChooser] = []

        def keep(chooser: FileChooser) -> None:
            asked.append(chooser)

        sight.page.on("filechooser", keep)
        try:
            await _press(sight, button, asked, payload)
        finally:
            sight.page.remove_listener("filechooser", keep)

    return Place(button, give, asks=True)


async def _press(
    sight: Sight, button: Locator, asked: list[FileChooser], payload: FilePayload
) -> None:
    """Until the page asks for a file, shows a field for one, or a menu with such a button."""

    async def ask() -> Place | Locator | bool | None:
        if asked:
            return True
        field = await _field(sight.page, payload, offered=True)
        return field or await first_visible(_asking(sight.page, "menuitem"))

    async def has_asked() -> bool | None:
        return True if asked else None

    await button.click()
    found = await sight.soon(ask, _TO_ASK)
    if isinstance(found, Place):
        await found.give(payload)
        return
    if isinstance(found, api.Locator):
        await found.click()
        await sight.soon(has_asked, _TO_ASK)
    if not asked:
        said = "the button for choosing a file was pressed, and the page did not ask for one"
        raise Failure(Reason.ELEMENT_MISSING, f"{said}; {await instead(sight.page)}")
    await asked[0].set_files(payload)


def _asking(scope: Scope, *roles: Literal["button", "link", "menuitem"]) -> Locator:
    kinds = (scope.get_by_role(role, name=_CHOOSE) for role in roles or ("button", "link"))
    return functools.reduce(api.Locator.or_, kinds)
