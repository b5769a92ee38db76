"""Somebody who uses the practice site as a browser would: pages, forms, cookies."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Any, Self

import httpx

from practice.seed import EMAIL, PASSWORD, TOKEN

PATIENCE = 20.0


class Visitor:
    """One browser, with its cookies. Redirects are followed."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.Client(base_url=address, follow_redirects=True, timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.http.close()

    def another(self) -> Visitor:
        """A second browser on the same site."""
        return Visitor(self.address)

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def json(self, path: str) -> Any:
        """What a program with the canary's token reads."""
        return self.http.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).json()

    def send_form(self, page: str, action: str = "", **fields: Any) -> httpx.Response:
        """Opens *page* for its token and posts the form to *action*, or to where it came from."""
        files = {"file": fields.pop("file")} if "file" in fields else None
        token = re.search(r'name="csrf" value="(\w+)"', self.get(page).text)
        data = {"csrf": token.group(1) if token else "", **fields}
        return self.http.post(action or page, data=data, files=files)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
        return self.send_form("/sign-in", email=email, password=password)

    def contribute(self, name: str, content: bytes) -> httpx.Response:
        return self.send_form("/uploads", file=(name, content))

    def write(self, text: str) -> httpx.Response:
        return self.send_form("/messages", text=text)

    def shorten(self, url: str) -> str:
        """The path of the short link; empty when none was made."""
        made = re.search(r'class="short" href="[^"]*(/s/\w+)"', self.shortened(url).text)
        return made.group(1) if made else ""

    def shortened(self, url: str) -> httpx.Response:
        return self.send_form("/shorten", url=url)

    def target(self, short: str) -> str:
        """Where a short link leads, without going there; empty when nowhere."""
        answer = self.http.get(short, follow_redirects=False)
        return str(answer.headers.get("location", ""))

    def break_site(self, fault: str) -> None:
        assert self.http.post(f"/faults/{fault}").status_code == 204

    def mend(self, fault: str) -> None:
        assert self.http.delete(f"/faults/{fault}").status_code == 204
