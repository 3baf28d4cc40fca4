"""Who speaks when: puts the takes of both speakers on one clock, turn after turn.

    [Turn], [Take], Preset --arrange--> Arrangement: placed takes, dropped backchannels, ledger

A turn's random draws come from its own generator, so they do not depend on other turns'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from datagen.timing.floor import draw
from datagen.timing.interrupt import num_heard
from datagen.timing.ledger import EventType, Ledger
from datagen.timing.preset import Preset, samples
from datagen.timing.take import Take
from datagen.types import Onset, Speaker, Turn


@dataclass(frozen=True, slots=True)
class Placed:
    """A take on the dialogue's clock; ``at`` is the sample where its clip begins."""

    index: int
    """Of the turn."""
    speaker: Speaker
    onset: Onset
    at: int
    take: Take

    @property
    def start(self) -> int:
        """Sample where the first word starts."""
        return self.at + self.take.start

    @property
    def end(self) -> int:
        """Sample where the last word heard ends."""
        return self.at + self.take.end

    @property
    def silent_from(self) -> int:
        """Sample after the last one that sounds."""
        return self.at + self.take.num_samples


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where everything went; each turn is in one of the two tables."""

    placed: dict[int, Placed] = field(default_factory=dict)
    dropped: dict[int, int] = field(default_factory=dict)
    """Backchannels that could not be placed, with the sample of the word they had to follow."""
    ledger: Ledger = field(default_factory=Ledger)


def arrange(
    turns: Sequence[Turn],
    takes: Sequence[Take],
    preset: Preset,
    rng_of: Callable[[int], np.random.Generator],
) -> Arrangement:
    """Place every turn; ``rng_of`` makes the generator of a turn's draws."""
    clock = _Clock(turns, takes, preset, rng_of)
    floor: Placed | None = None
    answers: list[int] = []
    for index, turn in enumerate(turns):
        if turn.onset == "backchannel":
            answers.append(index)
            continue
        entry = clock.enter(index, floor)
        if floor:
            clock.listen(answers, floor.index, entry)
        clock.commit(entry)
        floor, answers = entry, []
    if floor:
        clock.listen(answers, floor.index, None)
    clock.note_pauses()
    return clock.result


