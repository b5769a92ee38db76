"""A recording as a Python journey."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from probes.journeys.steps_targets import Part, parse, spoken
from probes.recordings.acts import Act
from probes.recordings.as_steps import environment_name, id_of
from probes.recordings.tidying import Recording
from probes.recordings.withholding import pieces

_BY: Final = {
    "label": "get_by_label",
    "text": "get_by_text",
    "": "get_by_text",
    "placeholder": "get_by_placeholder",
    "title": "get_by_title",
    "alt": "get_by_alt_text",
}
_CALLS: Final = {
    "goto": "page.goto({value})",
    "click": "{found}.click()",
    "hover": "{found}.hover()",
    "check": "{found}.check()",
    "uncheck": "{found}.uncheck()",
    "fill": "{found}.fill({value})",
    "press": "{found}.press({value})",
    "select": "{found}.select_option([{values}])",
    "upload": "{found}.set_input_files([{values}])",
    "wait": "page.wait_for_timeout({milliseconds})",
    "expect_text": "expect({found}).to_contain_text({value})",
    "expect_value": "expect({found}).to_have_value({value})",
    "expect_visible": "expect({found}).to_be_visible()",
    "expect_checked": "expect({found}).to_be_checked()",
    "expect_unchecked": "expect({found}).not_to_be_checked()",
}
_ENDS_A_STEP: Final = ("click", "press", "goto", "close")
_WORDS: Final = {"goto": "open", "upload": "upload", "close": "close the tab"}


def as_python(recording: Recording) -> str:
    """With the table that travels it as a comment on top; secrets are asked of the visit."""
    body = "\n".join(_steps(recording))
    names = [*_imports(body)]
    return "\n".join([*_comment(recording), *names, *([""] * 2 if names else [""]), body, ""])


def _comment(recording: Recording) -> Iterator[str]:
    for note in recording.notes:
        yield f"# {note}"
    yield "#"
    yield f"# [probe.{id_of(recording.url)}]"
    yield '# kind = "journey"'
    yield '# journey = "journeys/recorded.py"'
    said = pieces(recording.url, recording.secrets)
    url = "".join(f"${{env:{environment_name(name)}}}" if name else text for text, name in said)
    yield f"# url = {json.dumps(url)}"
    for name in recording.secrets:
        yield f'# secrets.{name} = "${{env:{environment_name(name)}}}"'
    yield ""


def _imports(body: str) -> Iterator[str]:
    if "re.compile(" in body:
        yield "import re"
        yield ""
    if "expect(" in body:
        yield "from playwright.async_api import expect"


def _steps(recording: Recording) -> Iterator[str]:
    """Filling in is one step with the click that sends it."""
    yield "async def journey(visit):"
    yield "    page = visit.page"
    lines: list[str] = []
    acts = recording.acts
    for at, act in enumerate(acts):
        lines += _lines(act, recording)
        if act.kind in _ENDS_A_STEP or act.kind.startswith("expect") or at + 1 == len(acts):
            yield f"    async with visit.step({_quoted(_title(act, recording), {})}):"
            yield from (f"        {line}" for line in lines)
            lines = []


def _title(act: Act, recording: Recording) -> str:
    word = _WORDS.get(act.kind, act.kind.replace("expect_", "see ").replace("see visible", "see"))
    told = pieces(spoken(act.target) if act.target else "", recording.secrets)
    said = "".join("…" if name else text for text, name in told)
    return f"{word} {said}".strip()[:100]


def _lines(act: Act, recording: Recording) -> Iterator[str]:
    if act.asks:
        yield 'page.once("dialog", lambda dialog: dialog.dismiss())'
    call = "" if act.kind == "close" else f"await {_call(act, recording)}"
    if act.opens:
        yield "async with page.expect_popup() as opened:"
        yield f"    {call}"
        yield "page = await opened.value"
    elif act.kind == "close":
        yield "await page.close()"
        yield "page = visit.page"
    elif act.downloads:
        yield "async with page.expect_download() as begun:"
        yield f"    {call}"
        yield "await (await begun.value).path()"
    else:
        yield call


def _call(act: Act, recording: Recording) -> str:
    found = _locator(act.target, recording.secrets) if act.target else "page"
    value = _quoted(act.value, recording.secrets)
    if act.kind == "goto" and act.value == recording.url:
        value = "visit.url"
    if act.kind == "press" and not act.target:
        found = "page.keyboard"
    form = "{found}.click(click_count={times})" if act.times > 1 else _CALLS[act.kind]
    return form.format(
        found=found,
        value=value,
        times=act.times,
        values=", ".join(_quoted(each, recording.secrets) for each in act.values),
        milliseconds=act.value.removesuffix("ms"),
    )


def _locator(target: str, secrets: Mapping[str, str]) -> str:
    return ".".join(["page", *(_part(part, secrets) for part in parse(target))])


def _part(part: Part, secrets: Mapping[str, str]) -> str:
    value = _quoted(part.value, secrets)
    exact = ", exact=True" if part.exact and isinstance(part.value, str) else ""
    match part.engine:
        case "role":
            named = f", name={value}{exact}" if part.value else ""
            states = "".join(f", {key}={state}" for key, state in part.states.items())
            return f"get_by_role({_quoted(part.role, {})}{named}{states})"
        case "has_text":
            return f"filter(has_text={value})"
        case "nth":
            return f"nth({part.value})"
        case "frame":
            return f"frame_locator({value})"
        case "testid":
            return f"get_by_test_id({value})"
        case engine if engine in _BY:
            return f"{_BY[engine]}({value}{exact})"
        case engine:
            return f"locator({_quoted(f'{engine}={part.value}', secrets)})"


def _quoted(text: str | re.Pattern[str], secrets: Mapping[str, str]) -> str:
    """As Python; a secret is asked for where it stands."""
    if isinstance(text, re.Pattern):
        ignores = ", re.IGNORECASE" if text.flags & re.IGNORECASE else ""
        return f"re.compile({_quoted(text.pattern, {})}{ignores})"
    return " + ".join(
        f'visit.secret("{name}")' if name else json.dumps(said, ensure_ascii=False)
        for said, name in [*pieces(text, secrets)] or [("", "")]
    )
