"""The catalogues of our own words: what the code says, and how each language says it.

`scripts/words` runs this. Babel's own way of finding messages reads a file word by word; we read
its syntax tree, so that a message may also be a constant, one of a table, or either of two.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from status_page.page import LANGUAGES
from status_page.tongue.catalogue import broken, places

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "status_page" / "locale"
TEMPLATE = FOLDER / "trueup.pot"
TAKES = {"say": 1, "timed": 1, "count": 2}
"""The methods of a Tongue, and how many messages each takes first."""
PLURALS = {
    "ja": "nplurals=1; plural=0;",
    "zh": "nplurals=1; plural=0;",
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 ? 4 : 5);",
}
"""Others: one, and all the rest."""
_TWO = "nplurals=2; plural=(n != 1);"
HEADER = """\
# The words of the public page. scripts/words keeps this file in step with the code.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


class Found(NamedTuple):
    """A message, or its forms for one and for many, and the file that says it."""

    message: tuple[str, ...]
    file: str


def main() -> int:
    """The exit status: 1 while anything is missing or broken."""
    template = gathered(found(ROOT))
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template, ""))
    problems = []
    for code in LANGUAGES[1:]:
        catalogue = renewed(template, code)
        (FOLDER / f"{code}.po").write_bytes(written(catalogue, code))
        problems += [f"{code}: {problem}" for problem in wrong(catalogue, template)]
    print(*problems, f"{len(template)} messages, {len(problems)} problems", sep="\n")
    return 1 if problems else 0


def found(root: Path) -> Iterator[Found]:
    """In the page, and in whatever else speaks its tongue. Raises ValueError for a message that
    cannot be told from the text alone.
    """
    for path in sorted(root.glob("status_page/**/*.py")):
        yield from in_python(path.read_text("utf-8"), path.relative_to(root).as_posix())
    for path in sorted(root.glob("monitor/**/*.py")):
        if "status_page.tongue" in (text := path.read_text("utf-8")):
            yield from in_python(text, path.relative_to(root).as_posix())
    for folder in ("status_page", "monitor"):
        for path in sorted(root.glob(f"{folder}/**/templates/*")):
            yield from in_template(path.read_text("utf-8"), path.relative_to(root).as_posix())


def in_python(text: str, file: str) -> Iterator[Found]:
    tree = ast.parse(text)
    named = _constants(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=args):
                takes = TAKES.get(name, 0)
            case _:
                continue
        if not takes or len(args) < takes + (name == "count"):
            continue
        texts = [_texts(arg, named) for arg in args[:takes]]
        if not all(texts):
            if _speaks(node):
                raise ValueError(f"{file}:{node.lineno}: {name}() of what is not in the text")
            continue
        for message in zip(*texts, strict=True):
            yield Found(message, file)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What is given a name at the top of a module or of a class."""
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


def _texts(node: ast.expr, named: dict[str, ast.expr]) -> list[str]:
    """All that it can be; empty for what is not in the text."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=yes, orelse=no):
            return [*_texts(yes, named), *_texts(no, named)]
        case ast.Name(id=name) if name in named:
            return _texts(named[name], {key: named[key] for key in named if key != name})
        case ast.Subscript(value=table):
            return _texts(table, named)
        case ast.Call(func=ast.Attribute(value=table, attr="get")):
            return _texts(table, named)
        case ast.Dict(values=members) | ast.Tuple(elts=members) | ast.List(elts=members):
            return [text for member in members for text in _texts(member, named)]
    return []


def _speaks(call: ast.Call) -> bool:
    """Whether it is a tongue that is called: `tongue.say(…)`, `self._tongue.say(…)`."""
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith("tongue")


def in_template(text: str, file: str) -> Iterator[Found]:
    """Plain calls with the messages in them."""
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        name = getattr(call.node, "name", None) or getattr(call.node, "attr", None)
        takes = TAKES.get(str(name), 0)
        if takes and len(call.args) >= takes + (name == "count"):
            first = [arg for arg in call.args[:takes] if isinstance(arg, nodes.Const)]
            if len(first) < takes and name == "timed":
                continue  # a macro of that name takes what is already said
            if len(first) < takes:
                raise ValueError(f"{file}:{call.lineno}: {name}() of what is not in the text")
            yield Found(tuple(str(arg.value) for arg in first), file)


def gathered(messages: Iterable[Found]) -> Catalog:
    """Raises ValueError for places in a message that are more than a name."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for message, file in messages:
        for text in message:
            places(text)
        known = catalogue.get(message[0])
        one = known.id if known and isinstance(known.id, tuple) else message[0]
        catalogue.add(message if len(message) > 1 else one, locations=[(file, 1)])
    return catalogue


def read(code: str) -> Catalog:
    """Empty for a language that nobody has begun with."""
    path = FOLDER / f"{code}.po"
    text = path.read_bytes() if path.is_file() else header(code).encode()
    return read_po(io.BytesIO(text), locale=code)


def renewed(template: Catalog, code: str) -> Catalog:
    """What is still said keeps its translation; the rest goes."""
    old = read(code)
    old.update(template, no_fuzzy_matching=True)
    return old


def header(code: str) -> str:
    return HEADER.format(code=code, plural=PLURALS.get(code, _TWO))


def written(catalogue: Catalog, code: str) -> bytes:
    """The same for the same messages, on every machine and on every day."""
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        width=96,
        omit_header=True,
        ignore_obsolete=True,
        sort_by_file=True,
        include_lineno=False,
    )
    return header(code).encode() + body.getvalue()


def wrong(catalogue: Catalog, template: Catalog) -> list[str]:
    """What has no translation, is not certain, or would break a sentence."""
    problems = []
    for wanted in filter(lambda message: message.id, template):
        message = catalogue.get(wanted.id)
        said = message.string if message else ""
        forms = list(said or [""]) if not isinstance(said, str) else [said]
        if message is None or message.fuzzy or not all(forms):
            problems.append(f"missing: {wanted.id!r}")
        elif why := broken(message):
            problems.append(f"broken: {wanted.id!r}: {why}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
