"""What else a form cannot be sent without: filled in as a person would who has nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from probes.browser import api

if TYPE_CHECKING:
    from playwright.async_api import Locator

# The visible required fields that are empty, as [index, what to do].
_EMPTY: Final = r"""fields => fields.map((field, at) => {
  if (field.disabled || field.readOnly || !field.checkVisibility()) return null;
  if (field.type === "checkbox") return field.checked ? null : [at, "tick"];
  if (field.type === "radio" || field.type === "file" || field.value) return null;
  if (field.tagName === "SELECT") {
    const choice = [...field.options].find(option => option.value && !option.disabled);
    return choice ? [at, "choose", choice.value] : null;
  }
  return [at, field.type || "text"];
}).filter(Boolean).slice(0, 20)"""
_REQUIRED: Final = (
    ":is(input, textarea, select):is([required], [aria-required=true], .required)"
    ":not([type=password], [type=hidden], [type=submit], [type=button])"
)
_VALUES: Final = {
    "email": "canary@example.org",
    "url": "https://example.org/",
    "tel": "+15550100",
    "number": "1",
}
_WORDS: Final = ("text", "search", "textarea", *_VALUES)


async def fill_required(field: Locator, text: str) -> None:
    """Writes *text*, or what fits its kind, in every required field of the form of *field*."""
    form = field.locator("xpath=ancestor::form[1]")
    required = form.locator(_REQUIRED)
    for at, kind, *choice in await required.evaluate_all(_EMPTY):
        one = required.nth(at)
        if kind == "tick":
            await _tick(one)
        elif kind == "choose":
            await one.select_option(choice[0])
        elif kind in _WORDS:
            await one.fill(_VALUES.get(kind, text))


async def _tick(box: Locator) -> None:
    try:
        await box.check(timeout=1000)
    except api.Error:  # covered by something that looks better
        await box.dispatch_event("click")
