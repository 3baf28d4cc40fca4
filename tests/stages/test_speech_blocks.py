"""A backend that says many lines at once gets a block's lines together, and so its retakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from datagen.backends.protocols import DialogLines
from datagen.config import VoicesSpec
from datagen.stages.artifacts import read_speeches, records_table
from datagen.stages.base import Outcome
from datagen.stages.speech import SpeechStage
from datagen.types import Audio, Job, Rejected, Utterance
from tests.fixtures.speech_like import Babbler
from tests.stages.test_speech import SPOKEN, make_script

LATE = "No, next week would be too late for me, I am afraid."
LATER = "No, not in the week after that one, either, thank you."
HOPELESS = "Whatever I say here nobody will ever understand me."
IDS = [f"service-000000{number}" for number in range(4)]


class Together(Babbler):
    """Notes what it is asked for at once."""

    batches: ClassVar[bool] = True

    def __init__(self, instead: dict[str, list[Audio]] | None = None) -> None:
        super().__init__(instead)
        self.rounds: list[list[DialogLines]] = []

    def speak_batch(self, requests: Sequence[DialogLines]) -> list[list[Utterance] | Rejected]:
        self.rounds.append(list(requests))
        return [self.speak(request.lines, seed=request.seed) for request in requests]


def voice_block(synthesizer: Babbler) -> Outcome:
    """Voice four dialogues, the last but one of which is hopeless."""
    lines = (SPOKEN, (*SPOKEN, LATE), (*SPOKEN, HOPELESS), (*SPOKEN[:2], LATER))
    scripts = [make_script(spoken, one) for spoken, one in zip(lines, IDS, strict=True)]
    jobs = [Job(dialog_id=one, index=n, kind="service", seed=3) for n, one in enumerate(IDS)]
    return SpeechStage(synthesizer, VoicesSpec()).run(jobs, {"script": records_table(scripts)})


def spoiled() -> dict[str, list[Audio]]:
    silence = np.zeros(24_000, np.float32)
    return {LATE: [silence, silence], LATER: [silence], HOPELESS: [silence] * 9}


def test_what_a_block_says_and_says_again_goes_together() -> None:
    together = Together(spoiled())
    outcome = voice_block(together)
    sizes = [len(round_) for round_ in together.rounds]
    assert sizes[0] == 8, "turns and references of all four"
    assert sizes[1] == 3, "the lines at fault of three dialogues"
    assert len(sizes) <= 4
    assert [reject.dialog_id for reject in outcome.rejects] == [IDS[2]]
    assert list(read_speeches(outcome.table)) == [IDS[0], IDS[1], IDS[3]]


def test_it_is_as_if_each_had_been_said_alone() -> None:
    together, alone = voice_block(Together(spoiled())), voice_block(Babbler(spoiled()))
    assert together.table == alone.table
    assert together.rejects == alone.rejects
