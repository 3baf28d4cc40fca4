"""Scores answers item by item: turn-taking by published rules, role adherence by checks of facts.

Exam, Answers --score--> [ItemScore] --tables--> figures with intervals
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from datagen.exam.adherence import AdherenceVerdict, check, phrases
from datagen.exam.answers import AnswerRecord, Answers
from datagen.exam.figures import canonical
from datagen.exam.hearing import Detector, Ear, channel
from datagen.exam.items import SERVICE, Exam, ExamItem, UserTurn
from datagen.exam.moments import Moments
from datagen.exam.rules import eva, mtr, overlap, tau_voice
from datagen.exam.rules import full_duplex_bench as fdb
from datagen.exam.rules.channel import MODES, Channel, HeardWord, TimeSpan
from datagen.exam.sound_ears import SoundEars
from datagen.types import SAMPLE_RATE, Audio, Record, SpokenWord, UserError

EARLY = 0.3
"""Seconds before the end of a question from which on words may be its answer."""
NEAR = 0.3
"""Seconds around a clause's end in which people nod."""
_TELLING = 4
"""Fewest letters of a word that shows what an answer is about."""


class TurnScore(Record):
    """What an answer to one turn of the user's did."""

    turn: int
    text: str
    """What the agent said."""
    outcome: str
    why: str
    latency: float | None = None
    """Seconds from the end of the turn to the first word; negative if that came before."""


class ItemScore(Record):
    """All that rules say of one item."""

    item: str
    track: str
    category: str
    figures: dict[str, float] = Field(default_factory=dict)
    """Figures of the published rules by ``rule/name`` or ``rule/name@mode``; seconds and rates."""
    turns: tuple[TurnScore, ...] = ()
    tag: str = ""
    """What the agent did about an overlap."""
    error: str = ""
    """Why there is no answer; it counts as silence."""

    @property
    def passed(self) -> bool | None:
        """Every turn did what it must; None if rules cannot tell."""
        outcomes = {turn.outcome for turn in self.turns}
        if not outcomes or ("unclear" in outcomes and "fail" not in outcomes):
            return None
        return outcomes == {"pass"}


@dataclass(frozen=True)
class HeardItem:
    """An item with what both sides of it sound like."""

    item: ExamItem
    user: Channel
    agent: Channel
    record: AnswerRecord


@dataclass(frozen=True)
class Scores:
    """What came of an exam."""

    items: tuple[ItemScore, ...]
    counts: tuple[tau_voice.Counts, ...]
    """Events for τ-voice's panel over all items, in each of `MODES`."""
    moments: Moments
    """Moments for TurnBench's tasks, over all items."""


def score(
    exam: Exam,
    answers: Answers,
    items: Sequence[ExamItem],
    ear: Ear,
    detect: Detector,
    tell: Callable[[int, int], None] | None = None,
    listeners: SoundEars | None = None,
) -> Scores:
    """Score the items that were answered; those that failed are left out.

    Raises UserError if none was answered.
    """
    answers.check(exam)
    found, counts, moments = [], tuple(tau_voice.Counts(mode) for mode in MODES), Moments()
    for number, item in enumerate(items, 1):
        record = answers.record(item.id)
        if record is not None and not record.error:
            sound = answers.sound(item.id)
            heard = hear(item, record, sound, ear, detect)
            scored = score_item(heard)
            if listeners is not None and sound is not None:
                more = dict(listeners.figures(heard, sound, exam.voice(item)))
                scored = scored.model_copy(update={"figures": {**scored.figures, **more}})
            found.append(scored)
            moments.add(item, heard.agent)
            for counted in counts:
                tau_voice.count(heard.agent, events(item), counted)
        if tell is not None:
            tell(number, len(items))
    if not found:
        raise UserError(f"{answers.folder} has no answer to any of these items")
    return Scores(tuple(found), counts, moments)


def hear(
    item: ExamItem, record: AnswerRecord, sound: Audio | None, ear: Ear, detect: Detector
) -> HeardItem:
    """Listen to an answer; what is missing is silence."""
    audio = np.zeros(item.num_samples, np.float32) if sound is None else sound
    words: Sequence[SpokenWord] = () if sound is None else ear(item.id, audio, record)
    return HeardItem(item, user_channel(item), channel(audio, words, detect), record)


