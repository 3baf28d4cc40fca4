"""A recipe that makes the whole line quick: calls of a few seconds, everything else as shipped."""

from __future__ import annotations

from collections.abc import Sequence

from datagen.backends.protocols import ScriptWriter
from datagen.scripting.spoken import speak
from datagen.seeds import rng_for
from datagen.types import Job, Pause, Persona, Record, Reject, Script, Turn

SMALL = ("script.use=tests.small:ShortCalls", "mean_seconds=10")
LINES = (
    "Harbor Bank, this is Ana. How can I help, and may I ask you for your number?",
    "Okay.",
    "Sorry, it is {number}, what is the fee?",
    "It is ${fee}.",
)


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
        if job.index % 13 == 12:
            return Reject(dialog_id=job.dialog_id, stage="script", reason="unlucky")
        rng = rng_for(job.seed, job.dialog_id, "script")
        number, fee = int(rng.integers(10, 100)), int(rng.integers(2, 90))
        texts = [line.format(number=number, fee=fee) for line in LINES]
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
