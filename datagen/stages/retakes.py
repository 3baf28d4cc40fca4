"""Says lines again until each is fit to be heard, or the dialogue is given up.

    lines --Synthesizer--> takes --gates--> faults --new seed, slower, calmer, split, other--> ...

Only the lines at fault are said again, never twice in the same way, and every take that failed is
recorded with its reason. What several dialogues have to say at a step is said together, if the
synthesizer does such a thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from datagen.backends.protocols import DialogLines, Judge, Synthesizer
from datagen.gates import dialogue
from datagen.gates.limits import Limits, limits_for
from datagen.gates.turn import Heard, listen
from datagen.seeds import seed_for
from datagen.types import (
    SAMPLE_RATE,
    Attempt,
    Audio,
    Fault,
    Line,
    Rejected,
    SpokenWord,
    Utterance,
    Voice,
)

Step = Literal["first", "new seed", "slower", "calmer", "split", "other backend"]
RETAKES: tuple[Step, ...] = ("new seed", "slower", "calmer", "split", "other backend")
"""Steps in the order taken. One is left out where a line does not allow it (nothing to split), or
where it would ask a backend without randomness for what it has said before. Only such a backend is
asked to be slower: to any other, a new seed is the first remedy."""
SLOW = 0.92
"""Pace of the slower take."""
CALM = "calm"
"""The emotion at which any backend varies its voice least."""
JOIN = SAMPLE_RATE * 120 // 1_000
"""Samples of silence between the parts of a split line."""
MIN_SPLIT_WORDS = 6
"""Fewest words of a sentence that is split: very short texts are what models say worst."""


@dataclass(frozen=True, slots=True)
class TakeRequest:
    """One line to be said, and the seed of its first take (lines with equal seeds go together)."""

    name: str
    line: Line
    seed: int
    min_samples: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Lines that one synthesizer is to say together, and which requests they belong to."""

    synthesizer: Synthesizer
    lines: list[Line]
    seed: int
    indices: tuple[int, ...]
    """The request of each line; or one request, whose parts the lines are."""

    def takes(self, answer: list[Utterance] | Rejected) -> dict[int, Utterance | Fault]:
        """Return a take, or what is wrong, for each request."""
        if isinstance(answer, Rejected):
            return dict.fromkeys(self.indices, Fault(answer.reason, answer.evidence))
        if len(answer) != len(self.lines):
            name = type(self.synthesizer).__qualname__
            raise RuntimeError(f"{name} made {len(answer)} clips of {len(self.lines)} lines")
        if len(self.indices) == 1:
            return {self.indices[0]: join(answer)}
        return dict(zip(self.indices, answer, strict=True))


Recorded = tuple[list[Utterance], tuple[Attempt, ...]]
"""A good take of every request of a dialogue, and the takes that were not."""


@dataclass(frozen=True)
class Studio:
    """The synthesizer with its limits, the fallback for voices that fail, and the judge."""

    synthesizer: Synthesizer
    limits: Limits
    fallback: Synthesizer | None = None
    judge: Judge | None = None

    @classmethod
    def of(cls, synthesizer: Synthesizer) -> Studio:
        """Return a studio with the synthesizer's own limits and nothing else."""
        return cls(synthesizer, limits_for(synthesizer.source))

    def can_say(self, spoken: str) -> bool:
        """Return whether every backend that may be asked can make the sounds of a line."""
        backends = (self.synthesizer, self.fallback)
        return all(backend.can_say(spoken) for backend in backends if backend is not None)

    def close(self) -> None:
        """Free the models."""
        for backend in (self.synthesizer, self.fallback, self.judge):
            if backend is not None:
                backend.close()


def record(
    studio: Studio, requests: Sequence[TakeRequest], references: Mapping[Voice, Audio] | None = None
) -> Recorded:
    """Return a good take of every request of a dialogue, and the takes that were not.

    ``references`` are recordings of the voices, for a judge of likeness. Raises Rejected, with
    all attempts as evidence, when the retakes are used up.
    """
    (answer,) = record_together([Session(studio, requests, references or {})])
    if isinstance(answer, Rejected):
        raise answer
    return answer


