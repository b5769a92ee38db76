"""What is confidential by where it stands, whatever it says: cookies, authorization, passwords.

Written for what Playwright's trace and the HAR format hold, which are JSON alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus

from probes.scrub.scrubber import STARS

Learn = Callable[[str], object]
"""Is told each confidential text, which may stand elsewhere too."""

_NAMES: Final = re.compile(
    r"authorization|cookie|passw|passphrase|pwd|secret|token|api[-_]?key|session[-_]?id|"
    r"csrf|xsrf|x-auth|credential|^otp|otp$|^pin$",
    re.IGNORECASE,
)
_JARS: Final = frozenset(("cookies", "localStorage", "sessionStorage"))
_ATTRIBUTES: Final = ("value", "__playwright_value_")
_PART: Final = re.compile(
    rb'(name="([^"\r\n]*)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)(.*?)(?=\r\n--)', re.DOTALL
)
_LOOKED_AT: Final = 1000  # characters of a name
_LEARNT: Final = 8
"""Characters; what is shorter, such as a language or a yes, stands elsewhere by chance."""
_WORDY: Final = 20  # characters of letters alone that are no word of any language


def starred(value: Any, learn: Learn, jar: str = "") -> Any:
    """*value*, as JSON has it, with stars for what is confidential; *jar* is the key it is under.

    Raises RecursionError for what is nested too deeply.
    """
    if isinstance(value, list):
        return [starred(part, learn, jar) for part in value]
    if not isinstance(value, dict):
        return value
    hidden = frozenset(_confidential(value, jar))
    return {
        key: _hide(part, value.get("name"), learn) if key in hidden else starred(part, learn, key)
        for key, part in value.items()
    }


def body(content: bytes, media_type: str, learn: Learn) -> bytes:
    """What was sent or answered, with stars for the fields that are confidential by their name."""
    if "json" in media_type:
        return _json(content, learn)
    if "x-www-form-urlencoded" in media_type:
        return b"&".join(_field(field, learn) for field in content.split(b"&"))
    if "multipart/" in media_type:
        return _PART.sub(lambda part: _part(part, learn), content)
    return content


def tells(text: str) -> bool:
    """Whether a confidential *text* is so peculiar that it is to be hidden wherever it stands."""
    return len(text) >= _LEARNT and (len(text) >= _WORDY or not re.fullmatch(r"[A-Za-z-]+", text))


def _confidential(table: Mapping[str, Any], jar: str) -> Iterator[str]:
    """The keys of what is to be hidden."""
    for key, value in table.items():
        if isinstance(value, str) and is_confidential(key):
            yield key
    name, selector = table.get("name"), table.get("selector")
    if jar in _JARS or (isinstance(name, str) and is_confidential(name)):
        yield "value"
    if isinstance(selector, str) and is_confidential(selector):
        yield "value"
    if str(table.get("type")).lower() == "password":
        yield from _ATTRIBUTES


@lru_cache(maxsize=4096)
def is_confidential(text: str) -> bool:
    """Whether what has the name *text* is so, whatever it says."""
    return bool(_NAMES.search(text[:_LOOKED_AT]))


def _hide(value: Any, name: object, learn: Learn) -> Any:
    if not isinstance(value, str) or value in {"", STARS}:
        return value
    for text in _values(str(name).lower(), value):
        learn(text)
    return STARS


def _values(name: str, text: str) -> Iterator[str]:
    """What is worth knowing of the value of a header or field."""
    if name == "cookie":
        yield from (pair.partition("=")[2].strip() for pair in text.split(";"))
    elif name == "set-cookie":
        for line in text.splitlines():
            yield line.partition(";")[0].partition("=")[2].strip()
    elif name.endswith("authorization"):
        yield text.rpartition(" ")[2]
    else:
        yield text


def _json(content: bytes, learn: Learn) -> bytes:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return content
    hidden = starred(value, learn)
    return content if hidden == value else json.dumps(hidden, ensure_ascii=False).encode()


def _field(field: bytes, learn: Learn) -> bytes:
    name, equals, value = field.partition(b"=")
    if not value or not is_confidential(unquote_plus(name.decode(errors="replace"))):
        return field
    learn(unquote_plus(value.decode(errors="replace")))
    return name + equals + STARS.encode()


def _part(part: re.Match[bytes], learn: Learn) -> bytes:
    if not is_confidential(part[2].decode(errors="replace")):
        return part[0]
    learn(part[3].decode(errors="replace"))
    return part[1] + STARS.encode()
