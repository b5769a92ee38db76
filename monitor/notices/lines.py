"""Small words: a line that cannot break out of itself, a span, an instant, letters for an SMS."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

LINE_MAX: Final = 500

# What a text message can say with 160 characters in each part; one other letter makes it 70.
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
_PLAINER: Final = {
    "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"',
    "«": '"', "»": '"', "·": "-", "•": "-", "→": "->", "×": "x", "`": "'",
}  # fmt: skip


def one_line(words: str, room: int = LINE_MAX) -> str:
    """At most *room* characters, and nothing in them that a terminal or a mail header obeys."""
    near = words[: room * 8]  # the rest of a flood is not even looked at
    line = " ".join("".join(c if c.isprintable() else " " for c in near).split())
    return line if len(line) <= room else line[: room - 1].rstrip() + "…"


def capital(words: str) -> str:
    """As at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def span(length: timedelta) -> str:
    """`12 minutes`, `1 hour 5 minutes`: the two largest units, from days to seconds."""
    said = [f"{many} {unit}{'' if many == 1 else 's'}" for many, unit in _units(length, _LONG)]
    return " ".join(said) or "less than a second"


def brief(length: timedelta) -> str:
    """`40 s`, `3 min 20 s`: as `span`, where there is little room."""
    return " ".join(f"{many} {unit}" for many, unit in _units(length, _BRIEF)) or "less than 1 s"


_LONG: Final = ("day", "hour", "minute", "second")
_BRIEF: Final = ("d", "h", "min", "s")


def _units(length: timedelta, names: Sequence[str]) -> list[tuple[int, str]]:
    left = max(int(length.total_seconds()), 0)
    said: list[tuple[int, str]] = []
    for unit, size in zip(names, (86_400, 3_600, 60, 1), strict=True):
        many, left = divmod(left, size)
        if many:
            said.append((many, unit))
        elif said:
            break
    return said[:2]


def instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def listed(names: Sequence[str], total: int, room: int) -> str:
    """As many of *names* as have room, and how many of *total* more there are."""
    said, best = "", ("", "")
    for shown, name in enumerate(names, 1):
        said += ", " * (shown > 1) + one_line(name, 60)
        more = f" and {total - shown} more" if total > shown else ""
        if len(said) + len(more) <= room or shown == 1:
            best = said, more
        if len(said) > room:
            break  # not even without the rest of a thousand
    return one_line(best[0], max(room - len(best[1]), 1)) + best[1]


def gsm(words: str) -> str:
    """The same in the letters of a text message, as far as it can be said in them."""
    return "".join(map(_gsm_letter, words))


def _gsm_letter(letter: str) -> str:
    if letter in _GSM:
        return letter
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    plainer = _PLAINER.get(letter, bare)
    return plainer if plainer and _GSM.issuperset(plainer) else letter