def record_together(sessions: Sequence[Session]) -> list[Recorded | Rejected]:
    """Return what `record` does of each of several dialogues, or why it cannot be voiced."""
    verdicts: dict[int, Rejected] = {}
    faults: dict[int, Collection[int]] = {
        number: range(session.num_requests) for number, session in enumerate(sessions)
    }
    for step in ("first", *RETAKES):
        asks = {
            number: sessions[number].ask(step, indices)
            for number, indices in faults.items()
            if indices and number not in verdicts
        }
        answers = iter(_speak_all([ask for those in asks.values() for ask in those]))
        for number, those in asks.items():
            made = [ask.takes(next(answers)) for ask in those]
            takes = {index: take for one in made for index, take in one.items()}
            try:
                faults[number] = sessions[number].hear(step, faults[number], takes)
            except Rejected as verdict:
                verdicts[number] = verdict
    return [verdicts.get(n) or session.result() for n, session in enumerate(sessions)]


class Session:
    """The takes of one dialogue so far, and what the gates heard in them."""

    def __init__(
        self, studio: Studio, requests: Sequence[TakeRequest], references: Mapping[Voice, Audio]
    ) -> None:
        self._studio = studio
        self._requests = requests
        self._references = references
        self._speakers = {index: r.line.speaker for index, r in enumerate(requests)}
        self._asked: set[tuple[int, tuple[Line, ...]]] = {
            (index, (request.line,)) for index, request in enumerate(requests)
        }
        """Lines that were said, in their parts, by the main backend."""
        self._heard: dict[int, Heard] = {}
        self._faults: dict[int, Fault] = {}
        self._last: dict[int, Fault] = {}
        self.takes: dict[int, Utterance] = {}
        self.attempts: list[Attempt] = []

    @property
    def num_requests(self) -> int:
        """Return how many lines are to be said."""
        return len(self._requests)

    def ask(self, step: Step, indices: Iterable[int]) -> list[Ask]:
        """Return what is to be said for some lines in one way; nothing if it can do nothing."""
        if step == "first":
            return self._first()
        return self._step_in(indices) if step == "other backend" else self._again(step, indices)

    def hear(
        self, step: Step, asked: Iterable[int], made: Mapping[int, Utterance | Fault]
    ) -> dict[int, Fault]:
        """Listen to what was said, and return all lines that are at fault now."""
        before = list(asked)
        for index, answer in made.items():
            self._listen(index, answer)
        faults = self._faults | self._misfits()
        for index, fault in faults.items():
            if index in made or index not in before:
                name = self._requests[index].name
                attempt = Attempt(
                    name=name, step=step, reason=fault.reason, evidence=fault.evidence
                )
                self.attempts.append(attempt)
        self._last = faults
        return faults

    def result(self) -> Recorded | Rejected:
        """Return the takes, if all are good, and the failed attempts; else why they are not."""
        if self._last:
            worst = self._last[min(self._last)]
            evidence = "; ".join(f"{a.step}: {a.name} {a.evidence}" for a in self.attempts)
            return Rejected(worst.reason, evidence)
        return [self.takes[index] for index in range(self.num_requests)], tuple(self.attempts)

    def _first(self) -> list[Ask]:
        """Ask for everything, lines with one seed together: some models do better with context."""
        groups: dict[int, list[int]] = {}
        for index, request in enumerate(self._requests):
            groups.setdefault(request.seed, []).append(index)
        return [
            Ask(
                self._studio.synthesizer,
                [self._requests[index].line for index in indices],
                seed,
                tuple(indices),
            )
            for seed, indices in groups.items()
        ]

    def _again(self, step: Step, indices: Iterable[int]) -> list[Ask]:
        """Ask for new takes of the lines that this step can do something for."""
        asks: list[Ask] = []
        synthesizer = self._studio.synthesizer
        for index in indices:
            request = self._requests[index]
            lines = _changed(request.line, step)
            if lines is None or (step == "slower" and synthesizer.random):
                continue
            if not synthesizer.random and (index, lines) in self._asked:
                continue
            self._asked.add((index, lines))
            seed = seed_for(request.seed, request.name, step)
            asks.append(Ask(synthesizer, list(lines), seed, (index,)))
        return asks

    def _step_in(self, indices: Iterable[int]) -> list[Ask]:
        """Let the other backend say all lines of the speakers at fault, so each keeps one voice."""
        if self._studio.fallback is None:
            return []
        speakers = {self._speakers[index] for index in indices}
        return [
            Ask(
                self._studio.fallback,
                [request.line],
                seed_for(request.seed, request.name, "other backend"),
                (index,),
            )
            for index, request in enumerate(self._requests)
            if self._speakers[index] in speakers
        ]

    def _listen(self, index: int, answer: Utterance | Fault) -> None:
        """Put a take on record, with the fault that T0 or a judge finds in it."""
        request, studio = self._requests[index], self._studio
        self._faults.pop(index, None)
        self._heard.pop(index, None)
        if isinstance(answer, Fault):
            self.takes.pop(index, None)
            self._faults[index] = answer
            return
        self.takes[index] = answer
        heard = listen(answer.audio, request.line.spoken, studio.limits)
        fault = heard.fault
        if fault is None and len(answer.audio) < request.min_samples:
            seconds = len(answer.audio) / SAMPLE_RATE
            wanted = request.min_samples / SAMPLE_RATE
            fault = Fault("reference_short", f"lasts {seconds:.2f} s, not {wanted:g} or more")
        if fault is None and studio.judge is not None:
            line = request.line
            fault = studio.judge.fault(answer.audio, line, self._references.get(line.voice))
        if fault is None:
            self._heard[index] = heard
        else:
            self._faults[index] = fault

    def _misfits(self) -> dict[int, Fault]:
        """Return the lines that do not fit the rest of the dialogue (T1)."""
        found = dialogue.faults(self._heard, self._speakers, self._studio.limits)
        if not found and not self._faults:
            alike = dialogue.alike(self._heard, self._speakers, self._studio.limits)
            if alike:
                raise Rejected(alike.reason, alike.evidence)  # said again, it would be no better
        return found


