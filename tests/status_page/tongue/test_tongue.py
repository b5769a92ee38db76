"""How times, spans and numbers read in eight languages, and what a bad translation cannot do."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.messages.pofile import read_po

from status_page.page import LANGUAGES
from status_page.tongue import Tongue, tongue
from status_page.tongue.catalogue import compiled
from tests.support.computing import computed

AT = datetime(2026, 11, 21, 14, 3, 22, tzinfo=UTC)
TODAY = AT.date()
YESTERDAY = AT - timedelta(days=1)
MINUTE = timedelta(minutes=1)
NBSP = "\N{NO-BREAK SPACE}"


def speaking(*entries: str, code: str = "de") -> Tongue:
    """A language of which only *entries* are translated."""
    po = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return Tongue(code, compiled(read_po(io.BytesIO((po + "\n\n".join(entries)).encode()))))


def entry(english: str, said: str) -> str:
    return f'msgid "{english}"\nmsgstr "{said}"'


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "1 day 2 hours"), ("de", "1 Tag 2 Stunden"), ("fr", "1 jour 2 heures"),
        ("es", "1 día y 2 horas"), ("pt", "1 dia e 2 horas"), ("ja", "1日2時間"),
        ("zh", "1 天2 小时"), ("ar", "يوم واحد وساعتين"),
    ],
)  # fmt: skip
def test_a_span_is_told_in_two_units(code: str, said: str) -> None:
    told = tongue(code).duration(timedelta(days=1, hours=2, minutes=59))
    assert told.replace(NBSP, " ") == said


def test_a_line_may_break_between_units_but_not_before_one() -> None:
    told = tongue("de").duration(timedelta(hours=3, minutes=59))
    assert told == f"3{NBSP}Stunden 59{NBSP}Minuten"


def test_a_span_is_never_told_longer_than_it_was() -> None:
    told = [timedelta(seconds=59), 61 * MINUTE, timedelta(days=2, minutes=5), -MINUTE]
    assert [tongue("en").duration(span).replace(NBSP, " ") for span in told] == [
        "less than a minute",
        "1 hour 1 minute",
        "2 days",
        "less than a minute",
    ]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 دقيقة"), (1, "دقيقة واحدة"), (2, "دقيقتين"), (3, "3 دقائق"), (11, "11 دقيقة"),
        (100, "100 دقيقة"),
    ],
)  # fmt: skip
def test_arabic_has_six_ways_to_count(number: int, said: str) -> None:
    assert tongue("ar").count("{number} minute", "{number} minutes", number) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "99.98\xa0%"), ("de", "99,98\xa0%"), ("fr", "99,98\xa0%"), ("es", "99,98\xa0%"),
        ("pt", "99,98%"), ("ja", "99.98%"), ("zh", "99.98%"), ("ar", "99.98%"),
    ],
)  # fmt: skip
def test_a_share_is_written_as_the_language_does(code: str, said: str) -> None:
    assert tongue(code).percent(0.9998, 2) == said
    assert tongue(code).percent(1.0, 0) == f"100{said[5:]}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_digits_are_the_same_in_every_language(code: str) -> None:
    speaks = tongue(code)
    told = [
        speaks.number(12345), speaks.percent(0.5, 1), speaks.stamp(AT), speaks.long_day(TODAY),
        speaks.duration(77 * MINUTE), speaks.span(MINUTE),
        speaks.short_days(date(2026, 1, 9), TODAY),
    ]  # fmt: skip
    assert not re.search("[\u200e\u200f\u202a-\u202e]", "".join(told))
    assert all(ch.isascii() for text in told for ch in text if ch.isdecimal())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "20 November, 14:03 UTC"), ("de", "20. November, 14:03 UTC"),
        ("fr", "20 novembre, 14:03 UTC"), ("es", "20 de noviembre, 14:03 UTC"),
        ("ja", "11月20日 14:03 UTC"), ("ar", "20 نوفمبر، 14:03 UTC"),
    ],
)  # fmt: skip
def test_a_moment_of_another_day_names_the_day(code: str, said: str) -> None:
    assert tongue(code).moment(YESTERDAY, TODAY).replace(NBSP, " ") == said
    assert tongue(code).moment(AT, TODAY) == f"14:03{NBSP}UTC"


def test_days_are_written_in_full_where_the_year_is_another() -> None:
    speaks = tongue("en")
    assert speaks.plain_day(TODAY, TODAY) == "21 November"
    assert speaks.plain_day(TODAY, date(2027, 1, 1)) == "21 November 2026"
    assert speaks.long_day(TODAY) == "Saturday, 21 November 2026"
    assert speaks.stamp(AT) == f"21 November 2026, 14:03:22{NBSP}UTC"


def test_headings_begin_with_a_capital() -> None:
    assert tongue("fr").month(TODAY) == "Novembre 2026"
    assert tongue("es").long_day(TODAY) == "Sábado, 21 de noviembre de 2026"
    assert tongue("de").name == "Deutsch"


def test_ranges_name_a_day_once() -> None:
    speaks = tongue("en")
    assert speaks.between(AT, AT + 12 * MINUTE, TODAY) == f"14:03 to 14:15{NBSP}UTC"
    told = speaks.between(YESTERDAY, YESTERDAY + 12 * MINUTE, TODAY)
    assert told == f"20 November, 14:03 to 14:15{NBSP}UTC"
    across = speaks.between(YESTERDAY, AT, TODAY).replace(NBSP, " ")
    assert across == "20 November, 14:03 UTC to 14:03 UTC"
    assert speaks.short_days(date(2026, 11, 14), date(2026, 11, 16)) == "14–16 Nov"
    assert speaks.short_days(TODAY, TODAY) == "21 Nov"


def test_lists_end_as_the_language_ends_them() -> None:
    assert tongue("en").listed(["A", "B", "C"]) == "A, B and C"
    assert tongue("de").listed(["A", "B"]) == "A und B"
    assert tongue("en").listed([]) == ""
    assert tongue("en").listed(["{0}", "{1}", "{x}"]) == "{0}, {1} and {x}"


def test_arabic_runs_from_right_to_left() -> None:
    assert {code for code in LANGUAGES if tongue(code).direction == "rtl"} == {"ar"}


def test_braces_in_a_name_stay_as_they_are() -> None:
    speaks = speaking(entry("{name} is down", "{name} ist ausgefallen"))
    assert speaks.say("{name} is down", name="{time}{0}") == "{time}{0} ist ausgefallen"
    told = tongue("en").timed("{name} down since {time}", AT, "14:03", name="{time}")
    assert (told.before, told.said) == ("{time} down since ", "14:03")


def test_numbers_in_a_sentence_are_written_as_the_language_does() -> None:
    assert tongue("de").say("{a} of {b}", a=1, b=12345) == "1 of 12.345"


@pytest.mark.parametrize(
    "said",
    ["{nmae} ist aus", "ist aus", "{name} {ist} aus", "{name", "{name.__class__}", "{name!r}",
     "{name:>99999}", "{0} {name}", "{name} }"],
)  # fmt: skip
def test_a_translation_with_other_places_is_not_used(said: str) -> None:
    speaks = speaking(entry("{name} is down", said))
    assert speaks.say("{name} is down", name="Mail") == "Mail is down"


def test_a_form_for_one_may_do_without_its_number() -> None:
    plural = 'msgid "{number} thing"\nmsgid_plural "{number} things"\n'
    good = speaking(plural + 'msgstr[0] "ein Ding"\nmsgstr[1] "{number} Dinge"')
    bad = speaking(plural + 'msgstr[0] "ein {ding}"\nmsgstr[1] "{number} Dinge"')
    assert good.count("{number} thing", "{number} things", 1) == "ein Ding"
    assert bad.count("{number} thing", "{number} things", 1) == "1 thing"


def test_what_nobody_translated_or_is_sure_of_is_said_in_english() -> None:
    speaks = speaking(entry("Down", ""), "#, fuzzy\n" + entry("Slow", "Langsam"))
    assert [speaks.say("Down"), speaks.say("Slow"), speaks.say("Up")] == ["Down", "Slow", "Up"]
    assert tongue("xh" if "xh" in LANGUAGES else "nl").say("Down") == "Down"


def test_saying_the_same_again_costs_next_to_nothing() -> None:
    speaks = tongue("ar")
    with computed() as spent:
        for _ in range(5000):
            speaks.count("{number} day", "{number} days", 5)
            speaks.short_day(TODAY)
            speaks.duration(77 * MINUTE)
            speaks.number(12345)
    assert spent.seconds < 0.25


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (40.9, "40 s"),
        (220, "3 min 40 s"),
        (3605, "1 h"),
        (7500, "2 h 5 min"),
        (90_061, "1 d 1 h"),
        (-5, "0 s"),
    ],
)
def test_a_budget_is_told_in_figures_and_to_the_second(seconds: float, said: str) -> None:
    told = tongue("en").brief(timedelta(seconds=seconds))

    assert told.replace("\N{NO-BREAK SPACE}", " ") == said
