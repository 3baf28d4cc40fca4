"""A recipe that makes the whole line quick: calls of a few seconds, everything else as shipped."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from datagen.backends.protocols import ScriptWriter
from datagen.seeds import rng_for
from datagen.text import speak
from datagen.types import Job, Pause, Persona, Record, Reject, Script, Turn

SMALL = ("script.use=tests.small:ShortCalls", "mean_seconds=10")
LINES = (
    "Harbor Bank, this is Ana. Is it about the {words}, and your number?",
    "Okay.",
    "Sorry, it is {number}, what is the fee?",
    "It is ${fee}.",
)
ADJECTIVES = ("big", "new", "red", "old", "odd")
NOUNS = ("apple", "boat", "chair", "desk", "egg", "flag", "gate", "hat", "ink", "jar", "kite")
"""Enough words that no two calls are near-duplicates, unless they are meant to be."""
FATES = dict(pair.split("=") for pair in os.environ.get("FATES", "").split())
"""What dialogues do to their worker, by index, e.g. FATES="3=exit 20=hang"; not of the recipe."""


class ShortCalls(ScriptWriter):
    """Four turns with a backchannel and a barge-in; every 13th is rejected."""

    stand_in = True

    class Options(Record):
        """None."""

    def __init__(self, options: Options) -> None:
        pass

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        return [self._write(job) for job in jobs]

    def _write(self, job: Job) -> Script | Reject:
        match FATES.get(str(job.index)):
            case "exit":
                os._exit(1)
            case "hang":
                time.sleep(3600)
        if job.index % 13 == 12:
            return Reject(dialog_id=job.dialog_id, stage="script", reason="unlucky")
        rng = rng_for(job.seed, self._source(job), "script")
        number, fee = int(rng.integers(10, 100)), int(rng.integers(2, 90))
        words = " ".join(f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}" for _ in range(3))
        texts = [line.format(number=number, fee=fee, words=words) for line in LINES]
        spoken = [speak(text) for text in texts]
        pause = Pause(after_word=len(speak(texts[2].rpartition(",")[0]).split()))
        turns = (
            Turn(speaker="agent", text=texts[0], spoken=spoken[0]),
            Turn(speaker="user", text=texts[1], spoken=spoken[1], onset="backchannel", at_word=5),
            Turn(
                speaker="user",
                text=texts[2],
                spoken=spoken[2],
                onset="barge_in",
                at_word=11,
                pauses=(pause,),
            ),
            Turn(speaker="agent", text=texts[3], spoken=spoken[3]),
        )
        return Script(
            dialog_id=job.dialog_id,
            kind=job.kind,
            split="train",
            domain="bank",
            scenario="fee",
            prompt_level="service",
            role_prompt=f"You work for Harbor Bank and your name is Ana. Call {job.index}.",
            agent=Persona(name="Ana", gender="female"),
            user=Persona(name="Bo", gender="male"),
            turns=turns,
            writer="short",
        )

    def _source(self, job: Job) -> str:
        """Return the id of the dialogue whose text this one has."""
        return job.dialog_id


class Repeats(ShortCalls):
    """Says again, every fifth time, what it said four dialogues before."""

    def _source(self, job: Job) -> str:
        return f"{job.kind}-{job.index - 4:07d}" if job.index % 5 == 4 else job.dialog_id
