"""Who speaks when: puts the takes of both speakers on one clock, turn after turn.

    [Turn], [Take], Preset --arrange--> Arrangement: placed takes, dropped backchannels, ledger

A turn's random draws come from its own generator, so they do not depend on other turns'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from datagen.timing.backchannels import false_barge_in, function_of
from datagen.timing.barge_in import Manner, manner_of, num_heard, num_held
from datagen.timing.clip_edit import Hold, Take
from datagen.timing.distributions import LogNormal, samples
from datagen.timing.events import Ledger
from datagen.timing.offsets import anger, draw
from datagen.timing.preset import Answer, Preset
from datagen.timing.waits import Earliest, Waits
from datagen.types import Onset, Speaker, Turn

NONE: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Placed:
    """A take on the dialogue's clock; ``at`` is the sample where its clip begins."""

    index: int
    """Index of the turn."""
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
    interrupted: Mapping[Speaker, Answer],
    unwanted: Mapping[int, str] = NONE,
    waits: Waits | None = None,
) -> Arrangement:
    """Place every turn; ``rng_of`` makes the generator of a turn's draws.

    ``interrupted`` is how each speaker answers a barge-in; ``unwanted`` backchannels are
    dropped, each with its cause;
    ``waits`` are the tools that the agent waits for.
    """
    clock = _Clock(turns, takes, preset, rng_of, interrupted, unwanted, waits)
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
        clock.waits.take_back(index, entry.start)
        clock.waits.issue(index, [entry.at + word.start for word in entry.take.words])
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
        interrupted: Mapping[Speaker, Answer],
        unwanted: Mapping[int, str],
        waits: Waits | None,
    ) -> None:
        self.turns, self.takes, self.preset, self.rng_of = turns, takes, preset, rng_of
        self.interrupted, self.unwanted = interrupted, unwanted
        self.waits = waits or Waits(turns, (), preset.lookup, rng_of)
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
            law = self._latency(index) or self.preset.lead_in
            return self._place(index, law.draw(rng), "after")
        if self.turns[index].onset == "after":
            return self._follow(index, floor, rng, "preset")
        return self._barge_in(index, floor, rng) or self._follow(index, floor, rng, "late_barge_in")

    def _latency(self, index: int) -> LogNormal | None:
        """Return the law of the agent's first response, if this is it and it has one."""
        is_first = self.turns[index].speaker == "agent" and not self.floor_end["agent"]
        return self.preset.first_response if is_first else None

    def _place(self, index: int, start: int, onset: Onset) -> Placed:
        """Put a turn's first word at sample ``start``, or as soon after as its speaker is free."""
        speaker, take = self.turns[index].speaker, self.takes[index]
        return Placed(index, speaker, onset, max(start - take.start, self.free[speaker]), take)

    def _follow(self, index: int, floor: Placed, rng: np.random.Generator, cause: str) -> Placed:
        """Take the floor at its end: after a gap, after a tool's result, or with some overlap."""
        floor_end = max(self.floor_end.values())
        if (earliest := self.waits.earliest(index, floor_end)) is not None:
            return self._wait(index, floor_end, earliest)
        return self._transfer(index, floor, rng, cause)

    def _wait(self, index: int, floor_end: int, earliest: Earliest) -> Placed:
        """Take the floor when a tool has answered, or to say that it has not yet."""
        entry = self._place(index, earliest.sample, "after")
        tool = self.waits.placed[-1].tool
        self.result.ledger.add("wait", "agent", earliest.action, (floor_end, entry.start), tool)
        return entry

    def _transfer(self, index: int, floor: Placed, rng: np.random.Generator, cause: str) -> Placed:
        """Take the floor at its end: after a gap, or with some overlap."""
        speaker, floor_end = self.turns[index].speaker, max(self.floor_end.values())
        if speaker == floor.speaker:
            pause = self.preset.pause.clause.draw(rng)
            entry = self._place(index, floor_end + pause, "after")
            self.result.ledger.add("pause", speaker, "turn", (floor_end, entry.start))
            return entry
        transfer = self.preset.user_to_agent if speaker == "agent" else self.preset.agent_to_user
        shorter = min(floor.take.num_spoken, self.takes[index].num_spoken)
        latency = self._latency(index)
        cause = "first_response" if latency else cause
        longest = int(self.preset.overlap_share * shorter)
        haste = self.preset.haste * anger(self.turns[index].emotion)
        offset = draw(transfer, rng, longest, latency, haste)
        entry = self._place(index, floor_end + offset.samples, "after")
        if entry.start < floor_end:
            span = entry.start, min(floor_end, entry.end)
            self.result.ledger.add("overlap", speaker, cause, span)
            return replace(entry, onset="overlap")
        kind = "gap" if offset.kind == "overlap" else offset.kind
        self.result.ledger.add(kind, speaker, cause, (floor_end, entry.start))
        return entry

    def _barge_in(self, index: int, floor: Placed, rng: np.random.Generator) -> Placed | None:
        """Start during ``floor``, which is cut; None if all of it would have been said by then."""
        turn, policy = self.turns[index], self.preset.barge_in
        delay, reaction, fade = (
            law.draw(rng) for law in (policy.delay, policy.reaction, policy.fade)
        )
        assert turn.at_word is not None
        ends = [floor.at + word.end for word in floor.take.words]
        start = ends[turn.at_word - 1] + delay
        if turn.interruption is not None and turn.interruption.kind == "collision":
            start = min(start, floor.start + policy.collision.draw(rng))
        entry = self._place(index, start, "barge_in")
        num_words = num_heard(ends, entry.start, reaction, policy.reaction)
        if num_words == len(ends):
            return None
        answer = self.interrupted[floor.speaker]
        returns = self._returns(index, floor.speaker)
        manner = manner_of(answer, rng, returns, turn.interruption)
        words = self.turns[floor.index].spoken.split()
        latest = entry.start + samples(policy.longest_hold)
        num_words = num_held(manner, words, ends, num_words, latest)
        self._cut(floor, entry, num_words, fade, manner)
        return entry

    def _returns(self, index: int, speaker: Speaker) -> bool:
        """Say whether the script has an interrupted speaker come back with a bridge."""
        later = (turn for turn in self.turns[index + 1 :] if turn.onset != "backchannel")
        following = next((turn for turn in later if turn.speaker == speaker), None)
        return following is not None and following.act == "bridge"

    def _cut(self, floor: Placed, entry: Placed, num_words: int, fade: int, manner: Manner) -> None:
        """Keep ``num_words`` words of ``floor``, and write down who interrupted whom."""
        words = self.turns[floor.index].spoken.split()
        is_cut = num_words < len(words)
        heard = replace(floor, take=floor.take.cut(num_words, fade)) if is_cut else floor
        span = entry.start, max(entry.start, heard.end)
        text = self.turns[entry.index].spoken
        self.result.ledger.add("barge_in", entry.speaker, manner, span, text)
        if (planned := self.turns[entry.index].interruption) is not None:
            text = planned.uptake or ""
            self.result.ledger.add("interruption", entry.speaker, planned.kind, span, text)
        if is_cut:
            self.commit(heard)
            unsaid = " ".join(words[num_words:])
            span = heard.end, heard.silent_from
            self.result.ledger.add("cut", heard.speaker, "script", span, unsaid)

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
            refusal = self.unwanted.get(index) or self._refusal(answer, at_word, floor, entry)
            if refusal:
                self.result.dropped[index] = anchor
                span = anchor, anchor
                self.result.ledger.add("dropped", turn.speaker, refusal, span, turn.spoken)
            else:
                self.commit(answer)
                self._note_sound(turn, (answer.start, answer.end))

    def _note_sound(self, turn: Turn, span: tuple[int, int]) -> None:
        """Write down what a listener's sound is."""
        ledger = self.result.ledger
        if (sound := false_barge_in(turn)) is not None:
            ledger.add("false_barge_in", turn.speaker, sound, span, turn.spoken)
        else:
            ledger.add("backchannel", turn.speaker, function_of(turn), span, turn.spoken)

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
                self._note(hold, placed.speaker, (placed.at + start, placed.at + end))

    def _note(self, hold: Hold, speaker: Speaker, span: tuple[int, int]) -> None:
        self.result.ledger.add("pause", speaker, hold.kind, span)
        if hold.answer is not None and hold.answer in self.result.placed:
            turn = self.turns[hold.answer]
            cause = false_barge_in(turn) or "backchannel"
            self.result.ledger.add("false_interruption", turn.speaker, cause, span, turn.spoken)
