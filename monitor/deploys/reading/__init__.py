"""Who sends webhooks about deploys: one file and one line each. Pure."""

from collections.abc import Mapping
from typing import Final

from monitor.deploys.reading import argocd, generic, github, gitlab, jenkins
from monitor.deploys.reading.told import NotUnderstood, Post, Reading, Source, Told

__all__ = ["SOURCES", "NotUnderstood", "Post", "Reading", "Source", "Told", "source_of"]

SOURCES: Final = {
    each.name: each
    for each in (
        generic.SOURCE,
        github.SOURCE,
        gitlab.SOURCE,
        jenkins.SOURCE,
        argocd.SOURCE,
    )
}
_GIVEN_AWAY: Final = {"x-github-event": github.SOURCE, "x-gitlab-event": gitlab.SOURCE}


def source_of(headers: Mapping[str, str]) -> Source:
    """Whoever sends such headers, which are in small letters."""
    return next((known for each, known in _GIVEN_AWAY.items() if each in headers), generic.SOURCE)
