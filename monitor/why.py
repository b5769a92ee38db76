"""The named reason of every decision about an incident, and how it is said. Closed, so that rows,
tests and people can count them.
"""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Why(StrEnum):
    """Stored with every event, and with every incident that nobody was told of."""

    # It opened
    FAILED_IN_A_ROW = "failed_in_a_row"
    FAILED_OUT_OF = "failed_out_of"
    FAILED_FOR = "failed_for"
    FAILED_AFTER_DEPLOY = "failed_after_deploy"
    OWN_TROUBLE = "own_trouble"
    BUDGET_BURNS = "budget_burns"
    CHANGED_UNANNOUNCED = "changed_unannounced"
    SEVERAL_TOGETHER = "several_together"
    # It goes on
    WORSE_THAN_SLOW = "worse_than_slow"
    FLAPPING_STARTED = "flapping_started"
    STEADILY_DOWN = "steadily_down"
    MORE_JOINED = "more_joined"
    STILL_DOWN = "still_down"
    NOBODY_ACKNOWLEDGED = "nobody_acknowledged"
    NOBODY_KNEW = "nobody_knew"
    SOMEBODY_ACKNOWLEDGED = "somebody_acknowledged"
    NO_LONGER_ACKNOWLEDGED = "no_longer_acknowledged"
    ACTED = "acted"
    DID_NOT_HELP = "did_not_help"
    # It is over
    GOOD_IN_A_ROW = "good_in_a_row"
    NO_LONGER_WATCHED = "no_longer_watched"
    OWN_TROUBLE_OVER = "own_trouble_over"
    ALL_OVER = "all_over"
    BUDGET_STEADY = "budget_steady"
    CHANGE_ANNOUNCED = "change_announced"
    CHANGED_BACK = "changed_back"
    CHANGE_ACCEPTED = "change_accepted"
    # Telling waits, or is not needed
    GATHERING = "gathering"
    IN_A_SUMMARY = "in_a_summary"
    CAUSE_LIKELY = "cause_likely"
    CAUSE_KNOWN = "cause_known"
    QUIET_HOURS = "quiet_hours"
    MAINTENANCE = "maintenance"
    SILENCED = "silenced"
    NOBODY_TO_TELL = "nobody_to_tell"
    # Telling was held back, and is not any more
    CAUSE_OVER = "cause_over"
    WAITED_ENOUGH = "waited_enough"
    # What became of a letter
    OVER_BEFORE_TOLD = "over_before_told"
    NEWER_NEWS = "newer_news"
    FELL_BACK = "fell_back"
    ASKED_FOR = "asked_for"


_WORDS = {
    Why.FAILED_IN_A_ROW: "it failed often enough in a row",
    Why.FAILED_OUT_OF: "it failed often enough lately",
    Why.FAILED_FOR: "it failed for long enough",
    Why.FAILED_AFTER_DEPLOY: "one failing run is enough so soon after a deploy",
    Why.OWN_TROUBLE: "trueup itself is in trouble",
    Why.BUDGET_BURNS: "the budget burns too fast",
    Why.CHANGED_UNANNOUNCED: "something changed and no deploy was recorded",
    Why.SEVERAL_TOGETHER: "several opened together",
    Why.WORSE_THAN_SLOW: "it was slow, and fails now",
    Why.FLAPPING_STARTED: "it keeps breaking and mending",
    Why.STEADILY_DOWN: "it does not mend by itself any more",
    Why.MORE_JOINED: "more opened since",
    Why.STILL_DOWN: "it is still down",
    Why.NOBODY_ACKNOWLEDGED: "nobody has acknowledged it",
    Why.NOBODY_KNEW: "no channel had taken it",
    Why.SOMEBODY_ACKNOWLEDGED: "somebody is on it",
    Why.NO_LONGER_ACKNOWLEDGED: "the acknowledgement ran out",
    Why.ACTED: "trueup did something about it",
    Why.DID_NOT_HELP: "what trueup did about it has not helped",
    Why.GOOD_IN_A_ROW: "it was good often enough in a row",
    Why.NO_LONGER_WATCHED: "nobody looks there any more",
    Why.OWN_TROUBLE_OVER: "trueup is well again",
    Why.ALL_OVER: "every one of them is over",
    Why.BUDGET_STEADY: "the budget burns no faster than it may",
    Why.CHANGE_ANNOUNCED: "a deploy that explains it was recorded",
    Why.CHANGED_BACK: "it is as it was before",
    Why.CHANGE_ACCEPTED: "somebody said that it is all right, or a day has passed",
    Why.GATHERING: "others are opening too, and are told together",
    Why.IN_A_SUMMARY: "it is told in a summary",
    Why.CAUSE_LIKELY: "what it needs may be down",
    Why.CAUSE_KNOWN: "what it needs is down",
    Why.QUIET_HOURS: "it can wait until the quiet hours end",
    Why.MAINTENANCE: "maintenance",
    Why.SILENCED: "silenced",
    Why.NOBODY_TO_TELL: "no channel is configured for it",
    Why.CAUSE_OVER: "what it needs is up again, and it is not",
    Why.WAITED_ENOUGH: "nothing explained it in time",
    Why.OVER_BEFORE_TOLD: "it was over before it could be told",
    Why.NEWER_NEWS: "there was newer news of it",
    Why.FELL_BACK: "the channel before it did not take it",
    Why.ASKED_FOR: "somebody asked for it",
}


def in_words(why: str) -> str:
    """For people; what is no reason of ours is given back as it is."""
    return next((words for known, words in _WORDS.items() if known == why), why)