class _Clock:
    """The arrangement so far, and until when each speaker is busy."""

    def __init__(
        self,
        turns: Sequence[Turn],
        takes: Sequence[Take],
        preset: Preset,
        rng_of: Callable[[int], np.random.Generator],
    ) -> None:
        self.turns, self.takes, self.preset, self.rng_of = turns, takes, preset, rng_of
        self.result = Arrangement()
        self.own_gap = samples(preset.own_gap)
        self.free: dict[Speaker, int] = {"agent": 0, "user": 0}
        """Sample from which a speaker may sound again."""
        self.floor_end: dict[Speaker, int] = {"agent": 0, "user": 0}
        """Sample where a speaker's last turn that is not a backchannel ends."""

    def enter(self, index: int, floor: Placed | None) -> Placed:
        """Find the place of a turn that takes the floor from ``floor``, cutting that if it must."""
        rng = self.rng_of(index)
        if floor is None:
            return self._place(index, self.preset.lead_in.draw(rng), "after")
        if self.turns[index].onset == "after":
            return self._follow(index, floor, rng, "preset")
        return self._barge_in(index, floor, rng) or self._follow(index, floor, rng, "late_barge_in")

    def _place(self, index: int, start: int, onset: Onset) -> Placed:
        """Put a turn's first word at sample ``start``, or as soon after as its speaker is free."""
        speaker, take = self.turns[index].speaker, self.takes[index]
        return Placed(index, speaker, onset, max(start - take.start, self.free[speaker]), take)

    def _follow(self, index: int, floor: Placed, rng: np.random.Generator, cause: str) -> Placed:
        """Take the floor at its end: after a gap, or with some overlap."""
        speaker, floor_end = self.turns[index].speaker, max(self.floor_end.values())
        if speaker == floor.speaker:
            pause = self.preset.pause.clause.draw(rng)
            entry = self._place(index, floor_end + pause, "after")
            self.result.ledger.add("pause", speaker, "turn", (floor_end, entry.start))
            return entry
        transfer = self.preset.user_to_agent if speaker == "agent" else self.preset.agent_to_user
        shorter = min(floor.take.num_spoken, self.takes[index].num_spoken)
        offset = draw(transfer, rng, int(self.preset.overlap_share * shorter))
        entry = self._place(index, floor_end + offset.samples, "after")
        if entry.start < floor_end:
            span = entry.start, min(floor_end, entry.end)
            self.result.ledger.add("overlap", speaker, cause, span)
            return replace(entry, onset="overlap")
        kind: EventType = "lapse" if offset.kind == "lapse" else "gap"
        self.result.ledger.add(kind, speaker, cause, (floor_end, entry.start))
        return entry

    def _barge_in(self, index: int, floor: Placed, rng: np.random.Generator) -> Placed | None:
        """Start during ``floor`` and cut it; None if all of it would have been said by then."""
        turn, policy = self.turns[index], self.preset.barge_in
        delay, reaction, fade = (
            law.draw(rng) for law in (policy.delay, policy.reaction, policy.fade)
        )
        assert turn.at_word is not None
        ends = [floor.at + word.end for word in floor.take.words]
        entry = self._place(index, ends[turn.at_word - 1] + delay, "barge_in")
        num_words = num_heard(ends, entry.start, reaction, policy.reaction)
        if num_words == len(ends):
            return None
        cut = replace(floor, take=floor.take.cut(num_words, fade))
        self.commit(cut)
        unsaid = " ".join(self.turns[floor.index].spoken.split()[num_words:])
        span = entry.start, max(entry.start, cut.end)
        self.result.ledger.add("barge_in", turn.speaker, "script", span, turn.spoken)
        self.result.ledger.add("cut", cut.speaker, "script", (cut.end, cut.silent_from), unsaid)
        return entry

    def listen(self, answers: Sequence[int], floor_index: int, entry: Placed | None) -> None:
        """Place the backchannels of a turn, before the next one, ``entry``, takes the floor."""
        floor = self.result.placed[floor_index]
        for index in answers:
            turn, at_word = self.turns[index], self.turns[index].at_word
            assert at_word is not None
            anchor = floor.at + floor.take.words[:at_word][-1].end
            delay = self.preset.backchannel.delay.draw(self.rng_of(index))
            take = self.takes[index]
            answer = Placed(index, turn.speaker, "backchannel", anchor + delay - take.start, take)
            refusal = self._refusal(answer, at_word, floor, entry)
            if refusal:
                self.result.dropped[index] = anchor
                span = anchor, anchor
                self.result.ledger.add("dropped", turn.speaker, refusal, span, turn.spoken)
            else:
                self.commit(answer)
                span = answer.start, answer.end
                self.result.ledger.add("backchannel", turn.speaker, "script", span, turn.spoken)

    def _refusal(
        self, answer: Placed, at_word: int, floor: Placed, entry: Placed | None
    ) -> str | None:
        """Say why a backchannel cannot be where it would have to be, if so."""
        if at_word > len(floor.take.words):
            return "unsaid"
        if answer.start >= floor.end:
            return "late"
        if answer.at < self.free[answer.speaker]:
            return "collision"
        if entry is None or entry.speaker != answer.speaker:
            return None
        return "collision" if answer.silent_from + self.own_gap > entry.at else None

    def commit(self, placed: Placed) -> None:
        """Keep a placed take, or put its cut form in its place."""
        self.result.placed[placed.index] = placed
        self.free[placed.speaker] = placed.silent_from + self.own_gap
        if placed.onset != "backchannel":
            self.floor_end[placed.speaker] = placed.end

    def note_pauses(self) -> None:
        """Write the pauses inside turns down, those that were heard."""
        for placed in self.result.placed.values():
            words = placed.take.words
            for hold in placed.take.holds:
                start, end = words[hold.after_word - 1].end, words[hold.after_word].start
                span = placed.at + start, placed.at + end
                self.result.ledger.add("pause", placed.speaker, hold.kind, span)
