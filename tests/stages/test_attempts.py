"""Every take that was refused is in the speech file."""

from __future__ import annotations

import numpy as np

from datagen.config import VoicesSpec
from datagen.stages.artifacts import speech_table
from datagen.stages.retakes import Studio
from datagen.stages.speech import voice_script
from datagen.voices.casting import cast
from tests.fixtures.speech_like import Babbler
from tests.stages.test_speech import SPOKEN, make_script


def test_refused_takes_are_written_beside_the_good_one() -> None:
    script = make_script()
    babbler = Babbler({SPOKEN[1]: [np.zeros(24_000, np.float32)] * 2})
    voices = cast(script, VoicesSpec(), 0, source="babble")
    speech = voice_script(script, voices, Studio.of(babbler), run_seed=0)
    rows = speech_table([(script, speech)]).to_pylist()
    said = {row["turn"]: row["attempts"] for row in rows if row["turn"] is not None}
    assert {turn: len(attempts) for turn, attempts in said.items()} == {0: 0, 1: 2, 2: 0, 3: 0}
    assert [a["step"] for a in said[1]] == ["first", "new seed"]
    assert said[1][0]["reason"] == "clip_silent"
    assert said[1][0]["evidence"] == "peaks at -120.0 dBFS"
    assert [row["attempts"] for row in rows if row["turn"] is None] == [[], []]