def user_channel(item: ExamItem) -> Channel:
    """Return the user's side, as the exam laid it out."""
    words = [
        HeardWord(word.text, word.start / SAMPLE_RATE, word.end / SAMPLE_RATE)
        for turn in item.turns
        for word in turn.words
    ]
    return Channel(item.num_samples / SAMPLE_RATE, words, [_span(turn) for turn in item.turns])


def _span(turn: UserTurn) -> TimeSpan:
    return TimeSpan(turn.start / SAMPLE_RATE, turn.end / SAMPLE_RATE)


def events(item: ExamItem) -> list[tau_voice.LineEvent]:
    """Return an item's stretches as τ-voice types them."""
    return [tau_voice.LineEvent(_span(turn), turn.part) for turn in item.turns]


def score_item(heard: HeardItem) -> ItemScore:
    """Score one item by the rules of its track."""
    item = heard.item
    figures = dict(TRACKS.get(item.track, _overlap)(heard))
    turns = tuple(_adherence(heard))
    return ItemScore(
        item=item.id,
        track=item.track,
        category=item.category,
        figures=figures,
        turns=turns,
        tag=_tag(heard, turns) if len(item.turns) > 1 and item.track not in TRACKS else "",
        error=heard.record.error,
    )


def _adherence(heard: HeardItem) -> Iterator[TurnScore]:
    """Yield what the answers to the turns do that expect something."""
    turns = heard.item.turns
    for number, turn in enumerate(turns):
        if turn.expects is None:
            continue
        follows = turns[number + 1] if number + 1 < len(turns) else None
        said = answer_to(heard.agent, turn, follows)
        verdict = check(
            said.text,
            turn.expects,
            heard.item.role_prompt,
            calls=heard.record.calls,
            call=heard.item.call,
            asked=turn.text,
        )
        yield _turn_score(number, said, verdict, turn)


def _turn_score(number: int, said: Channel, verdict: AdherenceVerdict, turn: UserTurn) -> TurnScore:
    latency = said.words[0].start - turn.end / SAMPLE_RATE if said.words else None
    return TurnScore(
        turn=number,
        text=said.text,
        outcome=verdict.outcome,
        why=verdict.why,
        latency=None if latency is None else round(latency, 3),
    )


def answer_to(agent: Channel, turn: UserTurn, follows: UserTurn | None) -> Channel:
    """Return what an agent says in answer to a turn: until its next one has been heard."""
    start = turn.end / SAMPLE_RATE - EARLY
    end = float("inf") if follows is None else follows.start / SAMPLE_RATE + EARLY
    return agent.between(max(start, turn.start / SAMPLE_RATE), end)


def _service(heard: HeardItem) -> Iterator[tuple[str, float]]:
    for turn in heard.item.floor:
        end = turn.end / SAMPLE_RATE
        yield from _taken(heard.agent, end)
        latency = fdb.turn_taking(heard.agent, end, "corrected").latency
        if latency is not None:
            yield "eva/latency", eva.latency_score(latency)
        break


def _taken(agent: Channel, end: float) -> Iterator[tuple[str, float]]:
    for mode in MODES:
        taken = fdb.turn_taking(agent, end, mode)
        yield f"turn_taking/taken@{mode}", float(taken.took)
        if taken.latency is not None:
            yield f"turn_taking/latency@{mode}", taken.latency


def _task(heard: HeardItem) -> Iterator[tuple[str, float]]:
    spans = [_span(turn) for turn in heard.item.floor]
    after = [TimeSpan(span.end, _next(heard.item, number)) for number, span in enumerate(spans)]
    passed = [mtr.smooth(heard.agent, *pair) for pair in zip(spans, after, strict=True)]
    yield "mtr/smooth", float(np.mean(passed))
    gaps = [mtr.latency(heard.agent, span.end) for span in spans]
    known = [gap for gap in gaps if gap is not None]
    if known:
        yield "mtr/latency", float(np.mean(known))


