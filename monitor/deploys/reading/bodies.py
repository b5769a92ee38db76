"""What was posted, as an object: JSON that leaves nothing to guess."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn
from urllib.parse import parse_qs

from monitor.deploys.reading.told import NotUnderstood

_IN_FORM: Final = "payload"
"""The field in which GitHub puts the body, where somebody chose that. What says that it is a form
need not be one: curl says so of everything.
"""


def parsed(content: bytes) -> Any:
    """Raises NotUnderstood, without a word of *content*."""
    try:
        text = content.decode("utf-8")
        if text.startswith(f"{_IN_FORM}="):
            text = parse_qs(text, keep_blank_values=True, max_num_fields=10)[_IN_FORM][0]
        body = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise NotUnderstood("the body is not UTF-8") from None
    except json.JSONDecodeError as bad:
        raise NotUnderstood(f"the body is no JSON: {bad.msg} at character {bad.pos}") from None
    except RecursionError:
        raise NotUnderstood("the body is nested too deeply") from None
    except NotUnderstood:
        raise
    except ValueError:
        raise NotUnderstood("the body has a number or a form that is too large") from None
    if "\x00" in text or "\\u0000" in text:
        raise NotUnderstood("the body has a NUL in it")
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotUnderstood("the body says the same key twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise NotUnderstood("the body has a number that is none")
