"""Finding an entry again by a unique part of its name, and what belongs to it."""

from __future__ import annotations

import re
import secrets
import string
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.journeys.finding import first_visible, locate

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

# Passing remarks such as "report.txt was added", which are no proof that it is listed.
_PASSING: Final = (
    "[role=alert], [role=status], [role=alertdialog], [class*=toast i], [class*=flash i],"
    " [class*=notif i], [contenteditable=true], [contenteditable='']"
)
REMARKS: Final = f"{_PASSING}, .messages, .message-list, .alert"
REMARKS_AMONG_MESSAGES: Final = _PASSING
"""Where messages are what is listed, those lists are no passing remarks."""
_EDITABLE: Final = (
    "textarea, [contenteditable=true], [contenteditable=''], script, style, title, option"
)
_SHOWN_BY: Final = (
    '[href*="{0}" i], [src*="{0}" i], [alt*="{0}" i], [title*="{0}" i], [aria-label*="{0}" i]'
)
# The best of the elements that show the name, as [index, reach]. The reach is how far up from the
# name its entry is: the row or item around it, else the first of several that look alike.
_BEST: Final = r"""(elements, [token, remarks]) => {
  const reachOf = element => {
    const row = element.closest("tr, li, article, [role=row], [role=listitem], [role=article]");
    let reach = 0;
    for (let e = element; e && e !== document.body; e = e.parentElement, reach++) {
      if (e === row) return reach;
      if (!row && reach < 6 && e.className && e.parentElement
        && [...e.parentElement.children].some(other => other !== e
          && other.tagName === e.tagName && other.className === e.className)) return reach;
    }
    return Math.min(reach, 2);
  };
  const listed = elements.slice(0, 20).map((element, at) => ({element, at}))
    .filter(({element}) => !element.closest(remarks));
  const says = ({element}) => (element.innerText || "").toLowerCase().includes(token);
  const best = listed.find(says) || listed[0];
  return best ? [best.at, reachOf(best.element)] : null;
}"""
# What every unique part begins with; then the minute since 1970, then what no other has.
_MARK: Final = "tu"
_ALPHABET: Final = string.digits + string.ascii_lowercase
_EACH: Final = 5  # characters for the minute, and as many at random
_TOKEN: Final = rf"{_MARK}[0-9a-z]{{{2 * _EACH}}}"
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sought:
    """An entry by the unique part of its name, or by a locator with `{name}` in its place."""

    token: str
    template: str = ""
    remarks: str = REMARKS
    says: tuple[str, ...] = ()
    """All that the entry may say to be ours, with `{name}` in place of the token."""
    by_name: bool = False
    """Whether a link, picture or title that names it shows it as well as its text does."""
    beside: tuple[str, ...] = ()
    """What may stand beside it."""
    by: str | None = None
    """Who must have written it."""


def unique() -> str:
    """What makes a name stand out, and survives being made part of an address or lower case.

    It holds the minute it was made in, so that what was left behind can be told from what is new.
    """
    minute, digits = _minute_now(), []
    for _ in range(_EACH):
        minute, digit = divmod(minute, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    chance = [secrets.choice(_ALPHABET) for _ in range(_EACH)]
    return "".join([_MARK, *reversed(digits), *chance])


def age_of(token: str) -> timedelta:
    """How long ago *token* was made. Raises ValueError unless it is one of ours."""
    if not re.fullmatch(_TOKEN, token):
        raise ValueError(f"{token!r} is none of ours")
    made = int(token[len(_MARK) : len(_MARK) + _EACH], len(_ALPHABET))
    return (_minute_now() - made) * _MINUTE


def ours(prefix: str) -> str:
    """A regular expression for JavaScript: *prefix*, however a site writes it, and a token."""
    words = [re.escape(word) for word in re.findall(r"[0-9A-Za-z]+", prefix)]
    return r"[^0-9a-z]{0,3}".join([*words, f"({_TOKEN})(?![0-9a-z])"])


async def entry(page: Page, sought: Sought) -> Locator | None:
    """The visible entry that shows the name."""
    if sought.template:
        return await first_visible(locate(page, sought.template.replace("{name}", sought.token)))
    shown = showing(page, sought)
    best = await shown.evaluate_all(_BEST, [sought.token, sought.remarks])
    if best is None:
        return None
    return shown.nth(best[0]).locator(f"xpath=ancestor-or-self::*[{best[1] + 1}]")


def showing(page: Page, sought: Sought) -> Locator:
    """All that is visible and shows the name."""
    said = page.get_by_text(sought.token).and_(page.locator(f":not(:is({_EDITABLE}))"))
    return said.or_(page.locator(_SHOWN_BY.format(sought.token))).filter(visible=True)


def _minute_now() -> int:
    return int(time.time() // _MINUTE.total_seconds())  # noqa: TID251 - a journey has no clock