def _changed(line: Line, step: Step) -> tuple[Line, ...] | None:
    """Return a line as a step asks for it, in one part or more; None if it does not apply."""
    if step == "new seed":
        return (line,)
    if step == "slower":
        return (replace(line, speed=SLOW),)
    parts = split(line.spoken) if step == "split" else [line.spoken]
    if step == "split" and len(parts) == 1:
        return None
    return tuple(replace(line, spoken=part, emotion=CALM) for part in parts)


def split(spoken: str) -> list[str]:
    """Cut a line after its sentences, else after its commas; its words stay as they are.

    >>> split("No, I am not. It is closed until Monday, I am afraid.")
    ['No, I am not.', 'It is closed until Monday, I am afraid.']
    """
    for marks in (".?!", ",;:"):
        parts = re.split(rf"(?<=[{marks}])\s+", spoken.strip())
        if len(parts) > 1:
            break
    if len(spoken.split()) < MIN_SPLIT_WORDS or len(parts) == 1:
        return [" ".join(spoken.split())]
    return parts


def join(parts: Sequence[Utterance]) -> Utterance:
    """Put the parts of a line together, with a short silence between them."""
    if len(parts) == 1:
        return parts[0]
    silence = np.zeros(JOIN, np.float32)
    pieces = [piece for part in parts for piece in (part.audio, silence)][:-1]
    starts = np.cumsum([0, *(len(part.audio) + JOIN for part in parts)])
    words: list[SpokenWord] = []
    for start, part in zip(starts[:-1].tolist(), parts, strict=True):
        if part.words is None:
            return Utterance(np.concatenate(pieces), None)
        words += [
            word.model_copy(update={"start": word.start + start, "end": word.end + start})
            for word in part.words
        ]
    return Utterance(np.concatenate(pieces), tuple(words))


def _speak_all(asks: Sequence[Ask]) -> list[list[Utterance] | Rejected]:
    """Let each synthesizer say what it is asked for at once; return the answers in order."""
    answers: dict[int, list[Utterance] | Rejected] = {}
    for synthesizer in {id(ask.synthesizer): ask.synthesizer for ask in asks}.values():
        places = [place for place, ask in enumerate(asks) if ask.synthesizer is synthesizer]
        requests = [DialogLines(asks[place].lines, asks[place].seed) for place in places]
        answers |= zip(places, synthesizer.speak_batch(requests), strict=True)
    return [answers[place] for place in range(len(asks))]
