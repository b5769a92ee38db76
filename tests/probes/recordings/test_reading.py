"""Recordings, as the recorder wrote them, become steps and Python that can be used at once."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from monitor.config import load
from probes.recordings import NotUnderstood, as_python, as_steps, read
from tests.probes.recordings.recorder import at, click, hands_over, recorded, steps

HERE = Path(__file__).parent
SHOP, SIGNING_IN = (HERE / "shop.jsonl").read_text(), (HERE / "signing-in.jsonl").read_text()


@pytest.mark.parametrize("name", ["shop", "signing-in"])
def test_lines_of_json_and_python_tell_the_same(name: str, tmp_path: Path) -> None:
    lines, python = ((HERE / f"{name}.{form}").read_text() for form in ("jsonl", "py.txt"))
    written = as_steps(read(lines))
    assert as_steps(read(python)) == written
    file = tmp_path / "probes.toml"
    file.write_text(written)
    assert load(file, environ={"CANARY_PASSWORD": "p" * 9, "CANARY_PIN": "q" * 9}).probes


def test_a_shop_is_gone_through_as_it_was() -> None:
    assert steps(SHOP) == [
        {"select": "label=Country GermanyAustria", "option": "at"},
        {"check": "role=checkbox[name='Remember me']"},
        {"uncheck": "role=checkbox[name='Remember me']"},
        {"click": "role=listitem >> has_text=Socks Add >> role=button"},
        {"click": "role=listitem >> has_text=Hat Add >> role=button"},
        {"click": "testid=go-now"},
        {"fill": "role=textbox[name='Search the shop']", "with": "wool"},
        {"press": "Enter", "in": "role=textbox[name='Search the shop']"},
        {"fill": 'css=input[name="pin"]', "with": "${env:CANARY_PIN}"},
        {"click": "frame=iframe >> role=button[name='Inside']"},
        {"download": "role=link[name='Export']"},
        {"click": "role=button[name='Really']"},
        {"expect_visible": "text=Hat Add"},
        {"click": "role=link[name='Help']", "new_tab": True},
    ]


def test_a_password_is_written_nowhere() -> None:
    for text, secret in ((SIGNING_IN, "practice-makes-perfect"), (SHOP, "s3cret-Pin")):
        recording = read(text)
        assert secret in text
        for written in (as_steps(recording), as_python(recording), repr(recording)):
            assert secret not in written.replace(repr(recording.acts), "")
    assert "${env:CANARY_PASSWORD}" in as_steps(read(SIGNING_IN))
    assert 'visit.secret("password")' in as_python(read(SIGNING_IN))


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (hands_over("a.txt", "b.txt"), "hands over no file, or several"),
        (hands_over(), "hands over no file, or several"),
        (hands_over(".."), "hands over no file, or several"),
        ({"name": "fill", "text": "a{unique}", "locator": at("label", "x")}, "holds {…}, which a"),
        (click(at("text", "a {uniqe}")), "holds {…}, which a step replaces"),
    ],
)
def test_what_a_step_would_do_otherwise_is_refused_but_not_as_python(
    action: dict[str, Any], why: str
) -> None:
    recording = read(recorded(action, click(at("label", "y"))))
    with pytest.raises(NotUnderstood, match="line 3: ") as caught:
        as_steps(recording)
    assert why in str(caught.value)
    ast.parse(as_python(recording))
    written = as_steps(recording, leaves_out=True)
    assert f"# Left out: line 3: {why}" in written
    assert '{ click = "label=y" }' in written


@pytest.mark.parametrize("path", ["../../etc/card.png", "C:\\cards\\card.png", "/card.png"])
def test_of_a_file_only_the_name_is_kept(path: str) -> None:
    text = recorded(hands_over(path))
    assert steps(text) == [{"upload": "label=File", "file": "card.png"}]
    assert 'set_input_files(["card.png"])' in as_python(read(text))


@pytest.mark.parametrize(
    ("locator", "target"),
    [
        (
            at("role", "button", name="It's", exact=True, attrs=[]),
            'role=button[name="It\'s"][exact]',
        ),
        (at("role", "heading", attrs=[{"name": "level", "value": 2}]), "role=heading[level=2]"),
        (at("text", "Add", exact=True), "text='Add'"),
        (at("title", "Close", at("first", "")), "title=Close >> nth=0"),
        (at("alt", "Logo", at("nth", "2")), "alt=Logo >> nth=2"),
        (at("placeholder", "you@example.org", at("last", "")), None),
        (at("default", "xpath=//a"), "xpath=//a"),
        (at("default", "#a .b", at("visible", "")), "css=#a .b"),
        (at("frame-locator", "#pay", at("label", "Card")), "frame=#pay >> label=Card"),
    ],
)
def test_every_locator_of_the_recorder_has_its_counterpart(
    locator: Any, target: str | None
) -> None:
    (step,) = steps(recorded(click(locator)))
    assert step == {"click": target or "placeholder=you@example.org >> nth=-1"}
    ast.parse(as_python(read(recorded(click(locator)))))


def test_keys_files_values_and_double_clicks() -> None:
    box = at("label", "Box")
    text = recorded(
        click(box, clickCount=2),
        {"name": "press", "key": "A", "modifiers": 2, "locator": box},
        {"name": "setInputFiles", "files": ["card.png"], "locator": box},
        {"name": "select", "options": ["a", "b"], "locator": box},
        {"name": "hover", "locator": box},
        {"name": "assertValue", "value": "x", "locator": box},
        {"name": "assertChecked", "checked": False, "locator": box},
    )
    assert steps(text) == [
        {"click": "label=Box", "times": 2},
        {"press": "ControlOrMeta+A", "in": "label=Box"},
        {"upload": "label=Box", "file": "card.png"},
        {"select": "label=Box", "option": ["a", "b"]},
        {"hover": "label=Box"},
        {"expect_value": "label=Box", "is": "x"},
        {"expect_unchecked": "label=Box"},
    ]


def test_tabs_are_entered_left_and_closed() -> None:
    go = at("label", "Go")
    opened = click(go, signals=[{"name": "popup", "popupPageGuid": "b"}])
    inside = click(at("label", "In"), pageGuid="b")
    assert steps(recorded(opened, inside, click(go))) == [
        {"click": "label=Go", "new_tab": True},
        {"click": "label=In"},
        {"close_tab": True},
        {"click": "label=Go"},
    ]
    with pytest.raises(NotUnderstood, match="line 6: goes back to a tab that was left at line 5; "):
        read(recorded(opened, inside, click(go), inside))
    lenient = read(recorded(opened, inside, click(go), inside), leaves_out=True)
    assert lenient.notes[0].startswith("Left out: line 6: goes back to a tab")
    assert len(lenient.acts) == 5
    with pytest.raises(NotUnderstood, match="line 3: is in a tab that no click has opened"):
        read(recorded(inside))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: no page was opened"),
        ("what? is this", "line 1: neither lines of JSON nor Python"),
        ('{"name": "leap"}', "line 1: 'leap' is nothing that a step can do"),
        ("{broken", "line 1: "),
        (recorded(click(at("label", "x"), button="right")), "line 3: a step clicks with the left"),
        (recorded(click(at("and", "{}"))), "line 3: a locator of the kind 'and'"),
        (recorded(click(at("text", "a >> b"))), "line 3: 'a >> b' cannot be written"),
        (recorded(click({"kind": "text"})), "line 3: it is not as recorders write it"),
        (
            "page.goto('https://example.org/')\nimport os\nos.system('x')",
            "line 3: os.system('…') is nothing",
        ),
        ("page.goto(ADDRESS)", "line 1: ADDRESS is not a plain value"),
        ("for x in y:\n  pass", "line 1: for x in y:"),
        ("page.get_by_label('x').screenshot()", "line 1: page.get_by_label('…').screenshot()"),
        ("page.get_by_label('x').click(force=True)", "line 1: force= has no counterpart"),
        ("page.get_by_label(name()).fill('x')", "line 1: name() is not a plain value"),
        ("page.route('x', y)", "line 1: page.route('…', y)"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read(text)
    assert said in str(caught.value)


def test_of_a_live_recording_only_that_line_is_left_out() -> None:
    text = recorded(click(at("label", "x"), button="right"), click(at("label", "y")))
    recording = read(text, leaves_out=True)
    assert [act.target for act in recording.acts] == ["", "label=y"]
    assert recording.notes[0].startswith("Left out: line 3: ")


def test_a_few_lines_from_the_midst_of_a_script_will_do() -> None:
    text = """
        page.goto("https://example.org/a")
        page.get_by_role("button", name=re.compile("pay", re.IGNORECASE)).dblclick()
        page.keyboard.press("Tab")
        page.wait_for_timeout(1500)
        expect(page.locator("#sum")).to_contain_text('3 "odd" \\\\ ${x}')
    """
    assert steps(text, "https://example.org/") == [
        {"goto": "/a"},
        {"click": "role=button[name=/pay/i]", "times": 2},
        {"press": "Tab"},
        {"wait": "1500ms"},
        {"expect_text": '3 "odd" \\ $${x}', "in": "css=#sum"},
    ]


def test_as_python_it_groups_what_belongs_together() -> None:
    tree = ast.parse(as_python(read(SIGNING_IN)))
    (journey,) = [node for node in tree.body if isinstance(node, ast.AsyncFunctionDef)]
    names = [ast.unparse(each.items[0]) for each in journey.body if isinstance(each, ast.AsyncWith)]
    assert names == ["visit.step('open')", "visit.step('press textbox “Password”')"]
    assert "secrets.password" in as_python(read(SIGNING_IN))
