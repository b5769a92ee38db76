"""Whatever happens to an incident and whatever a channel answers: in order, and to its end."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.notices import EventKind
from monitor.store import falling_back, incidents, outbox, records
from monitor.store.schema import MIGRATIONS
from tests.support.clock import NIGHT
from tests.support.notices import opened

GOES_ON: Final = ("reminded", "escalated", "worsened", "flapping", "acknowledged")
FALLBACK: Final = {"phone": "mail", "mail": ""}
NEW = incidents.NewIncident(
    probe=1,
    location="here",
    began_at=NIGHT,
    opened_at=NIGHT,
    reason="status",
    summary="500",
    failed_step="",
    failures=2,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("happens"), st.sampled_from(GOES_ON)),
        st.tuples(
            st.sampled_from(sorted(FALLBACK)), st.sampled_from(("taken", "later", "refused"))
        ),
        st.just(("phone", "dead for long")),
    ),
    max_size=12,
)


class _Story:
    """One incident, two channels, and what each was sent: (sequence, what it was, the answer)."""

    def __init__(self) -> None:
        self.at = NIGHT
        self.sent = defaultdict[str, list[tuple[int, str, str]]](list)
        self.db = Database(memory=True)
        MIGRATIONS.apply(self.db)
        records.sync_probes(self.db, [records.ProbeRow("p", "p", "toy")], NIGHT)
        incidents.open_incident(self.db, NEW, instance="here")
        self.happens("opened", ["phone"])

    def happens(self, event: str, channels: list[str] | None = None) -> None:
        told = incidents.channels_told(self.db, 1) if channels is None else channels
        sequence = incidents.next_sequence(self.db, 1)
        notice = opened(incident=1, event=EventKind(event), sequence=sequence, at=self.at)
        incidents.add_event(self.db, notice, why="", channels=told)

    def answers(self, channel: str, answer: str) -> bool:
        """The channel is sent its next letter, if there is one."""
        self.at += timedelta(minutes=1)
        letter = outbox.next_letter(self.db, channel, at=self.at)
        if letter is None or letter.due_at > self.at:
            return False
        [(sequence, kind)] = self.db.execute(
            "SELECT sequence, kind FROM event JOIN outbox ON event.id = event WHERE outbox.id = ?",
            (letter.id,),
        ).fetchall()
        self.sent[channel].append((sequence, kind, answer))
        number, to = letter.id, FALLBACK[channel]
        if answer == "taken":
            outbox.mark_delivered(self.db, number, at=self.at, fallback=to)
        elif answer == "refused":
            outbox.mark_given_up(self.db, number, at=self.at, why="401", fallback=to)
        else:
            outbox.mark_retry(self.db, number, at=self.at, next_at=self.at, why="503", fallback=to)
        return True

    def step(self, who: str, what: str) -> None:
        if who == "happens":
            self.happens(what)
        elif what == "dead for long":
            falling_back.hand_over_untaken(
                self.db, who, to=FALLBACK[who], at=self.at, tried_before=None
            )
        else:
            self.answers(who, what)

    def ends(self) -> None:
        """It is resolved, and every channel is well again."""
        self.happens("resolved")
        while self.answers("phone", "taken") or self.answers("mail", "taken"):
            pass


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_order_is_kept_nothing_waits_for_ever_and_the_end_reaches_whoever_knows(
    steps: list[tuple[str, str]],
) -> None:
    story = _Story()
    for who, what in steps:
        story.step(who, what)
    story.ends()
    assert outbox.channels_waiting(story.db) == []
    for sent in story.sent.values():
        order = [sequence for sequence, *_ in sent]
        assert order == sorted(order)
        assert [kind for _, kind, answer in sent if answer == "taken"].count("resolved") <= 1
        refused = {sequence for sequence, _, answer in sent if answer == "refused"}
        if any(sequence not in refused for sequence, *_ in sent):
            assert sent[-1][1] == "resolved", "whoever may know of it hears the end"
