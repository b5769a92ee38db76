"""Pages whose tables and lists have no rows."""

from __future__ import annotations

import pytest
from hypothesis import given as assume
from hypothesis import strategies as st

from probes.injection import BY_NAME, Asked, Given, Injection

PAGE = Asked("GET", "https://archive.example.org/library")


def emptied(body: str) -> str:
    injection = Injection(BY_NAME["empty-tables"])
    given = Given(200, (("content-type", "text/html"),), body.encode())
    found = injection.after(PAGE, given)
    assert injection.touched == (found is not given)
    return found.body.decode()


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("<ul><li>a</li><li>b</li></ul>", "<ul></ul>"),
        ("<ul>\n<li>a\n<li>b <b>c</b>\n</ul><p>d", "<ul>\n</ul><p>d"),
        ("<ol><li>a<ul><li>b</li></ul></li></ol>", "<ol></ol>"),
        ("<li>a<form><button>Remove</button></form></li><li>b</li>", ""),
        ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "<dl></dl>"),
        ("<table><tr><th>N<tr><td>1<tr><td>2</table>!", "<table><tr><th>N</table>!"),
        (
            "<table><thead><tr><td>N</td></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
            "<table><thead><tr><td>N</td></tr></thead><tbody></tbody></table>",
        ),
        ("<TABLE><TR><TD>ä</TD></TR></TABLE>é", "<TABLE></TABLE>é"),
        ("<ul><li>a<img src='>'><br/></li></ul>", "<ul></ul>"),
        ("<main><ul><li>a</ul></main><ul><li>b</ul>", "<main><ul></ul></main><ul><li>b</ul>"),
        ("<ul><li>a<form><input name=q></form></ul>", "<ul></ul>"),
    ],
    ids=lambda text: text[:40],
)
def test_rows_go_and_what_is_around_them_stays(page: str, left: str) -> None:
    assert emptied(page) == left


@pytest.mark.parametrize(
    "page",
    [
        "<nav><ul><li>Home</ul></nav><footer><ul><li>About</ul></footer>",
        "<div role=navigation><ul><li>Home</li></ul></div>",
        "<form><ul><li><input name=email></li><li><button>Go</button></li></ul></form>",
        "<form><table><tr><th>Name<td><input name=n></tr></table></form>",
        "<p>no rows</p>",
        "<div><li>of no list</div>",
        "<!-- <ul><li>a</ul> --><script>'<ul><li>a</ul>'</script>",
        "<![weird <ul><li>",
        "",
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_entry_of_anything_stays(page: str) -> None:
    assert emptied(page) == page


def test_a_table_that_only_lays_out_a_page_keeps_what_it_lays_out() -> None:
    page = "<table><tr><td><h1>Files</h1><table><tr><td>a</table></td></tr></table>"
    assert emptied(page) == "<table><tr><td><h1>Files</h1><table></table></td></tr></table>"


def test_only_pages_have_tables() -> None:
    given = Given(200, (("content-type", "application/json"),), b'"<ul><li>a</ul>"')
    assert Injection(BY_NAME["empty-tables"]).after(PAGE, given) is given


PIECES = ["<ul>", "<li>", "</li>", "</ul>", "<tr>", "<td>", "<table>", "</table>", "x", "<", ">"]
PIECES += ["<!", "<![", "<main>", "<nav>", "</nav>", "<form>", "<input>", "\n", "</", "&lt", "\xff"]


@assume(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_page_is_too_broken_and_none_grows(page: str) -> None:
    assert len(emptied(page)) <= len(page)
