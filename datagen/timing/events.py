"""The ledger: what happened between the speakers, event by event, for audits and for training."""

from __future__ import annotations

from typing import Literal, TypeAlias

from datagen.types import Event, Speaker

EventType: TypeAlias = Literal[
    "gap",
    "lapse",
    "dead_air",
    "wait",
    "overlap",
    "barge_in",
    "interruption",
    "cut",
    "unsaid",
    "backchannel",
    "false_barge_in",
    "dropped",
    "pause",
    "false_interruption",
    "slot",
    "effect",
]
"""What can happen; the speaker of each is who takes the floor, unless it says otherwise.

- gap, lapse, dead_air: silence before a turn (in a lapse its speaker thinks first)
- wait: silence before a turn of the agent that could not come before a tool had answered; text is
  the tool
- overlap: the turn starts before the last one ends; to the end of the overlap
- barge_in: from the interrupter's start to where the other stops; text is what the interrupter says
- interruption: what a barge-in is for, at its place; text is what the interrupted speaker does
  later (resume, repeat, summarise, drop), if the script says so
- cut: from the last word heard of the interrupted speaker to silence; text is what is unsaid
- unsaid: facts that a cut left unsaid, of the interrupted speaker; text is their ids. It spans the
  later turn that says them, or nothing at the cut
- backchannel: a listener's few words; text is those
- false_barge_in: a listener's sound that is not for the speaker, who goes on; text is its words
- dropped: a backchannel, or such a sound, that could not be placed, at the word it had to follow;
  text is its words
- pause: silence within one speaker's turn, or between two turns of one speaker
- false_interruption: the silence of a speaker who falters at a listener's sound and then goes on;
  of the listener, text is its words
- slot: a place inside a turn where the listener could act; text is the odds of what it could do
- effect: what a channel goes through before it is encoded; text is its settings, as JSON

The cause of a wait is the id of its action; that of a gap, lapse, dead air or overlap is
``preset``, ``first_response``, or ``late_barge_in`` where a scripted barge-in came too late to cut
anything; of a barge-in how the interrupted speaker answers it (yield, hold, override, bridge); of
an interruption its kind (``types.InterruptionKind``); of what is unsaid what becomes of it
(``timing.unsaid.Fate``); of a backchannel its function (``timing.backchannels``); of a false
barge-in ``cough`` or ``side_talk``; of a drop ``unsaid``, ``late``, ``collision``, ``question`` or
``quota``; of a pause its kind, ``turn`` or ``false_interruption``; of a slot what the listener did
(silence, backchannel, take_floor); of an effect its name; of the others ``script`` or
``backchannel``.
"""


class Ledger:
    """Events of one dialogue, in samples of its clock."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(
        self, kind: EventType, speaker: Speaker, cause: str, span: tuple[int, int], text: str = ""
    ) -> None:
        """Write down one event that lasts samples ``span``: [start, end)."""
        start, end = span
        assert 0 <= start <= end, (kind, span)
        event = Event(type=kind, speaker=speaker, cause=cause, text=text, start=start, end=end)
        self._events.append(event)

    def events(self) -> tuple[Event, ...]:
        """Return the events sorted by start."""
        return tuple(sorted(self._events, key=lambda event: (event.start, event.end, event.type)))
