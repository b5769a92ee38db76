"""What stands on the pages on which people subscribe, confirm, choose and leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from status_page.component import Component
from status_page.frame_parts import band
from status_page.subscribing.news import About
from status_page.subscribing.sheet import Choice, Field, Form, Group, Sheet
from status_page.text import tidy
from status_page.tongue import Tongue

EVERYTHING: Final = "everything"
SOME: Final = "some"
LANGUAGE: Final = "language"
SCOPE: Final = "scope"
COMPONENT: Final = "component"
MAIL: Final = "email"
HOOK: Final = "webhook"
_NAMES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "ja": "日本語",
    "zh": "中文",
    "ar": "العربية",
}


class Sheets:
    """Those of one status page in one language. None says whether an address is known."""

    def __init__(self, page: About, tongue: Tongue) -> None:
        self._page = page
        self._tongue = tongue

    def form(
        self,
        components: Sequence[Component],
        *,
        mails: bool,
        chosen: Collection[str] = (),
        typed: str = "",
        problem: tuple[str, str] = ("", ""),
    ) -> Sheet:
        """*problem* is the field it is about, and a sentence; *typed* what was in that field."""
        say = self._tongue.say
        hidden = ((LANGUAGE, self._tongue.code),)
        mail = Form(
            press=say("Subscribe"),
            hidden=hidden,
            field=_with(
                Field(
                    name=MAIL,
                    label=say("Your e-mail address"),
                    kind="email",
                    hint=say("You get an e-mail there first, to confirm that it is yours."),
                ),
                typed,
                problem,
            ),
            scopes=self._scopes(chosen) if components else (),
            scope_label=say("What do you want to hear of?"),
            groups=_groups(components, chosen),
        )
        hook = Form(
            press=say("Subscribe"),
            hidden=hidden,
            field=_with(
                Field(
                    name=HOOK,
                    label=say("Address of the webhook"),
                    kind="url",
                    hint=say(
                        "It gets a test with a challenge. Answer with the challenge, or open the"
                        " address that the test names, to confirm."
                    ),
                ),
                typed,
                problem,
            ),
            summary=say("Tell a program instead, by webhook") if mails else "",
            is_open=problem[0] == HOOK,
            quiet=True,
        )
        heading = say("Subscribe to {page}", page=tidy(self._page.title))
        lines = (say("Hear of incidents and announced maintenance as soon as they are published."),)
        status, tone = (422, "bad") if problem[1] else (200, "plain")
        made = self._sheet(heading, *lines, status=status, tone=tone)
        others = tuple(
            (code, _NAMES.get(code, code), f"?lang={code}")
            for code in self._page.languages
            if code != self._tongue.code
        )
        return replace(made, forms=(mail, hook) if mails else (hook,), others=others)

    def asked(self, *, by_mail: bool) -> Sheet:
        """After the form, whatever is known of the address."""
        say = self._tongue.say
        if by_mail:
            heading = say("Check your inbox")
            line = say(
                "We sent an e-mail to that address. Open the link in it within a day to confirm."
            )
        else:
            heading = say("The webhook gets a test")
            line = say(
                "Answer it with its challenge, or open the address that it names within a day."
            )
        rest = say("If nothing comes, the address may be wrong, or just got one.")
        return self._sheet(heading, line, rest, status=202, tone="good")

    def confirm(self) -> Sheet:
        """Behind the link to confirm; programs that look through mail press no button."""
        heading = self._tongue.say("Confirm your subscription")
        made = self._sheet(heading, self._tongue.say("Confirm to receive updates."))
        return replace(made, forms=(Form(press=self._tongue.say("Confirm")),))

    def manage(
        self,
        components: Sequence[Component],
        chosen: Collection[str],
        *,
        news: str = "",
        secret: str = "",
        save: str,
        leave: str,
    ) -> Sheet:
        """*save* and *leave* are relative addresses; *secret* is that of a webhook."""
        say = self._tongue.say
        choose = Form(
            press=say("Save"),
            action=save,
            scopes=self._scopes(chosen),
            scope_label=say("What do you want to hear of?"),
            groups=_groups(components, chosen),
            languages=tuple(
                Choice(code, _NAMES.get(code, code), code == self._tongue.code)
                for code in self._page.languages
            ),
            language_label=say("Language"),
        )
        away = Form(
            press=say("Unsubscribe"),
            action=leave,
            note=say("Your address is deleted at once."),
            quiet=True,
        )
        heading = news or say("Your subscription")
        made = self._sheet(heading, tone="good" if news else "plain")
        facts = ((say("Requests are signed with this secret"), secret),) if secret else ()
        return replace(made, forms=(choose, away), facts=facts)

    def confirmed(self) -> str:
        return self._tongue.say("You are subscribed")

    def saved(self) -> str:
        return self._tongue.say("Saved")

    def leave(self) -> Sheet:
        heading = self._tongue.say("Unsubscribe from {page}?", page=tidy(self._page.title))
        made = self._sheet(heading, self._tongue.say("Your address is deleted at once."))
        return replace(made, forms=(Form(press=self._tongue.say("Unsubscribe")),))

    def left(self) -> Sheet:
        heading = self._tongue.say("You are unsubscribed")
        return self._sheet(heading, self._tongue.say("Your address is deleted."), tone="good")

    def gone(self) -> Sheet:
        """For a link of somebody who left, or never confirmed."""
        line = self._tongue.say(
            "It may have ended, or was never confirmed. You can subscribe again."
        )
        heading = self._tongue.say("There is no such subscription")
        return self._sheet(heading, line, status=404, tone="bad")

    def forged(self) -> Sheet:
        line = self._tongue.say("It may have been cut in two. Open it from the e-mail again.")
        return self._sheet(
            self._tongue.say("This link leads nowhere"), line, status=404, tone="bad"
        )

    def expired(self) -> Sheet:
        line = self._tongue.say("It was good for a day. You can subscribe again.")
        return self._sheet(self._tongue.say("This link has expired"), line, status=410, tone="bad")

    def too_often(self) -> Sheet:
        line = self._tongue.say("There were too many requests. Try again in some minutes.")
        return self._sheet(self._tongue.say("Not now"), line, status=429, tone="bad")

    def busy(self) -> Sheet:
        line = self._tongue.say("That did not work. Try again in a minute.")
        return self._sheet(self._tongue.say("Not now"), line, status=503, tone="bad")

    def elsewhere(self) -> Sheet:
        """For a form that another site had somebody's browser send."""
        line = self._tongue.say("The form was sent from another site. Use the one on this page.")
        return self._sheet(self._tongue.say("Nothing was done"), line, status=403, tone="bad")

    def bad_mail(self) -> str:
        return self._tongue.say("This is not an e-mail address. Write it like name@example.org.")

    def bad_hook(self) -> str:
        return self._tongue.say("This is not an address. Write it like https://example.org/hook.")

    def not_encrypted(self) -> str:
        return self._tongue.say("The address must begin with https://.")

    def not_public(self) -> str:
        return self._tongue.say("This address cannot be reached from the Internet.")

    def _scopes(self, chosen: Collection[str]) -> tuple[Choice, ...]:
        return (
            Choice(EVERYTHING, self._tongue.say("Everything"), not chosen),
            Choice(SOME, self._tongue.say("Only what I choose"), bool(chosen)),
        )

    def _sheet(self, heading: str, *lines: str, status: int = 200, tone: str = "plain") -> Sheet:
        page = self._page
        return Sheet(
            language=self._tongue.code,
            direction=self._tongue.direction,
            status=status,
            tone=tone,
            title=self._tongue.say("{heading} · {page}", heading=heading, page=tidy(page.title)),
            page=tidy(page.title),
            home=page.url,
            home_label=self._tongue.say("To the status page"),
            environment=band(page.environment),
            warning=self._tongue.say("This is not production."),
            heading=heading,
            lines=lines,
        )


def _with(field: Field, typed: str, problem: tuple[str, str]) -> Field:
    name, sentence = problem
    return replace(field, value=typed, problem=sentence) if field.name == name else field


def _groups(components: Iterable[Component], chosen: Collection[str]) -> tuple[Group, ...]:
    return tuple(
        Group(tidy(heading), tuple(_choice(each, chosen) for each in found))
        for heading, found in groupby(components, key=lambda component: component.group)
    )


def _choice(component: Component, chosen: Collection[str]) -> Choice:
    return Choice(component.id, tidy(component.name), component.id in chosen)
