"""Every word of the page is in every catalogue, or a list says which are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import catalogues
from scripts.catalogues import FOLDER, ROOT, TEMPLATE, found, gathered, in_python, in_template, read
from status_page.page import LANGUAGES

OTHERS = LANGUAGES[1:]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return gathered(found(ROOT))


@pytest.mark.parametrize("code", OTHERS)
def test_every_word_is_translated(template: Catalog, code: str) -> None:
    problems = catalogues.wrong(read(code), template)
    assert not problems, "\n".join(["run scripts/words, then translate:", *problems])


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogues_are_as_scripts_words_writes_them(template: Catalog, code: str) -> None:
    renewed = catalogues.written(catalogues.renewed(template, code), code)
    assert renewed == (FOLDER / f"{code}.po").read_bytes(), "run scripts/words"


def test_so_is_what_translators_begin_with(template: Catalog) -> None:
    assert catalogues.written(template, "") == TEMPLATE.read_bytes(), "run scripts/words"


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_ends_as_the_english_does(code: str) -> None:
    """A full stop that is missing, or a gap at the end, would show where sentences follow."""
    stops = (".", "。", "؟", "?", "？", "…", ":", "：")
    for message in read(code):
        if not isinstance(message.id, str) or not message.id or not message.string:
            continue
        assert message.id.endswith(stops) == str(message.string).endswith(stops), message.string
        assert str(message.string) == str(message.string).strip(), message.string


def test_a_new_language_begins_with_everything_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    monkeypatch.setattr(catalogues, "TEMPLATE", tmp_path / "trueup.pot")

    assert catalogues.main() == 1

    assert "ar: missing: 'less than a minute'" in capsys.readouterr().out
    assert (tmp_path / "trueup.pot").read_bytes() == TEMPLATE.read_bytes()
    assert {path.stem for path in tmp_path.glob("*.po")} == set(OTHERS)


def messages(text: str) -> set[tuple[str, ...]]:
    return {each.message for each in in_python(text, "a.py")}


def test_messages_are_found_wherever_they_stand_in_the_text() -> None:
    assert messages("tongue.say('Down')") == {("Down",)}
    assert messages("say('A' if x else 'B')") == {("A",), ("B",)}
    assert messages("W = {1: 'A', 2: 'B'}\ntongue.say(W[1])") == {("A",), ("B",)}
    assert messages("class X:\n    W = 'A'\ntongue.timed(W, at, said)") == {("A",)}
    assert messages("tongue.count('{number} a', '{number} b', n)") == {("{number} a", "{number} b")}
    assert messages("text.count('x')") == set()


def test_a_message_that_only_running_would_tell_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a\.py:1"):
        messages("self.tongue.say(f'{name} is down')")
    with pytest.raises(ValueError, match=r"a\.html:1"):
        list(in_template("{{ say(words) }}", "a.html"))


def test_templates_are_read_too() -> None:
    text = "{% macro timed(x) %}{{ x }}{% endmacro %}{{ say('A') }}{{ t.count('b', 'bs', 2) }}"
    assert {each.message for each in in_template(text, "a.html")} == {("A",), ("b", "bs")}
