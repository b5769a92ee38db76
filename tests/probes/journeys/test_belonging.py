"""What is pressed to clean up: ours, and never what may be somebody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from probes import Outcome
from probes.browser import api, find_browser
from probes.journeys import dialogs, removing
from probes.journeys.controls import Controls
from probes.journeys.listing import REMARKS_AMONG_MESSAGES, Sought
from probes.journeys.owning import belongs, own_entry
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "tu0gqz8abcde"
FILE = Sought(TOKEN, says=("canary-{name}.txt", "canary-{name}"), by_name=True)
MESSAGE = Sought(TOKEN, remarks=REMARKS_AMONG_MESSAGES, says=("A message of ours {name}",))
OLDER = "canary-tu0gqz7zzzzz.txt"
PRESSES = """<script>document.addEventListener("click", event => {
  const one = event.target.closest("button, a"); if (!one) return;
  event.preventDefault(); window.pressed = one.id || "unnamed"; })</script>"""

# OURS and TEXT stand for what this run made; the button of ours is #ours.
NOT_OURS = {
    "an album": (FILE, "<article><h2>My album</h2><button>Delete</button><div class=f>OURS</div>"),
    "an album of ours": (
        FILE,
        (
            "<article><h2>My album</h2><button>Delete</button>"
            f"<div class=f>OURS</div><div class=f>{OLDER}</div></article>"
        ),
    ),
    "an album in bold": (
        FILE,
        "<ul><li><strong>Summer</strong><button>Delete</button><p>OURS</p></li></ul>",
    ),
    "a row about an album": (
        FILE,
        "<table><tr><td>My album<td>OURS<td><button>Delete</button></table>",
    ),
    "an item for a day": (
        FILE,
        (
            "<ul><li>Today<div class=f><a href=/o>other.txt</a><button>Delete</button></div>"
            "<div class=f>OURS</div></li></ul>"
        ),
    ),
    "rows without a class": (
        FILE,
        "<div><div>OURS</div><div>other.txt <button>Delete</button></div></div>",
    ),
    "rows of pictures": (
        FILE,
        "<div><div>OURS</div><div><img src=/o.png><button>Delete</button></div></div>",
    ),
    "definitions": (FILE, "<dl><dt>OURS<dd>by us<dt>other.txt<dd><button>Delete</button></dl>"),
    "a box around a list of one": (FILE, "<div><button>Delete</button><div>OURS</div></div>"),
    "its whole album": (FILE, "<ul><li>OURS <button>Delete album</button></li><li>x</li></ul>"),
    "a longer name": (FILE, "<ul><li>old-OURS-kept <button>Delete</button></li></ul>"),
    "a page's form": (
        FILE,
        "<article>OURS<input type=file><button>Delete</button></article>",
    ),
    "the post": (
        MESSAGE,
        (
            "<article><h1>Post</h1><button>Delete post</button><p>Long</p><section>"
            "<div class=c><p>TEXT</p></div></section><textarea></textarea></article>"
        ),
    ),
    "the post, called nothing": (
        MESSAGE,
        (
            "<article><h1>Post</h1><button>Delete</button><p>Long</p><section>"
            "<div class=c><p>TEXT</p></div></section></article>"
        ),
    ),
    "a quotation": (
        MESSAGE,
        "<ul><li><b>anna</b> What is this? &gt; TEXT Please keep <button>Delete</button></li></ul>",
    ),
    "a quotation on its own": (
        MESSAGE,
        "<ul><li><b>anna</b><blockquote>TEXT</blockquote><button>Delete</button></li></ul>",
    ),
    "a quotation and an answer": (
        MESSAGE,
        "<ul><li><b>anna</b> <p>TEXT</p><p>Please keep</p><button>Delete</button></li></ul>",
    ),
    "an echo": (
        MESSAGE,
        (
            "<ul><li><b>bot</b> TEXT <button>Delete</button></li>"
            "<li><b>us</b> TEXT <button id=ours>Delete</button></li></ul>"
        ),
    ),
    "a reply beneath": (
        MESSAGE,
        "<ul><li>TEXT<ul><li>anna: why? <button>Delete</button></li></ul></li></ul>",
    ),
}
OURS = {
    "an item": (FILE, "<ul><li>OURS <button id=ours>Delete</button></li></ul>"),
    "a link in an item": (
        FILE,
        (
            "<ul><li><a href=/f>OURS</a> <small>44 bytes, 2026-11-21 10:00</small>"
            "<a href=/g>Download</a> <button id=ours>Delete</button></li>"
            "<li><a href=/o>other.txt</a> <button>Delete</button></li></ul>"
        ),
    ),
    "a row of a table": (
        FILE,
        (
            "<table><tr><th>Name<th>Size<th><tr><td><input type=checkbox><td>OURS<td>1.2 KB"
            "<td><time>now</time><td><button id=ours>Delete</button>"
            "<tr><td><input type=checkbox><td>other.txt<td>1 KB<td><td><button>Delete</button>"
        ),
    ),
    "rows without a class": (
        FILE,
        (
            "<div><div>OURS <button id=ours>Delete</button></div>"
            "<div>other.txt <button>Delete</button></div></div>"
        ),
    ),
    "paragraphs": (
        FILE,
        "<p>OURS <a id=ours href=/d>Remove</a></p><p>other.txt <a href=/e>Remove</a></p>",
    ),
    "one for a day": (
        FILE,
        (
            "<ul><li>Today<div class=f>other.txt <button>Delete</button></div>"
            "<div class=f>OURS <button id=ours>Delete</button></div></li></ul>"
        ),
    ),
    "a picture": (
        FILE,
        (
            "<ul><li><img alt=OURS width=90 height=90><button id=ours>×</button></li>"
            "<li><img alt=o.png width=90 height=90><button>×</button></li></ul>"
        ),
    ),
    "a message": (
        MESSAGE,
        (
            "<ul><li><b>us</b> TEXT <time>10:00</time> <button id=ours>Delete</button></li>"
            "<li><b>anna</b> Hello &gt; TEXT <button>Delete</button></li></ul>"
        ),
    ),
    "a comment of a post": (
        MESSAGE,
        (
            "<article><h1>Post</h1><button>Delete post</button><div class=c><span class=author>"
            "Our Canary</span><p>TEXT</p><button id=ours>Delete</button></div>"
            "<div class=c><p>Nice</p><button>Delete</button></div></article>"
        ),
    ),
}
Pressed = Callable[[Sought, str], Awaitable[str]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Any]:
    async with api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        )
        yield await browser.new_page()
        await browser.close()


async def pressed(page: Any, sought: Sought, body: str) -> str:
    """The id of what would be pressed to remove it; empty when nothing would."""
    text = body.replace("OURS", f"canary-{TOKEN}.txt").replace("TEXT", f"A message of ours {TOKEN}")
    await page.set_content(f"<!doctype html>{PRESSES}<main>{text}</main>")

    async def soon(ask: Callable[[], Awaitable[Any]], _limit: Any = None) -> Any:
        return await ask()

    sight = cast("Any", SimpleNamespace(page=page, soon=soon))
    found = await own_entry(page, sought)
    if found is None:
        return ""
    control = await Controls(sight, sought, removing._CONTROL).anywhere(found)
    if control is not None:
        await control.click()
    return str(await page.evaluate("window.pressed || ''"))


@pytest.mark.parametrize("layout", NOT_OURS)
async def test_what_may_be_somebody_elses_is_not_pressed(page: Any, layout: str) -> None:
    assert await pressed(page, *NOT_OURS[layout]) == ""


@pytest.mark.parametrize("layout", OURS)
async def test_what_is_ours_is_removed_by_its_own_control(page: Any, layout: str) -> None:
    assert await pressed(page, *OURS[layout]) == "ours"


@pytest.mark.parametrize(
    ("body", "says_yes"),
    [
        ("<body class=modal-open><ul><li>other.txt <button>Delete</button></li></ul>", False),
        ("<div class=confirmed>other.txt <button>Delete</button></div>", False),
        ("<div role=dialog>Your account<button>Delete account</button></div>", False),
        ("<div class=modal style='position:fixed'>Sure?<button>Delete</button></div>", True),
        ("<dialog open>Sure?<button>Yes</button></dialog>", True),
        (
            (
                "<div class=modal-root><style>p {position: absolute}</style><p>other.txt"
                " <button>Delete</button></p><p>more.txt</p></div>"
            ),
            False,
        ),
    ],
)
async def test_only_what_lies_in_front_of_the_page_is_a_question(
    page: Any, body: str, says_yes: bool
) -> None:
    await page.set_content(f"<!doctype html>{body}")
    yes = await dialogs.saying_yes(page, removing._CONFIRM)
    assert (yes is not None and await belongs(yes, FILE, "apart")) is says_yes


def file_pages(*, offers: str) -> Starlette:
    """Lists files by links alone; the page of each has one thing to delete: what it *offers*."""
    names: list[str] = []
    app = Starlette()
    app.state.deleted = []

    async def home(request: Request) -> Response:
        if request.method == "POST":
            async with request.form() as told:
                names.append(cast("UploadFile", told["file"]).filename or "")
        rows = "".join(f"<li><a href='/of/{at}'>{name}</a></li>" for at, name in enumerate(names))
        field = "<form method=post enctype=multipart/form-data><input type=file name=file>"
        return HTMLResponse(f"{field}<button>Upload</button></form><ul>{rows}</ul>")

    async def about(request: Request) -> Response:
        at = request.path_params["at"]
        to = {"file": f"/of/{at}/delete"}.get(offers, f"/gone/{offers}")
        form = f"<form method=post action={to}><button>Delete</button></form>"
        parts = (form, "") if offers == "account" else ("", form)
        nav, main = f"<nav>Account {parts[0]}</nav>", f"<p>Anna: nice!</p>{parts[1]}"
        return HTMLResponse(f"{nav}<main><h1>{names[at]}</h1>{main}</main>")

    async def gone(request: Request) -> Response:
        app.state.deleted.append(request.path_params.get("what", "file"))
        if "at" in request.path_params:
            del names[request.path_params["at"]]
        return RedirectResponse("/", 303)

    app.routes.extend(
        [
            Route("/", home, methods=["GET", "POST"]),
            Route("/of/{at:int}", about),
            Route("/of/{at:int}/delete", gone, methods=["POST"]),
            Route("/gone/{what}", gone, methods=["POST"]),
        ]
    )
    return app


@pytest.mark.parametrize(
    ("offers", "deleted"), [("account", []), ("comment", []), ("file", ["file"])]
)
async def test_on_the_page_of_a_file_only_the_file_is_deleted(
    travel: Travel, monkeypatch: pytest.MonkeyPatch, offers: str, deleted: list[str]
) -> None:
    monkeypatch.setattr(removing, "_A_MOMENT", timedelta(milliseconds=400))
    app = file_pages(offers=offers)
    with serving(app) as address:
        result = await travel(journey="upload", url=f"{address}/", get_back=False)
    assert result.outcome is Outcome.PASS, result
    assert app.state.deleted == deleted
    left = [said for said in result.warnings if "there is nothing to remove it with" in said]
    assert len(left) == len(result.warnings) == 1 - len(deleted)
