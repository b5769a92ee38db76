"""Every fault that can be injected, in the order in which people read them."""

from __future__ import annotations

from typing import Final

from probes.injection.fault import Fault

FAULTS: Final = (
    Fault("refused", "nothing listens", "Connections are refused."),
    Fault("timeout", "no answer", "Nothing is answered until time runs out."),
    Fault("status-500", "every answer is a 500", "Every page and every API answers 500."),
    Fault("writes-500", "500 on writes only", "Pages open; whatever sends something gets a 500."),
    Fault("slow", "five times slower", "Every answer takes five times as long."),
    Fault("empty-body", "empty answers", "Every answer is a 200 with nothing in it."),
    Fault("another-page", "another page", "A page of somebody else's is answered, with a 200."),
    Fault("sign-in-page", "sign-in page instead", "Every page asks to sign in, with a 200."),
    Fault("truncated", "half an answer", "Every answer ends in the middle."),
    Fault("stale", "yesterday's answer", "Pages and APIs stay as they were: a cache is stuck."),
    Fault("empty-lists", "empty lists", "Every list in a JSON answer is empty."),
    Fault("empty-tables", "empty tables", "Every table and list of a page has no rows."),
    Fault("field-renamed", "a field renamed", "A field of a JSON answer has another name."),
    Fault("field-removed", "a field removed", "A field of a JSON answer is gone."),
    Fault("wrong-environment", "wrong environment", "Another environment answers, and says so."),
    Fault("assets-missing", "script or style missing", "Scripts and style sheets answer 404."),
    Fault("upload-refused", "uploads refused", "Files that are sent are refused."),
    Fault("link-lost", "links lead nowhere", "What led on to another address answers 404."),
    Fault("certificate-ending", "certificate ends", "The certificate is valid for one more day."),
    Fault("cookies-dropped", "cookies dropped", "No answer sets a cookie any more."),
)

BY_NAME: Final = {fault.name: fault for fault in FAULTS}
