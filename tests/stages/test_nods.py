from __future__ import annotations

import numpy as np
import pytest

from datagen.backends.speech.nonverbal import KOKORO, has_all
from datagen.stages.nods import ALTERNATIVES, as_said, replaced
from datagen.timing.backchannels import function_of
from datagen.types import Clip, Rejected, Script, Turn
from tests.stages.test_speech import make_script


def with_nod(text: str, onset: str = "backchannel") -> Script:
    script = make_script()
    turns = list(script.turns)
    turns[2] = turns[2].model_copy(update={"text": text, "spoken": text, "onset": onset})
    return script.model_copy(update={"turns": tuple(turns)})


def says(spoken: str) -> bool:
    return has_all(spoken, KOKORO)


def test_what_can_be_said_stays() -> None:
    assert replaced(with_nod("Mm-hmm."), says, 0) == {}


def test_a_nod_that_cannot_be_said_gives_way_to_one_of_its_kind() -> None:
    found = replaced(with_nod("Psst, really?"), says, 0)
    ((place, text),) = found.items()
    assert text in ALTERNATIVES["surprise"]
    said = Turn(speaker="user", text=text, spoken=text, onset="backchannel", at_word=1)
    assert function_of(said) == "surprise"
    assert replaced(with_nod("Psst, really?"), says, 0) == found
    assert with_nod("Psst, really?").turns[place].onset == "backchannel"


def test_the_words_follow_the_sound() -> None:
    script = with_nod("[laughs]")
    found = replaced(script, says, 0)
    clips = [
        Clip(n, 10, None, -20.0, -3.0, np.zeros(10, np.float32), found.get(n))
        for n in range(len(script.turns))
    ]
    turns = as_said(script.turns, clips)
    for index, turn in enumerate(turns):
        if index in found:
            assert (turn.text, turn.spoken) == (found[index], found[index])
        else:
            assert turn == script.turns[index]


def test_a_turn_that_holds_the_floor_is_not_rewritten() -> None:
    with pytest.raises(Rejected) as rejected:
        replaced(with_nod("[laughs] No.", "after"), says, 0)
    assert rejected.value.reason == "unsayable_sound"
    assert "[laughs] No." in rejected.value.evidence
