"""Pages: what they list, how they look, and what is refused before the world can see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import looks
from status_page import LANGUAGES
from tests.monitor.config.toys import A_PROBE, read, refused

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
COMPONENTS = """
[component.uploads]
probes = ["web"]
group = "Sharing"
[component.fax]
probes = []
"""


def test_several_pages_each_with_its_own_components_words_and_look(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(SVG)
    config = read(
        tmp_path,
        A_PROBE
        + COMPONENTS
        + """
[page]
title = "Example"
url = "https://status.example.org"
logo = "logo.svg"
[pages.acme]
groups = ["Sharing"]
says.uploads = "Acme's files do not arrive."
language = "de"
languages = []
password = "${env:WORD}"
""",
        {"WORD": "long enough"},
    )
    first, acme = config.pages.values()
    assert first == config.page
    assert first.url == "https://status.example.org/"
    assert first.languages == LANGUAGES
    assert first.look.logo is not None
    assert first.look.logo.media_type == "image/svg+xml"
    assert config.components["fax"].probes == ()
    assert (acme.id, acme.folder, acme.groups) == ("acme", "pages/acme", ("Sharing",))
    assert (acme.language, acme.languages) == ("de", ("de",))
    assert "long enough" in config.secrets
    assert tmp_path / "logo.svg" in config.files


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ('components = ["uplods"]', "page.components[0]: unknown component 'uplods'; did you mean"),
        ('says.uplods = "x"', "page.says.uplods: unknown component 'uplods'; did you mean"),
        ('groups = ["Sahring"]', "page.groups[0]: no component stands under 'Sahring'; did you"),
        ("internal = true", "page.internal: the first page is for everybody; write [pages.inter"),
        ('logo = "logo.gif"', "page.logo: is of no kind that every browser shows; use SVG, PNG"),
        ('logo = "gone.svg"', "there is no such file"),
        ('logo = "lively.svg"', "page.logo: is an SVG that acts or loads something"),
        ('logo = "fake.png"', "page.logo: is not image/png, as its name says"),
        ('css = "far.css"', "page.css: asks for something from elsewhere in line 2"),
        ('mail = "pager"', "page.mail: 'pager' is no channel of the kind email"),
        ('colours.up-ink = "#c8e8c8"', "page.colours.up-ink: is hard to read on ground #f6f6f2"),
        ('colours.upp = "#000000"', "page.colours: 'upp' is no colour of ours"),
        ('colours.up = "green"', 'page.colours.up: is no colour; write it as "#1a73e8"'),
        ('password = "short"', "page.password: "),
        ('fonts = [{ family = "A;b{", file = "x.woff2" }]', "is no name of a typeface"),
    ],
)
def test_what_would_make_a_bad_page_is_refused(keys: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "lively.svg").write_text(SVG.replace("<path", "<script>1</script><path"))
    (tmp_path / "fake.png").write_bytes(b"GIF89a")
    (tmp_path / "far.css").write_text("a { color: red }\n@import 'https://example.org/a.css';")
    told = refused(tmp_path, f"{A_PROBE}{COMPONENTS}[page]\n{keys}\n")
    assert any(sentence in line for line in told), told


def test_contrast_is_that_of_the_standard() -> None:
    assert looks.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert looks.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
