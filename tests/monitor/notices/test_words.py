"""A template of one's own: what it can say, and that it never costs a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.notices import SAMPLES, TEXT_MAX, Notice, Words, problems, text
from tests.support.notices import opened, resolved

DOCS = Path("docs/templates.md").read_text("utf-8")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tmp_path / "notice.txt.j2"


def words(template: Path, source: str) -> Words:
    template.write_text(source, "utf-8")
    return Words.load(template)


def test_without_a_template_our_own_text_is_told() -> None:
    assert Words().text(opened()) == Words.load(None).text(opened()) == text(opened())


def test_a_template_replaces_the_text_and_leaves_the_subject(template: Path) -> None:
    own = words(template, "{{ message.notice.probe }} is {{ message.notice.event }}, call 4711")
    assert own.text(opened()) == "signin is opened, call 4711\n"
    assert own.subject(opened()) == Words().subject(opened())
    assert problems(template) == []


def test_channels_with_buttons_keep_them_beside_a_users_text(template: Path) -> None:
    message = words(template, "one\ntwo").message(opened())
    assert message.opening == "one\ntwo"
    assert message.facts == message.links != ()


def test_the_documented_template_works_for_every_event(template: Path) -> None:
    found = re.search(r"^```jinja\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    assert found
    template.write_text(found[1], "utf-8")
    assert problems(template) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ message.weather }}", "line 1: a Message has no attribute 'weather'"),
        ("a\n\n{{ nothing }}", "line 3: 'nothing' is undefined"),
        ("{% if %}", "line 1: Expected an expression"),
        ("{{ 1 / 0 }}", "line 1: division by zero"),
        ("{{ message.facts[99].value }}", "line 1: tuple object has no element 99"),
        ("{{ message.notice.lasted.days }}", "line 1: 'None' has no attribute 'days'"),
        (" \n ", "the template says nothing"),
        ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "nested too deep"),
        ("{% if 1 %}" * 200 + "x" + "{% endif %}" * 200, "nested too deep"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested too deep"),
        ("{% include 'other' %}", "no loader for this environment specified"),
        ("{{ ''.__class__.__mro__ }}", "access to attribute '__class__'"),
    ],
)
def test_a_bad_template_is_found_before_the_night_and_costs_no_page_in_it(
    template: Path, source: str, said: str
) -> None:
    own = words(template, source)
    assert any(said in problem for problem in problems(template)), problems(template)
    assert own.text(opened()) == text(opened())
    assert own.message(opened()) == Words().message(opened())


def test_a_template_that_stumbles_over_one_event_says_over_which(template: Path) -> None:
    own = words(template, "{% if message.tone == 'good' %}{{ 1 / 0 }}{% endif %}fine")
    assert problems(template) == ["line 1: division by zero (for a notice that is resolved)"]
    assert own.text(opened()) == "fine\n"
    assert own.text(resolved()) == text(resolved())


def test_a_template_that_is_not_there_or_no_text_is_said_in_words(template: Path) -> None:
    assert problems(template) == ["it cannot be read: no such file or directory"]
    assert problems(template.parent) == ["it cannot be read: is a directory"]
    template.write_bytes(b"\xff\xfe")
    assert problems(template) == ["a template must be UTF-8 text"]
    template.write_bytes(b"x" * 70_000)
    assert problems(template) == ["a template may have 64 KiB"]
    assert Words.load(template).text(opened()) == text(opened())


def test_what_a_template_says_is_bounded_and_plain(template: Path) -> None:
    own = words(template, "\x1b[2J{% for n in range(99999) %}line {{ n }}\n{% endfor %}")
    said = own.text(opened())
    assert said.startswith(" [2Jline 0\nline 1\n")
    assert len(said) <= TEXT_MAX


def test_a_target_cannot_speak_to_the_template(template: Path) -> None:
    own = words(template, "{{ message.notice.summary }}")
    assert own.text(opened(summary="{{ 7 * 7 }}{% raw %}")) == "{{ 7 * 7 }}{% raw %}\n"
    assert "{{ 7 * 7 }}" in text(opened(summary="{{ 7 * 7 }}"))


class Tags(HTMLParser):
    """Whether every tag is closed, and what stands in the text and in the addresses."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""
        self.addresses: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("notice", SAMPLES.values(), ids=SAMPLES)
def test_the_html_of_every_event_is_whole_and_says_what_the_text_says(notice: Notice) -> None:
    page = Tags(Words().html(notice, picture="picture"))
    assert page.open == []
    for fact in Words().message(notice).details:
        assert fact.value in page.words


def test_no_target_can_put_markup_into_the_html() -> None:
    page = Words().html(opened(summary="<script>alert(1)</script>", playbook='https://x/"onclick='))
    assert "<script>" not in page
    assert '"onclick' not in page


def test_acknowledging_is_the_first_button() -> None:
    page = Tags(Words().html(opened(acknowledge="https://trueup.example.org/ack/42")))
    assert page.addresses[0] == "https://trueup.example.org/ack/42"
    assert len(page.addresses) == 3
    assert "cid:" not in " ".join(page.addresses)
