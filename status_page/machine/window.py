"""`embed/index.html`, for an `<iframe>` on other people's pages, in every language."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from status_page.frame_parts import SIGNS
from status_page.index.headline import headline
from status_page.looks import style_address
from status_page.machine.facts import line
from status_page.page import Page
from status_page.templates import sign
from status_page.tongue import Tongue

_STYLE: Final = (
    "body{margin:0;padding:.75rem 1rem}"
    "main{display:grid;grid-template-columns:auto 1fr;gap:0 .75rem;padding:0;margin:0}"
    "main p{margin:.125rem 0;font-size:.9375rem}h1{margin:0;font-size:1rem;line-height:1.5rem}"
    "svg.mark{flex:none;width:1.25rem;height:1.25rem;margin:.125rem 0 0}"
    "a{color:inherit}main>div{grid-column:2}.old main>:not(:last-child){display:none}"
)
# A view that nobody updates says so, and nothing else; the clock is the server's where it tells.
_SCRIPT: Final = (
    "const e=document.documentElement;let was;async function f(){let o=true;try{"
    'const r=await fetch(e.dataset.root+"as-of.json",{cache:"no-cache"}),a=await r.json(),'
    'd=Date.parse(r.headers.get("Date")),n=d?d+1e3*r.headers.get("Age"):Date.now();'
    "o=!(Math.abs(n-Date.parse(a.as_of))<=a.fresh_for_ms);was??=a.content;"
    "if(was!==a.content)location.reload()}catch{}"
    'e.classList.toggle("old",o);document.getElementById("old").hidden=!o}'
    'if(location.protocol!=="file:"){f();setInterval(f,30000)}'
)
_DOCUMENT: Final = Markup(
    '<!doctype html>\n<html lang="{lang}" dir="{dir}" data-root="{root}">\n<head>\n'
    '<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n'
    '<meta name="robots" content="noindex">\n<meta name="referrer" content="no-referrer">\n'
    '<title>{title}</title>\n<link rel="stylesheet" href="{style}">\n<style>{css}</style>\n'
    '<noscript><meta http-equiv="refresh" content="60"></noscript>\n</head>\n'
    '<body class="embed">\n{signs}\n<main class="tone-{tone}">{sign}<div>\n'
    '<h1 dir="auto">{said}</h1>\n{lead}</div>\n<div>\n<h1 id="old" hidden>{old}</h1>\n'
    '<p><a href="../index.html" target="_blank" rel="noopener" dir="auto">{title}</a></p>\n'
    "</div>\n</main>\n"
    "<script>{script}</script>\n</body>\n</html>\n"
)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_POLICY: Final = (
    f"default-src 'none'; style-src 'self' {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; "
    "connect-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)


class Window:
    """The smallest page there is: the answer, what is wrong, and the way to the whole page."""

    def files(self, page: Page, tongue: Tongue) -> Iterator[tuple[str, bytes]]:
        root = "../" if tongue.code == page.language else "../../"
        top = headline(page, tongue)
        whole = _DOCUMENT.format(
            lang=tongue.code,
            dir=tongue.direction,
            root=root,
            policy=_POLICY,
            title=line(page.title),
            style=root + style_address(page.look),
            css=Markup(_STYLE),  # noqa: S704 - written above
            script=Markup(_SCRIPT),  # noqa: S704 - written above
            signs=SIGNS,
            tone=top.tone.value,
            sign=sign(top.tone),
            said=top.words,
            lead=Markup("<p>{}</p>\n").format(top.lead) if top.lead else "",
            old=tongue.say("This has not been updated for a while, and may no longer be true."),
        )
        yield "embed/index.html", whole.encode()