def _next(item: ExamItem, number: int) -> float:
    turns = item.floor
    if number + 1 < len(turns):
        return turns[number + 1].start / SAMPLE_RATE
    return item.num_samples / SAMPLE_RATE


def _pause(heard: HeardItem) -> Iterator[tuple[str, float]]:
    silences = [
        TimeSpan(start / SAMPLE_RATE, end / SAMPLE_RATE)
        for turn in heard.item.turns
        for start, end in turn.pauses
    ]
    for mode in MODES:
        yield f"pause/taken@{mode}", float(fdb.pause(heard.agent, silences, mode))
    yield "mtr/pause", float(np.mean([mtr.pause(heard.agent, s) for s in silences]))


def _backchannel(heard: HeardItem) -> Iterator[tuple[str, float]]:
    reference = fdb.histogram(nod_places(heard.item), heard.item.num_samples / SAMPLE_RATE)
    for mode in MODES:
        nods = fdb.backchannel(heard.agent, reference.tolist(), mode)
        yield f"backchannel/taken@{mode}", float(nods.took)
        yield f"backchannel/frequency@{mode}", nods.frequency
        yield f"backchannel/divergence@{mode}", nods.divergence
    yield "mtr/backchannels", mtr.backchannels(heard.agent)


def nod_places(item: ExamItem) -> list[TimeSpan]:
    """Return where people would nod: around the ends of a story's clauses."""
    return [
        TimeSpan(max(0.0, start / SAMPLE_RATE - NEAR), end / SAMPLE_RATE + NEAR)
        for turn in item.turns
        for start, end in turn.pauses
    ]


def _turn_taking(heard: HeardItem) -> Iterator[tuple[str, float]]:
    yield from _taken(heard.agent, heard.item.turns[0].end / SAMPLE_RATE)


def _interruption(heard: HeardItem) -> Iterator[tuple[str, float]]:
    turn = heard.item.turns[-1]
    for mode in MODES:
        taken = fdb.interruption(heard.agent, turn.end / SAMPLE_RATE, mode)
        yield f"interruption/taken@{mode}", float(taken.took)
        if taken.latency is not None:
            yield f"interruption/latency@{mode}", taken.latency
    answer = TimeSpan(_span(turn).end, heard.agent.seconds)
    yield "mtr/interruption", float(mtr.interruption(heard.agent, _span(turn), answer))


def _overlap(heard: HeardItem) -> Iterator[tuple[str, float]]:
    for mode in MODES:
        stops = overlap.stops(heard.user, heard.agent, mode)
        if stops:
            yield f"overlap/stop@{mode}", float(np.mean([span.length for span in stops]))
    answers = overlap.answers(heard.user, heard.agent)
    if answers:
        yield "overlap/answer", float(np.mean([span.length for span in answers]))
    if heard.item.track == "background_speech":
        yield "mtr/background", float(mtr.background(heard.agent, _span(heard.item.turns[-1])))


def _side_talk(heard: HeardItem) -> Iterator[tuple[str, float]]:
    start = heard.item.turns[0].start / SAMPLE_RATE
    yield "side_talk/answered", float(fdb.is_turn(heard.agent.between(start).words))


def _tag(heard: HeardItem, turns: Sequence[TurnScore]) -> str:
    turn = heard.item.turns[-1]
    after = heard.agent.between(_span(turn).start)
    if turns:
        answered = turns[-1].outcome == "pass"
    else:
        answered = bool(
            _topics(turn.text) - _topics(heard.item.turns[0].text) & _topics(after.text)
        )
    return overlap.behaviour(
        heard.agent, _span(turn), answered=answered, uncertain=phrases().uncertain
    )


def _topics(text: str) -> set[str]:
    return {word for word in canonical(text) if len(word) >= _TELLING or word.isdecimal()}


TRACKS: dict[str, Callable[[HeardItem], Iterator[tuple[str, float]]]] = {
    SERVICE: _service,
    "task": _task,
    "pause": _pause,
    "backchannel": _backchannel,
    "turn_taking": _turn_taking,
    "interruption": _interruption,
    "side_talk": _side_talk,
}
"""Rules by track; all others are overlaps."""
