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


def span(length: timedelta) -> str:
    """`12 minutes`, `1 hour 5 minutes`: the two largest units, from days to seconds."""
    left = max(int(length.total_seconds()), 0)
    said = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            said.append(f"{count} {unit}{'' if count == 1 else 's'}")
        elif said:
            break
    return " ".join(said[:2]) or "less than a second"


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
