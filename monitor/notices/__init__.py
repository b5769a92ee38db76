"""What is told when something happens: the notice, its JSON, and its words."""

from monitor.notices.lines import LINE_MAX, gsm, one_line, span
from monitor.notices.message import COLOURS, Fact, Message, Tone
from monitor.notices.notice import (
    NO_LONGER_WATCHED,
    VERSION,
    About,
    Altered,
    Captured,
    Change,
    Deed,
    EventKind,
    Habit,
    Left,
    Member,
    Notice,
    Picture,
    from_json,
    to_json,
)
from monitor.notices.samples import SAMPLES
from monitor.notices.traits import DRILL
from monitor.notices.wording import SHORT_MAX, SUBJECT_MAX, short, subject
from monitor.notices.words import TEXT_MAX, Words, problems, text

__all__ = [
    "COLOURS",
    "DRILL",
    "LINE_MAX",
    "NO_LONGER_WATCHED",
    "SAMPLES",
    "SHORT_MAX",
    "SUBJECT_MAX",
    "TEXT_MAX",
    "VERSION",
    "About",
    "Altered",
    "Captured",
    "Change",
    "Deed",
    "EventKind",
    "Fact",
    "Habit",
    "Left",
    "Member",
    "Message",
    "Notice",
    "Picture",
    "Tone",
    "Words",
    "from_json",
    "gsm",
    "one_line",
    "problems",
    "short",
    "span",
    "subject",
    "text",
    "to_json",
]
