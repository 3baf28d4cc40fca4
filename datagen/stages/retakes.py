"""Says lines again until each is fit to be heard, or the dialogue is given up.

    lines --Synthesizer--> takes --gates--> faults --new seed, slower, calmer, split, other--> ...

Only the lines at fault are said again, never twice in the same way, and every take that failed is
recorded with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from datagen.backends.protocols import Judge, Synthesizer
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
) -> tuple[list[Utterance], tuple[Attempt, ...]]:
    """Return a good take of every request, and the takes that were not.

    ``references`` are recordings of the voices, for a judge of likeness. Raises Rejected, with
    all attempts as evidence, when the retakes are used up.
    """
    session = Session(studio, requests, references or {})
    faults = session.take("first", range(len(requests)))
    for step in RETAKES:
        if faults:
            faults = session.take(step, faults)
    if faults:
        worst = faults[min(faults)]
        evidence = "; ".join(f"{a.step}: {a.name} {a.evidence}" for a in session.attempts)
        raise Rejected(worst.reason, evidence)
    utterances = [session.takes[index] for index in range(len(requests))]
    return utterances, tuple(session.attempts)


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
        self.takes: dict[int, Utterance] = {}
        self.attempts: list[Attempt] = []

    def take(self, step: Step, indices: Iterable[int]) -> dict[int, Fault]:
        """Say some lines again in one way, listen, and return all lines that are at fault now."""
        before = list(indices)
        made = (
            _first(self._studio, self._requests) if step == "first" else self._again(step, before)
        )
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
        return faults

    def _again(self, step: Step, indices: Sequence[int]) -> dict[int, Utterance | Fault]:
        """Return new takes of the lines that this step can do something for."""
        if step == "other backend":
            return self._step_in(indices)
        synthesizer = self._studio.synthesizer
        takes: dict[int, Utterance | Fault] = {}
        for index in indices:
            request = self._requests[index]
            lines = _changed(request.line, step)
            if lines is None or (step == "slower" and synthesizer.random):
                continue
            if not synthesizer.random and (index, lines) in self._asked:
                continue
            self._asked.add((index, lines))
            seed = seed_for(request.seed, request.name, step)
            takes[index] = _speak_once(synthesizer, list(lines), seed)
        return takes

    def _step_in(self, indices: Sequence[int]) -> dict[int, Utterance | Fault]:
        """Let the other backend say all lines of the speakers at fault, so each keeps one voice."""
        if self._studio.fallback is None:
            return {}
        speakers = {self._speakers[index] for index in indices}
        return {
            index: _speak_once(
                self._studio.fallback,
                [request.line],
                seed_for(request.seed, request.name, "other backend"),
            )
            for index, request in enumerate(self._requests)
            if self._speakers[index] in speakers
        }

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


def _first(studio: Studio, requests: Sequence[TakeRequest]) -> dict[int, Utterance | Fault]:
    """Say everything, lines with one seed together: some models do better with context."""
    groups: dict[int, list[int]] = {}
    for index, request in enumerate(requests):
        groups.setdefault(request.seed, []).append(index)
    takes: dict[int, Utterance | Fault] = {}
    for seed, indices in groups.items():
        lines = [requests[index].line for index in indices]
        answers = _speak(studio.synthesizer, lines, seed)
        if isinstance(answers, Fault):
            takes |= dict.fromkeys(indices, answers)
        else:
            takes |= dict(zip(indices, answers, strict=True))
    return takes


def _speak_once(synthesizer: Synthesizer, parts: list[Line], seed: int) -> Utterance | Fault:
    """Say one line, in one part or more."""
    answers = _speak(synthesizer, parts, seed)
    return answers if isinstance(answers, Fault) else join(answers)


def _speak(synthesizer: Synthesizer, lines: list[Line], seed: int) -> list[Utterance] | Fault:
    """Speak lines; a backend that skips one must not shift the others."""
    try:
        utterances = synthesizer.speak(lines, seed=seed)
    except Rejected as verdict:
        return Fault(verdict.reason, verdict.evidence)
    if len(utterances) != len(lines):
        name = type(synthesizer).__qualname__
        raise RuntimeError(f"{name}.speak made {len(utterances)} clips of {len(lines)} lines")
    return utterances
