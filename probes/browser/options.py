"""How the browser presents itself to the target, and what it leaves out."""

from __future__ import annotations

from pydantic import Field

from probes.settings import Secret, Strict


class Viewport(Strict):
    """In CSS pixels."""

    width: int = Field(default=1280, ge=200, le=7680)
    height: int = Field(default=800, ge=200, le=4320)


class HttpCredentials(Strict):
    """For a user name and password that the server asks for before it shows any page."""

    username: str
    password: Secret


class BrowserOptions(Strict):
    """What every journey may set."""

    viewport: Viewport | None = None
    """1280 by 800 when absent; that of the device where one is named."""
    device: str = ""
    """A preset of Playwright's, such as `"iPhone 15"`: its size, touch and user agent."""
    locale: str = ""
    """As `"de-DE"`; what pages learn of the language."""
    timezone: str = ""
    """As `"Europe/Berlin"`."""
    user_agent: str = ""
    """Instead of one that says who we are."""
    http_credentials: HttpCredentials | None = None
    headers: dict[str, Secret] = Field(default_factory=dict)
    """Sent to the hosts of the probe, with every request."""
    proxy: str = ""
    """As `"http://proxy.example.org:3128"`."""
    block: tuple[str, ...] = ()
    """Addresses that are not asked for, with `*` for anything: `["*analytics*"]`."""
    trace_context: bool = True
    """Whether requests to the hosts of the probe carry a `traceparent`."""
